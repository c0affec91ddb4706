/** Spans of real requests, as a collector receives them. */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CollectedSpan, type Collector, startCollector } from '../support/collector.ts';
import { type GrpcClient, inferRequest } from '../support/grpc.ts';
import { startGrpcServer } from '../support/grpc-server.ts';
import { PINNED } from '../support/pinned.ts';
import type { TestServer } from '../support/server.ts';

const METHOD = 'inference.GRPCInferenceService/ModelInfer';

let collector: Collector;
let server: TestServer;
let client: GrpcClient;

beforeAll(async () => {
  collector = await startCollector();
  ({ server, client } = await startGrpcServer({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    OTEL_BSP_SCHEDULE_DELAY: '20',
  }));
}, 60_000);

afterAll(async () => {
  client.close();
  await server.stop();
  await collector.close();
});

/** A `traceparent` of a client, and the trace that it begins. */
function clientTrace(flags = '01') {
  const traceId = crypto.randomUUID().replaceAll('-', '');
  const spanId = 'c1'.repeat(8);
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-${flags}` };
}

/** The spans of a trace once that of its request is there, which is written last. */
async function spansOf(traceId: string): Promise<CollectedSpan[]> {
  const own = (spans: readonly CollectedSpan[]) => spans.filter((each) => each.traceId === traceId);
  return own(await collector.untilSpans((all) => own(all).some(({ kind }) => kind === 'SERVER')));
}

const durationOf = ({ startMs, endMs }: CollectedSpan): number => endMs - startMs;
const named = (spans: readonly CollectedSpan[], name: string): CollectedSpan[] =>
  spans.filter((span) => span.name === name);
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

describe('requests that share batches', () => {
  let requests: ReturnType<typeof clientTrace>[];
  let traces: CollectedSpan[][];

  beforeAll(async () => {
    requests = Array.from({ length: 8 }, () => clientTrace());
    const answers = await Promise.all(
      requests.map(({ traceparent }, at) =>
        server.predict(
          { inputs: [`secret word ${at}`, `another ${at}`] },
          { traceparent, tracestate: 'vendor=value' },
        ),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(requests.map(() => 200));
    traces = await Promise.all(requests.map(({ traceId }) => spansOf(traceId)));
  });

  test('have each their parts below one span, which the client’s span is the parent of', () => {
    for (const [at, spans] of traces.entries()) {
      const [request] = named(spans, 'POST /predict');
      expect(request).toMatchObject({
        ...{ kind: 'SERVER', status: 'UNSET', traceState: 'vendor=value' },
        parentId: requests[at]?.spanId,
        attributes: {
          'http.request.method': 'POST',
          'http.route': '/predict',
          'http.response.status_code': 200,
          'url.path': '/predict',
          'url.scheme': 'http',
          'server.address': '127.0.0.1',
          'classifier.model.name': 'tweet-sentiment',
          'classifier.model.commit': PINNED,
          'classifier.texts': 2,
          'classifier.texts.cached': 0,
        },
        resource: {
          'service.name': 'tweet-sentiment-server',
          'service.version': expect.any(String),
          'deployment.environment.name': 'test',
        },
      });
      const parentOf = ({ parentId }: CollectedSpan): string | undefined =>
        spans.find(({ spanId }) => spanId === parentId)?.name;
      const parents = new Set(
        spans.filter((span) => span !== request).map((span) => `${span.name} < ${parentOf(span)}`),
      );
      expect([...parents].sort()).toEqual(
        [
          'batch < POST /predict',
          'inference < batch',
          'queue < POST /predict',
          'receive < POST /predict',
          'respond < POST /predict',
          'tokenize < batch',
        ].filter((each) => !each.startsWith('queue') || named(spans, 'queue').length > 0),
      );
    }
  });

  test('show where their time went: within 1 ms of the log’s latency_ms', async () => {
    for (const spans of traces) {
      const [request] = named(spans, 'POST /predict') as [CollectedSpan];
      const line = await server.eventually(
        ({ event, trace_id }) => event === 'prediction' && trace_id === request.traceId,
      );
      expect(line.span_id).toBe(request.spanId);
      expect(Math.abs(durationOf(request) - Number(line.latency_ms))).toBeLessThan(1);
      const batches = named(spans, 'batch');
      if (batches.length === 1) {
        const parts = ['receive', 'queue', 'batch', 'respond'].flatMap((name) =>
          named(spans, name),
        );
        const missing = durationOf(request) - sum(parts.map(durationOf));
        expect(Math.abs(missing)).toBeLessThan(1);
      }
    }
  });

  test('have what the worker measured within the batch', () => {
    for (const spans of traces) {
      for (const part of [...named(spans, 'tokenize'), ...named(spans, 'inference')]) {
        const batch = spans.find(({ spanId }) => spanId === part.parentId) as CollectedSpan;
        expect(part.startMs).toBeGreaterThanOrEqual(batch.startMs);
        expect(part.endMs).toBeLessThanOrEqual(batch.endMs);
      }
      const texts = named(spans, 'batch').map(({ attributes }) =>
        Number(attributes['classifier.batch.texts']),
      );
      const inRuns = named(spans, 'inference').map(({ attributes }) =>
        Number(attributes['classifier.batch_size']),
      );
      expect(sum(inRuns)).toBe(sum(texts));
    }
  });

  test('are linked: the first one’s batch to the other requests, theirs to its batch', () => {
    const batches = named(traces.flat(), 'batch');
    const requestIds = new Set(named(traces.flat(), 'POST /predict').map(({ spanId }) => spanId));
    const batchIds = new Set(batches.map(({ spanId }) => spanId));
    const toRequests = batches.flatMap(({ links }) =>
      links.filter(({ spanId }) => requestIds.has(spanId)),
    );
    const toBatches = batches.flatMap(({ links }) =>
      links.filter(({ spanId }) => batchIds.has(spanId)),
    );
    expect(toRequests.length).toBeGreaterThan(0);
    expect(toBatches).toHaveLength(toRequests.length);
    expect(batches.flatMap(({ links }) => links)).toHaveLength(2 * toRequests.length);
  });

  test('have no text in any attribute', () => {
    expect(JSON.stringify(traces)).not.toMatch(/secret|another/);
  });
});

test('a request over gRPC has the same parts, and the conventions of RPC', async () => {
  const { traceId, spanId, traceparent } = clientTrace();
  const metadata = { traceparent, 'x-request-id': 'over-grpc' };
  await client.call('ModelInfer', inferRequest(['sent over gRPC']), { metadata }).response;
  const spans = await spansOf(traceId);
  expect(spans.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['receive', 'batch', 'tokenize', 'inference', 'respond']),
  );
  const [request] = named(spans, METHOD);
  expect(request).toMatchObject({
    ...{ kind: 'SERVER', parentId: spanId, status: 'UNSET' },
    attributes: {
      'rpc.system.name': 'grpc',
      'rpc.method': METHOD,
      'rpc.response.status_code': 'OK',
      'classifier.model.commit': PINNED,
    },
  });
  const line = await server.eventually(({ request_id: id }) => id === 'over-grpc');
  expect(line).toMatchObject({ trace_id: traceId, span_id: request?.spanId });
  const refused = clientTrace();
  const options = { metadata: { traceparent: refused.traceparent } };
  await expect(client.call('ModelInfer', inferRequest(['']), options).response).rejects.toThrow();
  expect(named(await spansOf(refused.traceId), METHOD)[0]).toMatchObject({
    status: 'UNSET',
    attributes: { 'rpc.response.status_code': 'INVALID_ARGUMENT' },
  });
});

test('a request that is answered from the cache has no parts', async () => {
  await server.predict({ inputs: 'said twice' });
  const { traceId, traceparent } = clientTrace();
  await server.predict({ inputs: 'said twice' }, { traceparent });
  const spans = await spansOf(traceId);
  expect(spans.map(({ name }) => name).sort()).toEqual(['POST /predict']);
  expect(named(spans, 'POST /predict')[0]?.attributes['classifier.texts.cached']).toBe(1);
});

test('a request without a trace begins one, which is in the log', async () => {
  await server.predict({ inputs: 'on its own' }, { 'x-request-id': 'begins' });
  const line = await server.eventually(({ request_id }) => request_id === 'begins');
  const [request] = named(await spansOf(String(line.trace_id)), 'POST /predict');
  expect(request).toMatchObject({ parentId: '', spanId: line.span_id });
});

test('a trace that its client does not sample is in the log, and has no spans', async () => {
  const { traceId, traceparent } = clientTrace('00');
  await server.predict({ inputs: 'not sampled' }, { traceparent, 'x-request-id': 'unsampled' });
  const line = await server.eventually(({ request_id }) => request_id === 'unsampled');
  expect(line.trace_id).toBe(traceId);
  expect(line).not.toHaveProperty('span_id');
  await spansOf(await traceOfNext());
  expect(collector.spans.filter((span) => span.traceId === traceId)).toEqual([]);
});

/** Of a request that comes later, and whose spans are sent later. */
async function traceOfNext(): Promise<string> {
  const { traceId, traceparent } = clientTrace();
  await server.predict({ inputs: 'next' }, { traceparent });
  return traceId;
}

test.each([
  ['a wrong body', 'POST', '/predict', 'POST /predict', 400, 'malformed-json'],
  ['a wrong method', 'DELETE', '/predict', 'HTTP /predict', 405, 'method-not-allowed'],
  ['no route', 'GET', '/nothing?a=secret', 'GET', 404, 'not-found'],
])('%s is no error of the server', async (_, method, path, name, status, type) => {
  const { traceId, traceparent } = clientTrace();
  const headers = { traceparent, 'content-type': 'application/json' };
  const body = method === 'POST' ? '{' : null;
  expect((await fetch(`${server.url}${path}`, { method, headers, body })).status).toBe(status);
  const [request] = (await spansOf(traceId)) as [CollectedSpan];
  expect(request).toMatchObject({
    ...{ name, status: 'UNSET' },
    attributes: {
      'http.request.method': method,
      'http.response.status_code': status,
      'error.type': type,
    },
  });
  expect(JSON.stringify(request)).not.toContain('secret');
});

test('the address of the server has no brackets', async () => {
  const { traceId, traceparent } = clientTrace();
  const request = get(`${server.url}/model`, { headers: { host: '[::1]:8080', traceparent } });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  await once(response.resume(), 'end');
  const [span] = (await spansOf(traceId)) as [CollectedSpan];
  expect(span.attributes).toMatchObject({ 'server.address': '::1', 'server.port': 8080 });
});

test('probes and scrapes have no spans, unless they come with a trace', async () => {
  const { traceId, traceparent } = clientTrace();
  for (const path of ['/healthz', '/readyz', '/metrics']) {
    await fetch(`${server.url}${path}`);
  }
  await fetch(`${server.url}/healthz`, { headers: { traceparent } });
  expect((await spansOf(traceId)).map(({ name }) => name)).toEqual(['GET /healthz']);
  const names = new Set(collector.spans.map(({ name }) => name));
  expect([...names].filter((name) => /readyz|metrics/.test(name))).toEqual([]);
});
