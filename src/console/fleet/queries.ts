/** The queries for Prometheus: fixed, but for the names of the model and of its jobs. */
import type { FiringAlert, FleetHistory, FleetRange, HistoryStep } from '../../api/console.ts';
import { PREDICTION_ROUTES_PATTERN } from '../../api/prediction-routes.ts';
import { UNDETERMINED } from '../../terminal/languages.ts';
import { type Prometheus, PrometheusError } from './prometheus.ts';

/** Each range has 120 points; rates are over a step, and over two scrapes at least. */
const RANGES: Readonly<
  Record<
    FleetRange,
    { readonly spanSeconds: number; readonly stepSeconds: number; readonly window: string }
  >
> = {
  '1h': { spanSeconds: 3_600, stepSeconds: 30, window: '2m' },
  '24h': { spanSeconds: 86_400, stepSeconds: 720, window: '12m' },
  '7d': { spanSeconds: 604_800, stepSeconds: 5_040, window: '84m' },
};
const ROUTE = `method="POST", route=~"${PREDICTION_ROUTES_PATTERN}"`;
/** Alerts that these rules name so are of this project, whatever job they are of. */
const ALERT_PREFIX = 'Classifier';
/** Its language is in its name. */
const UNDETERMINED_ALERT = 'ClassifierUndetermined';
const MAX_ALERTS = 20;
const MAX_SUMMARY_CHARS = 400;

/**
 * A matcher of the jobs that serve the model, also if none has a replica now.
 *
 * @throws PrometheusError where there is none.
 */
async function jobMatcher(prometheus: Prometheus, modelName: string): Promise<string> {
  const info = `classifier_model_info{name=${quote(modelName)}}`;
  const found = await prometheus.query(`group by (job) (last_over_time(${info}[1h]))`);
  const jobs = found.flatMap(({ labels }) => labels.job ?? []);
  if (jobs.length === 0) {
    throw new PrometheusError(`Prometheus has no replica that serves ${modelName}`);
  }
  return `job=~${quote(jobs.map(escapeRegex).join('|'))}`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}

function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

interface Versions {
  readonly versions: readonly {
    readonly commit: string;
    readonly tag: string;
    readonly replicas: number;
    readonly estimatedAccuracy: number | undefined;
  }[];
  readonly down: number;
}

/** @throws PrometheusError. */
export async function readVersions(prometheus: Prometheus, modelName: string): Promise<Versions> {
  const job = await jobMatcher(prometheus, modelName);
  const [versions, down, accuracies] = await Promise.all([
    prometheus.query(`count by (commit, version) (classifier_model_info{${job}})`),
    prometheus.query(`count(up{${job}} == 0)`),
    prometheus.query(`max by (commit) (job_commit:classifier_estimated_accuracy:ratio5m{${job}})`),
  ]);
  return {
    versions: versions
      .map(({ labels, value }) => ({
        ...{ commit: labels.commit ?? '', tag: labels.version ?? '', replicas: value },
        estimatedAccuracy: accuracies.find((each) => each.labels.commit === labels.commit)?.value,
      }))
      .sort((a, b) => b.replicas - a.replicas),
    down: down[0]?.value ?? 0,
  };
}

/** Those that page first, then by the time that they fire. @throws PrometheusError. */
export async function readAlerts(
  prometheus: Prometheus,
  modelName: string,
): Promise<FiringAlert[]> {
  const [alerts, jobs] = await Promise.all([
    prometheus.alerts(),
    prometheus.query(
      `group by (job) (last_over_time(classifier_model_info{name=${quote(modelName)}}[1h]))`,
    ),
  ]);
  const names = new Set(jobs.flatMap(({ labels }) => labels.job ?? []));
  return alerts
    .flatMap((alert) => firingAlert(alert, names) ?? [])
    .sort((a, b) => a.severity.localeCompare(b.severity) || a.since - b.since)
    .slice(0, MAX_ALERTS);
}

/** Undefined where it does not fire, or is of something else. */
function firingAlert(
  {
    state,
    labels,
    annotations,
    activeAt,
    value,
  }: Awaited<ReturnType<Prometheus['alerts']>>[number],
  jobs: ReadonlySet<string>,
): FiringAlert | undefined {
  const { alertname = '', severity, job } = labels;
  const isOurs = alertname.startsWith(ALERT_PREFIX) && (job === undefined || jobs.has(job));
  if (state !== 'firing' || !isOurs || (severity !== 'page' && severity !== 'ticket')) {
    return undefined;
  }
  const language = alertname === UNDETERMINED_ALERT ? UNDETERMINED : labels.language;
  return {
    ...{ alert: alertname, severity },
    summary: withShortCommits(annotations.summary ?? alertname).slice(0, MAX_SUMMARY_CHARS),
    ...(language === undefined ? {} : { language }),
    since: Math.max(0, Date.parse(activeAt) / 1000 || 0),
    value: Number.isFinite(Number(value)) ? Number(value) : 0,
  };
}

function withShortCommits(text: string): string {
  return text.toWellFormed().replace(/\b([0-9a-f]{8})[0-9a-f]{32}\b/g, '$1');
}

/** @throws PrometheusError. */
export async function readHistory(
  prometheus: Prometheus,
  modelName: string,
  range: FleetRange,
): Promise<FleetHistory> {
  const { spanSeconds, stepSeconds, window } = RANGES[range];
  const job = await jobMatcher(prometheus, modelName);
  const end = Math.floor(Date.now() / 1000 / stepSeconds) * stepSeconds;
  const times = { start: end - spanSeconds + stepSeconds, end, step: stepSeconds };
  const ask = (expression: string) => prometheus.queryRange(expression, times);
  const observed = (feature: string) =>
    `sum by (bin) (rate(classifier_observations_total{${job}, feature="${feature}"}[${window}]))`;
  const latency = (quantile: number) =>
    `histogram_quantile(${quantile}, sum by (le) (rate(` +
    `http_request_duration_seconds_bucket{${job}, ${ROUTE}, status=~"2.."}[${window}])))`;
  const [languages, labels, requests, p50, p99, versions, lasting] = await Promise.all([
    ask(observed('language')),
    ask(observed('label')),
    ask(`sum by (status) (rate(http_requests_total{${job}, ${ROUTE}}[${window}]))`),
    ask(latency(0.5)),
    ask(latency(0.99)),
    ask(`count by (commit, version) (max_over_time(classifier_model_info{${job}}[${window}]))`),
    prometheus.query(
      `sum by (bin) (increase(classifier_observations_total{${job}, feature="language"}[5m]))`,
    ),
  ]);
  const steps = Array.from({ length: spanSeconds / stepSeconds }, (_, i): HistoryStep => {
    const time = times.start + i * stepSeconds;
    const [low, high] = [p50, p99].map((found) => found[0]?.points.get(time));
    const isStatus = (test: (status: number) => boolean): number =>
      requests
        .filter((series) => test(Number(series.labels.status)))
        .reduce((sum, { points }) => sum + (points.get(time) ?? 0) * stepSeconds, 0);
    return {
      at: time - stepSeconds,
      answered: isStatus((status) => status < 400),
      refused: isStatus((status) => status === 429),
      failed: isStatus((status) => status >= 500),
      ...(low === undefined || high === undefined
        ? {}
        : { latency: { p50: low * 1000, p99: high * 1000 } }),
      labels: amountsAt(labels, time, stepSeconds),
      languages: amountsAt(languages, time, stepSeconds),
      compared: {},
    };
  });
  const deploys = deploysOf(versions, times.start, stepSeconds);
  const recent = lasting.flatMap(({ labels, value }) =>
    value > 0 ? [[labels.bin ?? '', value] as const] : [],
  );
  return {
    ...{ status: 'ok', range, now: end, stepSeconds, spanSeconds, steps, deploys },
    lasting: Object.fromEntries(recent),
  };
}

type Series = Awaited<ReturnType<Prometheus['queryRange']>>;

function amountsAt(series: Series, time: number, stepSeconds: number): Record<string, number> {
  const amounts = series.map(
    ({ labels, points }) => [labels.bin ?? '', (points.get(time) ?? 0) * stepSeconds] as const,
  );
  return Object.fromEntries(amounts.filter(([, amount]) => amount > 0));
}

/** When each version was seen first, but for those that were there from the beginning. */
function deploysOf(versions: Series, start: number, stepSeconds: number) {
  return versions
    .flatMap(({ labels, points }) =>
      [...points.keys()]
        .filter((at) => at > start && !points.has(at - stepSeconds))
        .map((at) => ({ at, commit: labels.commit ?? '', tag: labels.version ?? '' })),
    )
    .sort((a, b) => a.at - b.at);
}
