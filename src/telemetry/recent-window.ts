/** The last minutes of a history, added up. */
import { quantile } from '../statistics.ts';
import type { ServiceWindow } from './service-policy.ts';

export interface RecentWindow extends ServiceWindow {
  readonly windowSeconds: number;
  /** Seconds of the window since the first request; what rates are divided by. */
  readonly seconds: number;
  readonly texts: number;
}

interface Step extends ServiceWindow {
  readonly at: number;
  readonly labels: Readonly<Record<string, number>>;
}

/**
 * Adds up the steps of the last seconds; a quantile is the median of those of the steps.
 *
 * @param steps of a history, oldest first.
 */
export function recentOf(
  steps: readonly Step[],
  {
    now,
    stepSeconds,
    windowSeconds,
  }: { readonly now: number; readonly stepSeconds: number; readonly windowSeconds: number },
): RecentWindow {
  const recent = steps.filter(({ at }) => at > now - windowSeconds);
  const first = steps[0]?.at ?? now;
  const total = (count: (step: Step) => number): number =>
    recent.reduce((sum, step) => sum + count(step), 0);
  const latencies = recent.flatMap(({ latency }) => latency ?? []);
  const median = (values: readonly number[]): number | undefined =>
    quantile(
      values.map((value) => [value, 1]),
      0.5,
    );
  const p50 = median(latencies.map((latency) => latency.p50));
  const p99 = median(latencies.map((latency) => latency.p99));
  return {
    windowSeconds,
    seconds: Math.max(Math.min(windowSeconds, now - first), stepSeconds),
    texts: total(({ labels }) => Object.values(labels).reduce((sum, n) => sum + n, 0)),
    answered: total(({ answered }) => answered),
    refused: total(({ refused }) => refused),
    failed: total(({ failed }) => failed),
    slow: total(({ slow = 0 }) => slow),
    latency: p50 === undefined || p99 === undefined ? undefined : { p50, p99 },
  };
}
