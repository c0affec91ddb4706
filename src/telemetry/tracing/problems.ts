/** What the SDK and the exporter complain about: in the log, and bounded. */
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { setGlobalErrorHandler } from '@opentelemetry/core';
import { cutText } from '../../terminal/cut-text.ts';
import type { Log } from '../log/log.ts';

/** One line in this time: a collector that is down would write one for each batch of spans. */
const WINDOW_MS = 60_000;
const MAX_CHARS = 500;

/** @returns writes a problem to the log; those that come soon after another one are only counted. */
export function reportProblems(log: Pick<Log, 'write'>): (message: string) => void {
  let writtenAt = Number.NEGATIVE_INFINITY;
  let omitted = 0;
  const report = (message: string): void => {
    const now = performance.now();
    if (now - writtenAt < WINDOW_MS) {
      omitted++;
      return;
    }
    writtenAt = now;
    const fields = omitted > 0 ? { omitted } : {};
    log.write('warn', 'tracing_problem', { message: cutText(message, MAX_CHARS), ...fields });
    omitted = 0;
  };
  const ignore = (): void => undefined;
  diag.setLogger(
    { error: report, warn: report, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  setGlobalErrorHandler((error) => report(error instanceof Error ? error.message : String(error)));
  return report;
}
