import { describe, expect, test } from 'vitest';
import type { Answer, Client } from '../../src/simulate/client.ts';
import { formatReport } from '../../src/simulate/format-report.ts';
import { type SimulationOptions, simulate } from '../../src/simulate/run.ts';
import { fakeClock } from '../support/object-server.ts';

const COMMIT = 'a'.repeat(40);
const SECONDS = 60;
const RATE = 50;
const DUE = SECONDS * RATE;
/** Arrivals of a Poisson process: their number's standard deviation is the root of the mean. */
const TOLERANCE = 4 * Math.sqrt(DUE);

const { signal: never } = new AbortController();

/** Calls everything neutral. */
function answer(texts: readonly string[]): Answer {
  return {
    kind: 'predictions',
    status: '200',
    commit: COMMIT,
    predictions: texts.map((text) => ({
      id: `id of ${text}`,
      label: 'neutral',
      scores: { negative: 0.2, neutral: 0.6, positive: 0.2 },
      language: 'en',
    })),
  };
}

function run(
  { predict, ...client }: Partial<Client>,
  options: Partial<SimulationOptions> = {},
  signal = never,
) {
  const sent: { texts: readonly string[]; at: number }[] = [];
  const clock = fakeClock();
  const report = simulate(
    {
      phases: [{ mix: { en: 1 }, durationMs: SECONDS * 1_000 }],
      rate: RATE,
      batch: 1,
      connections: 10,
      feedback: 0,
      seed: 1,
      maxUnreachableMs: 5_000,
      clock,
      client: {
        reach: async () => undefined,
        predict: async (texts) => {
          sent.push({ texts, at: clock.now() });
          return predict ? predict(texts) : answer(texts);
        },
        sendFeedback: async () => '204',
        ...client,
      },
      ...options,
    },
    signal,
  );
  return { report, sent, clock };
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

describe('the rate', () => {
  test('is met, with one text per request or many', async () => {
    const single = run({});
    const { phases, rows, elapsed_ms } = await single.report;
    expect(Math.abs(single.sent.length - DUE)).toBeLessThan(TOLERANCE);
    expect(phases).toMatchObject([{ sent: single.sent.length, skipped: 0 }]);
    expect(rows).toMatchObject([{ texts: single.sent.length, commit: COMMIT }]);
    expect(elapsed_ms).toBe(SECONDS * 1_000);

    const batches = run({}, { batch: 5 });
    const sent = (await batches.report).phases[0]?.sent as number;
    expect(Math.abs(sent - DUE)).toBeLessThan(TOLERANCE * Math.sqrt(5));
    expect(batches.sent.every(({ texts }) => texts.length === 5)).toBe(true);
  });

  test('does not depend on a server that falls behind: skipped texts are counted', async () => {
    const gate = deferred();
    const { report, sent } = run(
      { predict: (texts) => gate.promise.then(() => answer(texts)) },
      {
        onProgress: ({ elapsedMs, totalMs, inFlight }) => {
          expect(inFlight).toBeLessThanOrEqual(10);
          if (elapsedMs >= totalMs) {
            gate.resolve();
          }
        },
      },
    );
    const { phases, latency_ms } = await report;
    expect(sent).toHaveLength(10);
    expect(phases[0]?.sent).toBe(10);
    expect(Math.abs((phases[0]?.skipped as number) + 10 - DUE)).toBeLessThan(TOLERANCE);
    expect(latency_ms?.max).toBeGreaterThan(50_000);
  });

  test('continues after errors, which are counted by status', async () => {
    let requests = 0;
    const { report } = run({
      predict: async (texts) =>
        ++requests % 2 === 0 ? { kind: 'refusal', status: '503' } : answer(texts),
    });
    const { statuses, rows, ended } = await report;
    expect(ended).toBe('completed');
    expect(statuses['503']).toBe(Math.floor(requests / 2));
    expect(rows[0]?.texts).toBe(statuses['200']);
  });
});

test('a seed determines what is sent and when, whatever the server does', async () => {
  const first = run({}, { feedback: 0.3 });
  const second = run({ predict: async () => ({ kind: 'refusal', status: '429' }) });
  await Promise.all([first.report, second.report]);
  expect(second.sent).toEqual(first.sent);
  const other = run({}, { seed: 2 });
  await other.report;
  expect(other.sent).not.toEqual(first.sent);
});

test('phases follow one another, each with its mix and its length', async () => {
  const { report } = run(
    {},
    {
      phases: [
        { mix: { en: 1 }, durationMs: 20_000 },
        { mix: { de: 1, fr: 1 }, durationMs: 40_000 },
      ],
    },
  );
  const { rows, phases } = await report;
  expect(rows.map(({ phase, language }) => [phase, language])).toEqual([
    [1, 'en'],
    [2, 'de'],
    [2, 'fr'],
  ]);
  expect(phases[0]?.sent).toBeGreaterThan(850);
  expect(phases[0]?.sent).toBeLessThan(1_150);
  expect(phases[1]?.sent).toBe((rows[1]?.texts ?? 0) + (rows[2]?.texts ?? 0));
});

test('a new version in the middle has a row of its own', async () => {
  let requests = 0;
  const { report } = run({
    predict: async (texts) => ({
      ...(answer(texts) as Extract<Answer, { kind: 'predictions' }>),
      commit: ++requests <= 100 ? 'old' : 'new',
    }),
  });
  const { rows } = await report;
  expect(rows.map(({ commit }) => commit)).toEqual(['old', 'new']);
  expect(rows[0]?.texts).toBe(100);
});

test('accuracy is measured against the labels of the phrases', async () => {
  const { report } = run({});
  const [row] = (await report).rows;
  expect(row?.correct).toBe(row?.labels.neutral);
  expect(row?.predicted).toEqual({ negative: 0, neutral: row?.texts, positive: 0 });
  expect(row?.told).toEqual({ en: row?.texts });
});

describe('feedback', () => {
  test('has the true label of the prediction, for the requested share', async () => {
    const sentLabels = new Map<string, string>();
    const { report, sent } = run(
      {
        sendFeedback: async (id, label) => {
          sentLabels.set(id, label);
          return '204';
        },
      },
      { feedback: 0.5 },
    );
    const { feedback, rows } = await report;
    expect(Math.abs((feedback['204'] as number) / sent.length - 0.5)).toBeLessThan(0.05);
    expect(new Set(sentLabels.values())).toEqual(new Set(['negative', 'neutral', 'positive']));
    expect(rows[0]?.texts).toBe(sent.length);
    const ids = new Set(sent.map(({ texts }) => `id of ${texts[0]}`));
    expect([...sentLabels.keys()].every((id) => ids.has(id))).toBe(true);
  });

  test('is not sent by default', async () => {
    expect((await run({}).report).feedback).toEqual({});
  });
});

describe('the end', () => {
  const silence: Answer = { kind: 'silence', status: 'ECONNREFUSED' };

  test('comes early where the server can no longer be reached', async () => {
    let requests = 0;
    const { report } = run({
      predict: async (texts) => (++requests > 500 ? silence : answer(texts)),
    });
    const { ended, elapsed_ms, statuses } = await report;
    expect(ended).toBe('unreachable');
    expect(statuses['200']).toBe(500);
    expect(elapsed_ms).toBeGreaterThan(10_000);
    expect(elapsed_ms).toBeLessThan(20_000);
  });

  test('does not come early where the server returns in time, however often', async () => {
    const { report, clock } = run({
      predict: async (texts) => (clock.now() % 20_000 < 4_500 ? silence : answer(texts)),
    });
    const { ended, statuses } = await report;
    expect(ended).toBe('completed');
    expect(statuses.ECONNREFUSED).toBeGreaterThan(0);
  });

  test('comes at an interrupt, with what was counted', async () => {
    const controller = new AbortController();
    const { report, sent } = run(
      {},
      { onProgress: ({ elapsedMs }) => elapsedMs >= 10_000 && controller.abort() },
      controller.signal,
    );
    const { ended, elapsed_ms, phases } = await report;
    expect(ended).toBe('interrupted');
    expect(elapsed_ms).toBeLessThan(10_500);
    expect(phases[0]?.sent).toBe(sent.length);
  });
});

describe('texts of a file', () => {
  const sendAll = (texts: SimulationOptions['texts'], feedback = 0) => {
    const labels: string[] = [];
    const { report, sent } = run(
      {
        sendFeedback: async (_id, label) => {
          labels.push(label);
          return '204';
        },
      },
      { phases: [{ mix: {}, durationMs: 10_000 }], texts, feedback },
    );
    return { report, sent, labels };
  };

  test('accuracy is of the texts whose label the model has; of others there is none', async () => {
    const { report, sent } = sendAll([
      { label: 'neutral', text: 'a', language: 'en' },
      { label: 'joy', text: 'b', language: 'en' },
      { label: 'joy', text: 'c', language: 'de' },
      { text: 'd' },
    ]);
    const { rows, phases } = await report;
    expect(new Set(sent.flatMap(({ texts }) => texts))).toEqual(new Set(['a', 'b', 'c', 'd']));
    expect(phases[0]).toMatchObject({ mix: {}, skipped: 0 });
    expect(
      rows.map(({ language, labelled, correct }) => [language, labelled > 0, correct]),
    ).toEqual([
      ['-', false, 0],
      ['de', false, 0],
      ['en', true, rows[2]?.labelled],
    ]);
    expect(rows[1]?.labels).toEqual({ joy: rows[1]?.texts });
    const lines = formatReport(await report).split('\n');
    expect(lines[0]).toMatch(/^phase 1 {2}\d+ texts sent$/);
    expect(lines[2]).toMatch(/ negative +neutral +positive$/);
    expect(lines[3]).toMatch(/^1 +- .* no label +- +0\.0 % +100\.0 % +0\.0 %$/);
    expect(lines[4]).toMatch(/^1 +de .* no label +0\.0 % /);
    expect(lines[5]).toMatch(/^1 +en .* 100\.0 % +100\.0 % /);
  });

  test('feedback is sent only with a label that the model has', async () => {
    const { report, labels } = sendAll(
      [{ label: 'positive', text: 'a' }, { label: 'joy', text: 'b' }, { text: 'c' }],
      1,
    );
    await report;
    expect(new Set(labels)).toEqual(new Set(['positive']));
  });
});
