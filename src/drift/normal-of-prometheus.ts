/** `baseline --prometheus`: the normal of a version, from what Prometheus has recorded of all its replicas. */
import { z } from 'zod';
import { type Address, splitCredentials } from '../credentials.ts';
import { fetchFailureReason, KnownError } from '../errors.ts';
import { fetchText } from '../fetch-text.ts';
import { createWindowCounts, DRIFT_WINDOW_SECONDS, type Normal } from './normal.ts';

const TIMEOUT_MS = 60_000;
/** A week has 2,016 windows of about 90 bins, which take about 7 MB. */
const MAX_ANSWER_BYTES = 128 * 1024 ** 2;

/** Recorded by deploy/prometheus/recording-drift.yml: texts of the last five minutes. */
const OBSERVATIONS = 'job_commit_feature_bin:classifier_observations:increase5m';
/** What fires when traffic is not as it should be; it would become a part of the normal. */
const TRAFFIC_ALERTS = 'Classifier(ForeignLanguage|Undetermined|UnknownTokens|.+Drift).*';

export interface PrometheusOptions {
  /** Seconds until now. */
  readonly windowSeconds: number;
  /** Undefined: the only one that was observed. */
  readonly commit: string | undefined;
  /** Undefined: the only one. */
  readonly job: string | undefined;
}

export interface MeasuredNormal {
  readonly normal: Normal;
  /** Alerts about the traffic that fired in the window. */
  readonly alerts: readonly string[];
}

const answerSchema = z.object({
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        values: z
          .array(z.tuple([z.number(), z.string()]))
          // NaN and +Inf are no counts.
          .transform((values) =>
            values.filter(([, value]) => Number(value) >= 0 && Number.isFinite(Number(value))),
          ),
      }),
    ),
  }),
});

type Series = z.infer<typeof answerSchema>['data']['result'][number];

/**
 * @param address of Prometheus, `http://host:port`, with user and password if it needs them
 * @throws KnownError `no-prometheus` where it can't be reached or answers something else, `no-traffic` where
 * it has observed no text of the version, `ambiguous` where it has of several.
 */
export async function normalOfPrometheus(
  address: string,
  options: PrometheusOptions,
): Promise<MeasuredNormal> {
  const prometheus = splitCredentials(address);
  const to = Math.ceil(Date.now() / 1000);
  const steps = Math.max(1, Math.floor(options.windowSeconds / DRIFT_WINDOW_SECONDS));
  const range = { start: to - (steps - 1) * DRIFT_WINDOW_SECONDS, end: to };
  const ask = (query: string): Promise<Series[]> => queryRange(prometheus, query, range);
  const recorded = await ask(`${OBSERVATIONS}${selectorOf(options)}`);
  const observed = withTraffic(recorded);
  const { commit, job } = onlyOne(observed, prometheus.url);
  const [info, alerts] = await Promise.all([
    ask(`group by (name) (classifier_model_info{commit=${quoted(commit)}, job=${quoted(job)}})`),
    ask(
      `group by (alertname) (ALERTS{alertstate="firing", commit=${quoted(commit)}, alertname=~"${TRAFFIC_ALERTS}"})`,
    ),
  ]);
  const counts = createWindowCounts();
  const times: number[] = [];
  for (const { metric, values } of observed) {
    for (const [time, value] of values) {
      const { feature = '', bin = '' } = metric;
      counts.add({ feature, bin, window: time, count: Number(value) });
      if (Number(value) > 0) {
        times.push(time);
      }
    }
  }
  times.sort((a, b) => a - b);
  const normal = {
    name: info[0]?.metric.name ?? '',
    commit,
    from: isoTime((times[0] as number) - DRIFT_WINDOW_SECONDS),
    to: isoTime(times.at(-1) as number),
    texts: counts.texts(),
    features: counts.features(),
  };
  return { normal, alerts: alerts.map(({ metric }) => metric.alertname ?? '').sort() };
}

/** Without versions and jobs that had no text; of the others, bins without any count as 0. */
function withTraffic(recorded: readonly Series[]): Series[] {
  const keyOf = ({ metric }: Series): string => `${metric.commit} ${metric.job}`;
  const busy = new Set(
    recorded.filter(({ values }) => values.some(([, value]) => Number(value) > 0)).map(keyOf),
  );
  return recorded.filter((series) => busy.has(keyOf(series)));
}

function selectorOf({ commit, job }: PrometheusOptions): string {
  const labels = Object.entries({ commit, job }).filter(([, value]) => value !== undefined);
  return `{${labels.map(([name, value]) => `${name}=${quoted(value as string)}`).join(', ')}}`;
}

/** A string of PromQL has the escapes of JSON. */
function quoted(value: string): string {
  return JSON.stringify(value);
}

function onlyOne(
  observed: readonly Series[],
  url: URL,
): { readonly commit: string; readonly job: string } {
  const values = (label: string): string[] => [
    ...new Set(observed.map(({ metric }) => metric[label] ?? '')),
  ];
  const [commits, jobs] = [values('commit'), values('job')];
  if (commits.length === 0) {
    throw new KnownError(
      'no-traffic',
      `${url.origin} has no ${OBSERVATIONS} above 0 in this window: either nothing was predicted, or it does ` +
        'not load the rules of deploy/prometheus',
    );
  }
  for (const [flag, found] of [
    ['--commit', commits],
    ['--job', jobs],
  ] as const) {
    if (found.length > 1) {
      throw new KnownError('ambiguous', `Choose one with ${flag}: found ${found.join(', ')}`);
    }
  }
  return { commit: commits[0] as string, job: jobs[0] as string };
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

async function queryRange(
  { url, headers }: Address,
  query: string,
  { start, end }: { readonly start: number; readonly end: number },
): Promise<Series[]> {
  const path = `${url.pathname.replace(/(?<!\/)\/+$/, '')}/api/v1/query_range`;
  const address = `${url.origin}${path}${url.search}`;
  const body = new URLSearchParams({
    ...{ query, start: String(start), end: String(end) },
    step: String(DRIFT_WINDOW_SECONDS),
  });
  const text = await post(address, { body, headers });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new KnownError('no-prometheus', `${address} does not answer in JSON: no Prometheus?`);
  }
  const { data } = answerSchema.safeParse(json);
  if (!data) {
    throw new KnownError('no-prometheus', `${address} does not answer as Prometheus does`);
  }
  return data.data.result;
}

async function post(
  url: string,
  request: { readonly body: URLSearchParams; readonly headers: Address['headers'] },
): Promise<string> {
  const failed = (reason: string, cause?: unknown): KnownError =>
    new KnownError('no-prometheus', `${url} ${reason}`, { cause });
  const limits = { timeoutMs: TIMEOUT_MS, maxBytes: MAX_ANSWER_BYTES };
  const answer = await fetchText(url, {
    ...{ ...request, method: 'POST', redirect: 'error' },
    ...limits,
  }).catch((error) => {
    throw failed(`can't be reached (${fetchFailureReason(error)})`, error);
  });
  if (answer.status !== 200) {
    throw failed(`answers ${answer.status}: ${answer.text.slice(0, 200)}`);
  }
  return answer.text;
}
