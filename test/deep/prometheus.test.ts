import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readNormal } from '../../src/drift/normal.ts';
import { poll } from '../../tools/launch.mjs';
import { startCollector } from '../support/collector.ts';
import { temporaryFolder } from '../support/git-version.ts';
import { PINNED } from '../support/pinned.ts';
import { PER_REPLICA_RULES, startPrometheus, type TestPrometheus } from '../support/prometheus.ts';
import { runCommand, startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let prometheus: TestPrometheus;

beforeAll(async () => {
  server = await startServer();
  prometheus = await startPrometheus({ targets: [new URL(server.url).host] });
});
afterAll(async () => {
  await prometheus.stop();
  await server.stop();
});

test('promtool finds nothing to say of the metrics, before and after traffic', async () => {
  for (let i = 0; i < 2; i++) {
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(execFileSync('promtool', ['check', 'metrics'], { input: metrics }).toString()).toBe('');
    await server.predict({ inputs: 'some traffic' });
    await server.predict('{');
  }
});

test('Prometheus scrapes the format that it prefers, compressed', async () => {
  const accept =
    'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
  const answer = await fetch(`${server.url}/metrics`, { headers: { accept } });
  expect(answer.headers.get('content-type')).toMatch(/^application\/openmetrics-text; version=1/);
  expect(answer.headers.get('content-encoding')).toBe('gzip');
  expect(await prometheus.eventually('up{job="tweet-sentiment"}', 1)).toBe(1);
  // A counter keeps its name.
  expect(await prometheus.value('count(http_requests_total{route="/predict"})')).toBeGreaterThan(0);
});

test('an exemplar of a latency leads to a trace that the collector has', async () => {
  const collector = await startCollector();
  const traced = await startServer({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: '20',
  });
  const scraper = await startPrometheus({ targets: [new URL(traced.url).host] });
  try {
    await traced.predict({ inputs: 'traced' });
    const [request] = await collector.untilSpans((spans) =>
      spans.some(({ kind }) => kind === 'SERVER'),
    );
    for (const name of ['http_request', 'classifier_inference', 'classifier_queue']) {
      const traces = await poll(
        () => scraper.exemplarTraces(`${name}_duration_seconds_bucket{job="tweet-sentiment"}`),
        { accept: (found) => found.length > 0 },
      );
      expect(new Set(traces)).toEqual(new Set([request?.traceId]));
    }
  } finally {
    await scraper.stop();
    await traced.stop();
    await collector.close();
  }
});

test('a real Prometheus sees the model, and counts exactly what was sent', async () => {
  expect(await prometheus.eventually('up{job="tweet-sentiment"}', 1)).toBe(1);
  expect(await prometheus.eventually(`classifier_model_info{commit="${PINNED}"}`, 1)).toBe(1);
  const count = 'sum(classifier_predictions_total)';
  // One text a request until here.
  const before = await prometheus.value(count);
  await Promise.all(
    Array.from({ length: 50 }, () => server.predict({ inputs: ['Guten Morgen', 'Good morning'] })),
  );
  expect(await prometheus.eventually(count, before + 100)).toBe(before + 100);
  expect(await prometheus.value('sum(classifier_predictions_total{language="de"})')).toBe(50);
  const requests = 'sum(http_requests_total{route="/predict",status="200"})';
  expect(await prometheus.value(requests)).toBe(before + 50);
  expect(
    await prometheus.value(
      'sum(http_request_duration_seconds_count{route="/predict",status="2xx"})',
    ),
  ).toBe(before + 50);
  expect(await prometheus.value('prediction_log_lines_total')).toBe(await prometheus.value(count));
});

test('the normal traffic that it has recorded is measured, kept, and exported by the server', async () => {
  const observed =
    'sum(job_commit_feature_bin:classifier_observations:increase5m{feature="label"})';
  const before = await prometheus.value('sum(classifier_predictions_total)');
  await Promise.all(
    Array.from({ length: 60 }, () => server.predict({ inputs: ['Guten Morgen', 'Good morning'] })),
  );
  const predictions = 'sum(classifier_predictions_total)';
  const sent = before + 120;
  expect(await prometheus.eventually(predictions, sent)).toBe(sent);
  expect(await prometheus.eventually(observed, sent)).toBe(sent);
  const folder = temporaryFolder();
  const args = ['baseline', '--prometheus', prometheus.url, '--baselines', folder];
  const { code, stderr, stdout } = await runCommand(args);
  expect(stderr).toContain(`written to ${folder}/tweet-sentiment/${PINNED}.json`);
  expect(code).toBe(0);
  expect(stdout).toMatch(/language {2}(de|en)/);
  const normal = await readNormal(folder, 'tweet-sentiment', PINNED);
  const german = await prometheus.value('sum(classifier_predictions_total{language="de"})');
  expect(normal?.texts).toBe(sent);
  // As the rules compare only bins that the normal has.
  expect(normal?.features.language?.fr).toEqual({ ratio: 0, deviation: 0 });
  expect(normal?.features.language?.de?.ratio).toBeCloseTo(german / sent, 5);
  const serving = await startServer({ BASELINES: folder });
  try {
    const metrics = await (await fetch(`${serving.url}/metrics`)).text();
    const ratio = normal?.features.language?.de?.ratio;
    expect(metrics).toContain(`classifier_normal_ratio{feature="language",bin="de"} ${ratio}\n`);
  } finally {
    await serving.stop();
  }
});

test('what the rules record is of all replicas together', async () => {
  const names = async (selector: string): Promise<string[]> =>
    (await prometheus.query(`count by (__name__) ({__name__=~".+:.+"${selector}})`))
      .map(({ metric: { __name__ = '' } }) => __name__)
      .sort();
  expect((await names('')).length).toBeGreaterThan(40);
  expect(await names(', instance!=""')).toEqual(Object.keys(PER_REPLICA_RULES).sort());
});

test('a Prometheus that has recorded nothing of a version has no normal of it', async () => {
  const none = ['baseline', '--prometheus', prometheus.url, '--commit', '0'.repeat(40)];
  const { code, stderr } = await runCommand(none);
  expect(stderr).toContain('either nothing was predicted');
  expect(code).toBe(2);
});
