/** A client of Prometheus' HTTP API that is bounded in time and size. Queries come from this project only. */
import { z } from 'zod';
import { type Address, splitCredentials } from '../../credentials.ts';
import { fetchFailureReason, KnownError } from '../../errors.ts';
import { fetchText } from '../../fetch-text.ts';

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 4 * 1024 ** 2;

/** Its message is for readers of the page: it has neither the address nor its credentials. */
export class PrometheusError extends KnownError<'prometheus-unavailable'> {
  override readonly name = 'PrometheusError';

  constructor(message: string, options?: ErrorOptions) {
    super('prometheus-unavailable', message, options);
  }
}

type Labels = Readonly<Record<string, string>>;

export interface Prometheus {
  /** Values that are not finite are left out. @throws PrometheusError, as the others do. */
  query(
    expression: string,
  ): Promise<readonly { readonly labels: Labels; readonly value: number }[]>;
  /** Values that are not finite are left out. @param range in seconds since 1970. */
  queryRange(
    expression: string,
    range: { readonly start: number; readonly end: number; readonly step: number },
  ): Promise<readonly { readonly labels: Labels; readonly points: ReadonlyMap<number, number> }[]>;
  alerts(): Promise<readonly z.infer<typeof alertsSchema>['alerts'][number][]>;
}

const labelsSchema = z.record(z.string(), z.string());
const sampleSchema = z.tuple([z.number(), z.string()]);
const vectorSchema = z.object({
  resultType: z.literal('vector'),
  result: z.array(z.object({ metric: labelsSchema, value: sampleSchema })),
});
const matrixSchema = z.object({
  resultType: z.literal('matrix'),
  result: z.array(z.object({ metric: labelsSchema, values: z.array(sampleSchema) })),
});
const alertsSchema = z.object({
  alerts: z.array(
    z.object({
      labels: labelsSchema,
      annotations: labelsSchema,
      state: z.string(),
      activeAt: z.string(),
      value: z.string(),
    }),
  ),
});

/** @param address with a path where Prometheus has one, and with credentials for HTTP Basic, if any. */
export function createPrometheus(address: string): Prometheus {
  const { url: base, headers } = splitCredentials(address);
  const get = async <T>(path: string, schema: z.ZodType<T>, query: Record<string, string> = {}) => {
    const url = new URL(`${base.pathname.replace(/(?<!\/)\/+$/, '')}/api/v1/${path}`, base);
    url.search = new URLSearchParams({
      ...Object.fromEntries(base.searchParams),
      ...query,
    }).toString();
    const body = await readAll(url, headers);
    const { data } = z.object({ status: z.literal('success'), data: schema }).safeParse(body);
    if (!data) {
      throw new PrometheusError('Prometheus has answered with something else');
    }
    return data.data;
  };
  return {
    query: async (expression) => {
      const { result } = await get('query', vectorSchema, { query: expression });
      return result
        .map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
        .filter(({ value }) => Number.isFinite(value));
    },
    queryRange: async (expression, range) => {
      const times = Object.entries(range).map(([name, value]) => [name, String(value)]);
      const query = { query: expression, ...Object.fromEntries(times) };
      const { result } = await get('query_range', matrixSchema, query);
      return result.map(({ metric, values }) => ({
        labels: metric,
        points: new Map(
          values
            .map(([at, value]) => [at, Number(value)] as const)
            .filter(([, value]) => Number.isFinite(value)),
        ),
      }));
    },
    alerts: async () => (await get('alerts', alertsSchema)).alerts,
  };
}

/** @returns JSON. @throws PrometheusError. */
async function readAll(url: URL, headers: Address['headers']): Promise<unknown> {
  const limits = { timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES };
  // Credentials must not reach another host.
  const answer = await fetchText(url, { headers, redirect: 'error', ...limits }).catch(unreachable);
  if (answer.status !== 200) {
    throw new PrometheusError(`Prometheus has answered with status ${answer.status}`);
  }
  try {
    return JSON.parse(answer.text);
  } catch (error) {
    throw new PrometheusError('Prometheus has answered with something else', { cause: error });
  }
}

function unreachable(error: unknown): never {
  const isTooLarge = error instanceof KnownError && error.code === 'too-large';
  const message = isTooLarge
    ? `Prometheus has answered with ${error.message}`
    : `Prometheus can’t be reached (${fetchFailureReason(error)})`;
  throw new PrometheusError(message, { cause: error });
}
