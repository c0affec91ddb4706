// Replicas, cores, memory and money for a rate of tweets, and what so many replicas write, export and fetch.
import { medianOver, NAMES } from '../criteria.mjs';

export const TWEETS_A_MINUTE = [1_000, 100_000, 10_000_000];
/** What the plan assumes; the prices are no one’s, replace them by yours. */
export const ASSUMED = {
  utilization: 0.6,
  workers: 2,
  spareReplicas: 1,
  minReplicas: 2,
  coreHour: 0.04,
  gigabyteHour: 0.005,
  hoursOfMonth: 730,
};
const SECONDS_OF_DAY = 86_400;

/**
 * @param given `speed`: results of `npm run bench`; `facts`: of a replica; `chartMib`: memory of a pod, by its
 * workers, as the chart requests it.
 * @returns the plan of one rate.
 */
export function planOf(tweetsAMinute, { speed, facts, chartMib }) {
  const { utilization, workers, spareReplicas, minReplicas, coreHour, gigabyteHour, hoursOfMonth } =
    ASSUMED;
  const rate = tweetsAMinute / 60;
  const cpuSeconds = medianOver(speed.rounds)((round) => round[NAMES.server(32)].cpuUs.total) / 1e6;
  const needed = (rate * cpuSeconds) / utilization;
  const replicas = Math.max(minReplicas, Math.ceil(needed / workers) + spareReplicas);
  const cores = replicas * workers;
  const memoryGb = (replicas * chartMib(workers) * 1024 ** 2) / 1e9;
  const money = (cores * coreHour + memoryGb * gigabyteHour) * hoursOfMonth;
  return {
    tweetsAMinute,
    rate,
    cpuSeconds,
    needed,
    replicas,
    cores,
    memoryGb,
    money,
    moneyOfMillion: (money / (rate * 3600 * hoursOfMonth)) * 1e6,
    series: replicas * facts.output.series,
    logBytesADay: rate * facts.output.logBytes * SECONDS_OF_DAY,
    fetchBytes: replicas * facts.fetch.bytes,
    fetchRequests: replicas * facts.fetch.requests,
  };
}
