import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PINNED } from '../support/pinned.ts';
import { startPrometheus, type TestPrometheus } from '../support/prometheus.ts';
import { startServer, type TestServer } from '../support/server.ts';

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
      'sum(http_request_duration_seconds_count{route="/predict",status="200"})',
    ),
  ).toBe(before + 50);
  expect(await prometheus.value('prediction_log_lines_total')).toBe(await prometheus.value(count));
});
