import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Profile } from '../../src/drift/profile.ts';
import { DriftError } from '../../src/drift/report/drift-error.ts';
import { readExposition } from '../../src/drift/report/exposition.ts';
import { driftOfServer, type ServerOptions } from '../../src/drift/report/server-report.ts';
import { formatReport } from '../../src/drift/report/terminal-report.ts';
import { createMetrics } from '../../src/telemetry/metrics/metrics.ts';
import { NO_STATS } from '../../src/telemetry/stats.ts';
import { COMMIT, plain } from './logs.ts';

test('the metrics expose what was counted, also of names with quotes', async () => {
  const metrics = createMetrics(() => NO_STATS);
  const strange = 'a"b\\c\nd}';
  const profile: Profile = {
    texts: 100,
    features: {
      label: { categories: [strange, 'neutral'], ratios: [0.25, 0.75] },
      score: { upper_bounds: [0.5, 1], ratios: [0.125, 0.875] },
    },
  };
  metrics.onServing({
    name: 'tweet-sentiment',
    commit: COMMIT,
    tag: undefined,
    date: '2026-01-31T12:00:00Z',
    classifier: { labels: [strange, 'neutral'] },
    profile,
  });
  for (const [label, score] of [
    [strange, 0.4],
    [strange, 0.9],
    ['neutral', 0.9],
  ] as const) {
    metrics.onPrediction({
      ...{ requestId: '', id: '', model: '', commit: COMMIT, input: '', scores: {} },
      ...{ language: 'en', languageConfidence: 1, tokens: 9, unknownRatio: 0 },
      ...{ truncated: false, topic: undefined, cached: false, latencyMs: 1 },
      label,
      score,
    });
  }

  const exposed = readExposition(await metrics.expose());

  expect(exposed).toEqual({
    model: { name: 'tweet-sentiment', commit: COMMIT, tag: undefined },
    profile: { texts: 1, features: profile.features },
    normal: { texts: 0, features: expect.anything() },
    counts: { label: [2, 1], score: [1, 2] },
    startedAt: expect.closeTo(Date.now() / 1000, -4),
  });
});

const OPTIONS: ServerOptions = {
  threshold: 0.25,
  apiKey: undefined,
  reference: 'training',
  windowMs: undefined,
};

describe('a server', () => {
  const METRICS = [
    `classifier_model_info{name="m",commit="${COMMIT}",version=""} 1`,
    ...['neutral', 'positive'].flatMap((bin) => [
      `classifier_observations_total{feature="label",bin="${bin}"} 100`,
      `classifier_reference_ratio{feature="label",bin="${bin}"} 0.5`,
    ]),
  ].join('\n');

  /** Answers with bodies by path, and breaks the connection for other ones. */
  async function answering(bodies: Readonly<Record<string, string>>): Promise<string> {
    const http = createServer((req, res) => {
      const body = bodies[req.url as string];
      if (body === undefined) {
        res.destroy();
      } else {
        res.end(body);
      }
    }).listen(0, '127.0.0.1');
    await once(http, 'listening');
    onTestFinished(() => void http.close());
    return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  }
  const reportOf = (url: string, options: Partial<ServerOptions> = {}) =>
    driftOfServer(url, { ...OPTIONS, ...options }, async () => undefined);

  /** Answers the scrapes one after the other, and has no texts. */
  async function answeringScrapes(scrapes: readonly string[]): Promise<string> {
    const left = [...scrapes];
    const http = createServer((req, res) => {
      res.end(req.url === '/metrics' ? left.shift() : '{}');
    }).listen(0, '127.0.0.1');
    await once(http, 'listening');
    onTestFinished(() => void http.close());
    return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  }
  const observed = (neutral: number, positive: number, start = 1): string =>
    [
      METRICS.replace('bin="neutral"} 100', `bin="neutral"} ${neutral}`).replace(
        'bin="positive"} 100',
        `bin="positive"} ${positive}`,
      ),
      `process_start_time_seconds ${start}`,
    ].join('\n');

  test('over a window, only what was observed in it is compared', async () => {
    const url = await answeringScrapes([observed(1000, 100), observed(1000, 400)]);
    const result = await reportOf(url, { windowMs: 60_000 });
    expect(result).toMatchObject({ predictions: 300, drifted: true });
    expect(result.source).toEqual({ kind: 'server', url, window_seconds: 60 });
    expect(result.features[0]?.bins.map(({ count }) => count)).toEqual([0, 300]);
    expect(formatReport(result, 200, plain)).toContain('observed for 1:00');
  });

  test('a server that was restarted within the window is an error', async () => {
    const url = await answeringScrapes([observed(1000, 100), observed(10, 10, 2)]);
    await expect(reportOf(url, { windowMs: 60_000 })).rejects.toThrow('was restarted');
  });

  test('is compared with its normal traffic on request', async () => {
    const normal = ['neutral', 'positive'].map(
      (bin, i) => `classifier_normal_ratio{feature="label",bin="${bin}"} ${[0.9, 0.1][i]}`,
    );
    const url = await answering({ '/metrics': [METRICS, ...normal].join('\n') });
    expect(await reportOf(url)).toMatchObject({ drifted: false, reference: 'training' });
    const result = await reportOf(url, { reference: 'normal' });
    expect(result).toMatchObject({ drifted: true, reference: 'normal' });
    expect(result.features[0]?.bins.map(({ reference }) => reference)).toEqual([0.9, 0.1]);
    expect(formatReport(result, 200, plain)).toContain('normal traffic');
  });

  test('without a baseline can not be compared with its normal traffic', async () => {
    const url = await answering({ '/metrics': METRICS });
    await expect(reportOf(url, { reference: 'normal' })).rejects.toThrow('no baseline (BASELINES)');
  });

  test.each<[string, Record<string, string>]>([
    ['that breaks off', {}],
    ['that answers something else', { '/console/data': '<html>' }],
    ['that has no predictions', { '/console/data': '{"predictions":[null,{}]}' }],
  ])('%s in the request for its texts is reported without them', async (_, bodies) => {
    const result = await reportOf(`${await answering({ '/metrics': METRICS, ...bodies })}/`);

    expect(result).toMatchObject({ commit: COMMIT, tag: null, predictions: 200, drifted: false });
    expect(formatReport(result, 200, plain)).toContain('No texts: the server');
  });

  test.each<[string, Record<string, string>, string]>([
    ['that breaks off', {}, "can't be reached"],
    ['without a model', { '/metrics': 'up 1' }, '/metrics names no model'],
    [
      'without a reference',
      { '/metrics': METRICS.replaceAll('classifier_reference_ratio', 'other') },
      `${COMMIT} has no profile.json`,
    ],
  ])('%s is an error', async (_, bodies, message) => {
    const error = await reportOf(await answering(bodies)).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(DriftError);
    expect((error as Error).message).toContain(message);
  });
});
