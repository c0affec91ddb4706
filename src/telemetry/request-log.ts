/**
 * The lines of requests: by default of those that failed, were refused, or whose client had gone. Those that
 * were answered with predictions have the lines of these.
 */
import { PREDICTION_ROUTES } from '../api/prediction-routes.ts';
import type { EndedRequest } from '../serving/observer.ts';
import { round } from '../statistics.ts';
import type { Level, Log } from './log/log.ts';

/** Which requests have a line, by the value of ACCESS_LOG. */
export type AccessLog = 'errors' | 'all' | 'none';

/** A flood of requests with one status must neither fill the log nor hide the lines of another status. */
const MAX_LINES_PER_STATUS = 20;
const WINDOW_MS = 1_000;

export interface RequestLogOptions {
  readonly log: Pick<Log, 'write'>;
  readonly accessLog: AccessLog;
  /** Called for each request that ACCESS_LOG selects and that has no line of its own. */
  readonly onOmitted: () => void;
}

export interface RequestLog {
  onRequestEnd(request: EndedRequest): void;
  /** Writes how many lines were omitted until now. */
  flush(): void;
}

interface Window {
  lines: number;
  omitted: number;
}

export function createRequestLog({ log, accessLog, onOmitted }: RequestLogOptions): RequestLog {
  /** By status. */
  const windows = new Map<number, Window>();
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    for (const [status, { omitted }] of windows) {
      if (omitted > 0) {
        const level = levelOf(status);
        log.write(level, 'requests_omitted', { status, omitted });
      }
    }
    windows.clear();
  };
  /** @returns false where the line is one too many. */
  const takeLine = (status: number): boolean => {
    timer ??= setTimeout(flush, WINDOW_MS).unref();
    const window = windows.get(status) ?? { lines: 0, omitted: 0 };
    windows.set(status, window);
    if (window.lines < MAX_LINES_PER_STATUS) {
      window.lines++;
      return true;
    }
    window.omitted++;
    return false;
  };
  return {
    flush,
    onRequestEnd: (request) => {
      const { route, status } = request.series;
      const isSelected =
        accessLog === 'all'
          ? isFailure(status) || !PREDICTION_ROUTES.has(route)
          : accessLog === 'errors' && isFailure(status);
      if (!isSelected) {
        return;
      }
      if (isFailure(status) && !takeLine(status)) {
        onOmitted();
        return;
      }
      const level = levelOf(status);
      log.write(level, 'request', requestFields(request));
    },
  };
}

function requestFields(request: EndedRequest): object {
  const { series, requestId, trace, client, address, problem, durationSeconds } = request;
  return {
    request_id: requestId,
    trace_id: trace?.traceId,
    span_id: trace?.spanId,
    method: series.method,
    route: series.route,
    status: series.status,
    client,
    address,
    problem,
    duration_ms: round(1000 * durationSeconds, 1e3),
  };
}

function isFailure(status: number): boolean {
  return status >= 400;
}

function levelOf(status: number): Level {
  if (status >= 500) {
    return 'error';
  }
  return isFailure(status) ? 'warn' : 'info';
}
