/** How spans leave the server: the variables of OpenTelemetry, collectors that fail, the end of a server. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort } from '../../tools/launch.mjs';
import { type Collector, startCollector } from '../support/collector.ts';
import { type Environment, startServer, type TestServer } from '../support/server.ts';

let collector: Collector;
let server: TestServer | undefined;

beforeEach(async () => {
  collector = await startCollector();
});

afterEach(async () => {
  await server?.stop();
  server = undefined;
  await collector.close();
});

async function startTracing(env: Environment = {}): Promise<TestServer> {
  server = await startServer({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...env });
  return server;
}

const problemsOf = ({ lines }: TestServer): string[] =>
  lines.filter(({ event }) => event === 'tracing_problem').map(({ message }) => String(message));

const NEVER = { OTEL_BSP_SCHEDULE_DELAY: '3600000' };
const SOON = { OTEL_BSP_SCHEDULE_DELAY: '20' };

test('a server that stops sends its last spans; headers and compression are those of the variables', async () => {
  const { predict, stop } = await startTracing({
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20token',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    OTEL_SERVICE_NAME: 'renamed',
    ...NEVER,
  });
  await predict({ inputs: 'the last one' });
  expect(collector.spans).toEqual([]);
  expect((await stop()).code).toBe(0);
  expect(collector.spans.map(({ name }) => name)).toContain('POST /predict');
  expect(collector.spans[0]?.resource['service.name']).toBe('renamed');
  expect(collector.requests[0]).toMatchObject({
    path: '/v1/traces',
    headers: {
      authorization: 'Bearer token',
      'content-encoding': 'gzip',
      'content-type': 'application/x-protobuf',
    },
  });
});

test('a collector that fails keeps no prediction from its client: one line in the log', async () => {
  const { predict, stop } = await startTracing({ OTEL_EXPORTER_OTLP_TIMEOUT: '3000', ...SOON });
  for (const [at, status] of [400, 500, 503, undefined].entries()) {
    collector.answerWith(status);
    const { length } = collector.requests;
    expect((await predict({ inputs: `text ${at}` })).status).toBe(200);
    await collector.untilRequests(length + 1);
  }
  await server?.eventually(({ event }) => event === 'tracing_problem');
  expect((await stop()).code).toBe(0);
  const problems = problemsOf(server as TestServer);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(
    /^\d+ spans were not sent to the collector 127\.0\.0\.1:\d+: it answered 400/,
  );
  expect(collector.spans).toEqual([]);
});

test('a collector that is down does not delay the end of the server until the time limit of an export', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const limits = { OTEL_EXPORTER_OTLP_TIMEOUT: '3600000', OTEL_BSP_EXPORT_TIMEOUT: '3600000' };
  const { predict, stop } = await startTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: url, ...limits });
  expect((await predict({ inputs: 'still answered' })).status).toBe(200);
  expect((await stop()).code).toBe(0);
  expect(problemsOf(server as TestServer)[0]).toContain('ECONNREFUSED');
});

test('what is not sampled has no spans; the parent’s decision comes first', async () => {
  const { predict, eventually } = await startTracing({
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0',
    ...SOON,
  });
  await predict({ inputs: 'a' }, { 'x-request-id': 'own' });
  const line = await eventually(({ request_id }) => request_id === 'own');
  expect(line.trace_id).toMatch(/^[0-9a-f]{32}$/);
  const traceId = 'ab'.repeat(16);
  await predict({ inputs: 'b' }, { traceparent: `00-${traceId}-${'cd'.repeat(8)}-01` });
  const spans = await collector.untilSpans((all) => all.some(({ kind }) => kind === 'SERVER'));
  expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
});

test('with PROCESSES each process sends its spans, and a scrape has the exemplars of all', async () => {
  const { url, predict } = await startTracing({ PROCESSES: '2', WORKERS: '2', ...SOON });
  const instances = (): Set<unknown> =>
    new Set(collector.spans.map(({ resource }) => resource['service.instance.id']));
  for (let sent = 0; instances().size < 2 && sent < 500; sent++) {
    // A connection of its own reaches either process.
    await predict({ inputs: `text ${sent}` }, { connection: 'close' });
  }
  await collector.untilSpans(() => instances().size === 2);
  const headers = { accept: 'application/openmetrics-text' };
  const text = await (await fetch(`${url}/metrics`, { headers })).text();
  const exemplars = [
    ...text.matchAll(/^http_request_duration_seconds_bucket.* # {trace_id="(\w+)"/gm),
  ];
  const traceIds = collector.spans.map(({ traceId }) => traceId);
  expect(exemplars.length).toBeGreaterThan(0);
  expect(exemplars.map(([, id]) => id).filter((id) => !traceIds.includes(id as string))).toEqual(
    [],
  );
});
