import { expect, test } from 'vitest';
import { createMetrics } from '../../src/telemetry/metrics/metrics.ts';
import { encodeOpenMetrics } from '../../src/telemetry/metrics/open-metrics.ts';
import type { MetricsSnapshot } from '../../src/telemetry/metrics/snapshot.ts';
import { NO_STATS } from '../../src/telemetry/stats.ts';

const TRACE = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };

function answered(durationSeconds: number, trace = TRACE) {
  const series = { method: 'POST', route: '/predict', status: 200 };
  return { series, durationSeconds, requestId: 'r', trace };
}

test('has the series of the text format, under the names of OpenMetrics', async () => {
  const metrics = createMetrics(() => NO_STATS);
  metrics.onRoute({ method: 'POST', route: '/predict', statuses: [200] });
  const seriesOf = (text: string): string[] =>
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.slice(0, line.lastIndexOf(' ')));
  const text = seriesOf(await metrics.expose());
  const openMetrics = await metrics.exposeOpenMetrics();
  // Bounds are canonical numbers.
  const canonical = text.map((line) => line.replace(/le="(\d+)"/, 'le="$1.0"'));
  expect(seriesOf(openMetrics)).toEqual(canonical);
  expect(openMetrics).toContain('# TYPE http_requests counter\n# HELP http_requests HTTP requests');
  expect(openMetrics).toContain(
    'http_requests_total{method="POST",route="/predict",status="200"} 0\n',
  );
  expect(openMetrics.endsWith('\n# EOF\n')).toBe(true);
  // Nothing of it stays: the other format has what it had.
  expect(seriesOf(await metrics.expose())).toEqual(text);
});

test('each bucket of a histogram has the newest observation of a recorded trace', async () => {
  const metrics = createMetrics(() => NO_STATS);
  metrics.onRequestEnd(answered(0.02));
  metrics.onRequestEnd(answered(0.021, { ...TRACE, traceId: 'c'.repeat(32) }));
  metrics.onRequestEnd(answered(0.022, { ...TRACE, spanId: undefined as unknown as string }));
  metrics.onRequestEnd(answered(99));
  const text = await metrics.exposeOpenMetrics();
  const exemplars = text.split('\n').filter((line) => line.includes(' # {'));
  expect(exemplars).toEqual([
    expect.stringMatching(
      /^http_request_duration_seconds_bucket{le="0.025",method="POST",route="\/predict",status="2xx"} 3 # {trace_id="c{32}",span_id="b{16}"} 0.021 \d{10}\.\d{3}$/,
    ),
    expect.stringMatching(
      /^http_request_duration_seconds_bucket{le="\+Inf",.*} 4 # {trace_id="a{32}",span_id="b{16}"} 99 \d/,
    ),
  ]);
  expect(await metrics.expose()).not.toContain('a'.repeat(32));
});

test('a batch leaves exemplars for the queue and for each run of the model', async () => {
  const metrics = createMetrics(() => NO_STATS);
  const report = {
    ...{ threadId: 1, tokenizing: { startedAt: 10, endedAt: 11 } },
    runs: [{ texts: 1, startedAt: 11, endedAt: 15 }],
  };
  metrics.onTracedBatch(TRACE, { startedAt: 10, endedAt: 16, texts: 1, report }, 8);
  const lines = (await metrics.exposeOpenMetrics()).split('\n');
  const exemplarOf = (name: string) =>
    lines.find((line) => line.startsWith(name) && line.includes('#'));
  expect(exemplarOf('classifier_queue_duration_seconds')).toContain(
    '{le="0.0025"} 0 # {trace_id="a',
  );
  expect(exemplarOf('classifier_inference_duration_seconds')).toContain('} 0.004 ');
});

test('of several processes, the newest exemplar of a bucket counts', async () => {
  const [first, second] = [createMetrics(() => NO_STATS), createMetrics(() => NO_STATS)];
  const reports = async () => [await first.snapshot(), await second.snapshot()];
  first.onRequestEnd(answered(0.02));
  second.onRequestEnd(answered(0.02));
  const text = await first.exposeOpenMetrics(await reports());
  expect(text).toMatch(/_bucket{le="0.025",.*} 2 # {trace_id="a{32}",span_id="b{16}"} 0.02 /);
});

test('escapes what a label or a help text may have', () => {
  const snapshot = [
    {
      ...{ name: 'g', help: 'a "b"\n\\c', type: 'gauge' },
      values: [
        { labels: { bin: '"\\\n' }, value: Number.NaN },
        { labels: {}, value: Number.NEGATIVE_INFINITY },
      ],
    },
  ] as unknown as MetricsSnapshot;
  expect(encodeOpenMetrics(snapshot, new Map())).toBe(
    [
      '# TYPE g gauge',
      '# HELP g a \\"b\\"\\n\\\\c',
      'g{bin="\\"\\\\\\n"} NaN',
      'g -Inf',
      ...['# EOF', ''],
    ].join('\n'),
  );
});
