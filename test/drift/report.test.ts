import { once } from 'node:events';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Profile } from '../../src/drift/profile.ts';
import { contributionOf } from '../../src/drift/psi.ts';
import { DriftError } from '../../src/drift/report/drift-error.ts';
import { readExposition } from '../../src/drift/report/exposition.ts';
import { formatPage } from '../../src/drift/report/html-report.ts';
import { driftOfLogs, type LogOptions } from '../../src/drift/report/log-report.ts';
import { noiseOf } from '../../src/drift/report/report.ts';
import { driftOfServer } from '../../src/drift/report/server-report.ts';
import { formatReport } from '../../src/drift/report/terminal-report.ts';
import { NO_STATS } from '../../src/serving/stats.ts';
import { createRandom } from '../../src/simulate/random.ts';
import { createMetrics } from '../../src/telemetry/metrics/metrics.ts';
import { columnsOf } from '../../src/terminal/columns.ts';
import { ModelError } from '../../src/version/errors.ts';
import { temporaryFolder } from '../support/git-version.ts';

const COMMIT = 'a'.repeat(40);
const OTHER = 'b'.repeat(40);

const PROFILE: Profile = {
  texts: 10_000,
  features: {
    language: { categories: ['de', 'en', 'und', 'other'], ratios: [0.001, 0.989, 0.01, 0] },
    label: { categories: ['negative', 'neutral', 'positive'], ratios: [0.25, 0.25, 0.5] },
    score: { upper_bounds: [0.5, 1], ratios: [0.2, 0.8] },
  },
};

interface Fields {
  readonly [name: string]: unknown;
}

function line(fields: Fields = {}): string {
  return JSON.stringify({
    timestamp: '2026-01-31T12:00:00.000Z',
    level: 'info',
    event: 'prediction',
    id: 'id',
    model: 'tweet-sentiment',
    commit: COMMIT,
    input: 'a text',
    label: 'neutral',
    score: 0.9,
    language: 'en',
    tokens: 10,
    unknown_ratio: 0,
    ...fields,
  });
}

/** As many lines as counts say, in seconds one after the other. */
function lines(counts: readonly (readonly [number, Fields])[]): string[] {
  const fields = counts.flatMap(([n, each]) => Array.from({ length: n }, () => each));
  return fields.map((each, i) =>
    line({
      timestamp: new Date(Date.UTC(2026, 0, 31, 12, 0, i)).toISOString(),
      input: `text ${i}`,
      ...each,
    }),
  );
}

function write(content: readonly string[], name = 'server.log'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content.map((each) => `${each}\n`).join(''));
  return path;
}

function report(files: string | readonly string[], options: Partial<LogOptions> = {}) {
  return driftOfLogs([files].flat(), {
    threshold: 0.25,
    since: undefined,
    commit: undefined,
    model: 'tweet-sentiment',
    findReference: async () => ({ profile: PROFILE, tag: 'v1.0.0' }),
    onProgress: () => undefined,
    ...options,
  });
}

/** As the profile has it. */
const STEADY = [
  [50, { label: 'negative' }],
  [50, { label: 'neutral' }],
  [60, { label: 'positive' }],
  [40, { label: 'positive', score: 0.4 }],
] as const;

describe('the index of a feature', () => {
  test('is what a calculator says', async () => {
    const path = write(
      lines([
        [100, { label: 'negative' }],
        [50, { label: 'neutral' }],
        [50, { label: 'positive', score: 0.4 }],
      ]),
    );

    const { features, predictions, drifted } = await report(path);

    const [, label, score] = features;
    // (0.5 − 0.25) · ln 2, nothing, (0.25 − 0.5) · ln 0.5
    expect(label?.bins.map(({ contribution }) => contribution)).toEqual([
      expect.closeTo(0.173287, 6),
      0,
      expect.closeTo(0.173287, 6),
    ]);
    expect(label).toMatchObject({ psi: expect.closeTo(0.346574, 6), verdict: 'changed' });
    // (0.25 − 0.2) · ln 1.25 + (0.75 − 0.8) · ln 0.9375
    expect(score).toMatchObject({ psi: expect.closeTo(0.014384, 6), verdict: 'stable' });
    expect({ predictions, drifted }).toEqual({ predictions: 200, drifted: true });
  });

  test('has noise beside it: what it is on average without any change', () => {
    // Two bins of 100 expected observations each: (2 − 1) / 200.
    expect(noiseOf([{ reference: 0.5 }, { reference: 0.5 }], 200)).toBeCloseTo(0.005, 9);
    expect(noiseOf([{ reference: 0.5 }], 0)).toBeNull();

    const ratios = [0.6, 0.3, 0.08, 0.0125, 0.005, 0.002, 0.0005];
    const weights = Object.fromEntries(ratios.map((ratio, i) => [`bin${i}`, ratio]));
    const random = createRandom(1);
    const draws = 1_000;
    let total = 0;
    for (let draw = 0; draw < draws; draw++) {
      const counts = ratios.map(() => 0);
      for (let i = 0; i < 200; i++) {
        const bin = Number(random.weighted(weights).slice(3));
        counts[bin] = (counts[bin] as number) + 1;
      }
      ratios.forEach((reference, bin) => {
        total += contributionOf({ observed: (counts[bin] as number) / 200, reference });
      });
    }
    const noise = noiseOf(
      ratios.map((reference) => ({ reference })),
      200,
    ) as number;
    expect(total / draws / noise).toBeGreaterThan(0.9);
    expect(total / draws / noise).toBeLessThan(1.1);
  });

  test.each<[string, number, string, boolean]>([
    ['one too few', 199, 'too_few', false],
    ['just enough', 200, 'changed', true],
  ])('counts from 200 predictions on: %s', async (_, count, verdict, drifted) => {
    const result = await report(write(lines([[count, { label: 'negative' }]])));

    expect(result.features[1]).toMatchObject({ verdict, drifted });
    expect(result.drifted).toBe(drifted);
  });

  test('is drift above the threshold that was given', async () => {
    const path = write(
      lines([
        [140, { label: 'positive' }],
        [60, { label: 'neutral' }],
      ]),
    );
    const { features } = await report(path);
    const psi = features[1]?.psi as number;

    expect((await report(path, { threshold: psi - 0.001 })).features[1]?.drifted).toBe(true);
    expect((await report(path, { threshold: psi })).features[1]?.drifted).toBe(false);
  });
});

test('what is distributed as the profile is no drift', async () => {
  const result = await report(write(lines(STEADY)));

  expect(result).toMatchObject({
    drifted: false,
    foreign_languages: [],
    examples: [],
    commit: COMMIT,
    tag: 'v1.0.0',
    from: '2026-01-31T12:00:00.000Z',
    to: '2026-01-31T12:03:19.000Z',
  });
  expect(result.features.map(({ verdict }) => verdict)).toEqual(['stable', 'stable', 'stable']);
  expect(formatReport(result, 80, plain)).toContain(
    'No drift: no stability index above 0.25, no foreign language.',
  );
});

describe('a foreign language', () => {
  const german = (count: number): readonly [number, Fields] => [
    count,
    { language: 'de', input: 'Der Zug kommt nicht' },
  ];

  test('is drift, and is told in words with its texts', async () => {
    const result = await report(write(lines([...STEADY, german(20)])));

    expect(result.drifted).toBe(true);
    expect(result.foreign_languages.map(({ bin, count }) => [bin, count])).toEqual([['de', 20]]);
    const text = formatReport(result, 80, plain);
    expect(text).toContain('German (de) is 9.1 % of the texts and 0.1 % of the training data.');
    expect(text).toMatch(/language: German \(de\).*\n {4}de neutral 0\.90 {2}Der Zug kommt nicht/);
  });

  test('of a few texts is none', async () => {
    const result = await report(write(lines([...STEADY, german(9)])));

    expect(result.foreign_languages).toEqual([]);
  });

  test('alone decides: of known languages, any mix is none', async () => {
    const mixed = STEADY.map(([count, fields]): [number, Fields] => [
      count,
      { ...fields, language: 'und' },
    ]);
    const result = await report(write(lines(mixed)));

    const [language] = result.features;
    expect([language?.verdict, language?.drifted, result.drifted]).toEqual([
      'changed',
      false,
      false,
    ]);
  });

  test('is told from 100 predictions on, before any index is', async () => {
    const few = await report(write(lines([[79, {}], german(20)])));
    const enough = await report(write(lines([[80, {}], german(20)])));

    expect([few.drifted, enough.drifted]).toEqual([false, true]);
    expect(formatReport(few, 80, plain)).toContain(
      'Too few predictions: 99, at least 200 are needed.',
    );
  });
});

describe('texts', () => {
  test('are the newest distinct ones, whatever the order of the files', async () => {
    const german = Array.from({ length: 40 }, (_, i) =>
      line({
        timestamp: new Date(Date.UTC(2026, 0, 31, 13, 0, i)).toISOString(),
        language: 'de',
        // One that goes on and on leaves the others their place.
        input: `text ${i < 30 ? i % 5 : 0}`,
      }),
    );
    const older = write([...lines(STEADY), ...german.slice(0, 27)]);
    const newer = write(german.slice(27));

    const forwards = await report([older, newer]);
    const backwards = await report([newer, older]);

    expect(forwards.examples[0]?.texts.map(({ text }) => text)).toEqual([
      'text 0',
      'text 4',
      'text 3',
    ]);
    expect({ ...backwards, source: undefined }).toEqual({ ...forwards, source: undefined });
  });

  test.each<[string, string | undefined, string, string]>([
    ['left out', undefined, 'none', 'No texts: LOG_INPUT=none keeps them out of the log.'],
    ['hashed', `sha256:${'0'.repeat(64)}`, 'hashed', 'No texts: LOG_INPUT=hash'],
  ])('that are %s are told to be', async (_, input, texts, words) => {
    const result = await report(write(lines([[200, { language: 'de', input }]])));

    expect(result.texts).toBe(texts);
    expect(result.examples.flatMap((example) => example.texts)).toEqual([]);
    expect(formatReport(result, 80, plain)).toContain(words);
    expect(formatPage(result)).toContain(words);
  });

  test('neither steer a terminal nor break its lines', async () => {
    const input = `\u001b[2J\u001b]0;title\u0007red\r\n${'wide 漢字 '.repeat(40)}`;
    const result = await report(write(lines([[200, { language: 'de', input }]])));

    for (const columns of [40, 60, 80, 200]) {
      const shown = formatReport(result, columns, plain).split('\n');
      expect(shown.join('')).not.toMatch(/\p{Cc}/u);
      expect(shown.join('\n')).toContain('red wide');
      // A file's path is one word, which is not broken.
      const tooLong = shown.filter((each) => columnsOf(each) > columns && !each.startsWith('/'));
      expect(tooLong).toEqual([]);
    }
  });
});

describe('the page', () => {
  test('escapes every text, and has no address of elsewhere', async () => {
    const input = '<script>alert("1")</script> & \'so on\'';
    const result = await report(
      write(lines([[200, { language: 'de', input }]]), "<img src=x onerror='x'>.log"),
    );

    const page = formatPage({ ...result, model: '<b>model</b>', tag: '"><i>' });

    expect(page).toContain(
      '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;so on&#39;',
    );
    expect(page).toContain('&lt;img src=x onerror=&#39;x&#39;&gt;.log');
    expect(page.match(/<(?:script|img|b|i)\b/g)).toBeNull();
    expect(page.replaceAll('&lt;img src=x', '')).not.toMatch(
      /https?:|\b(?:src|href)=|url\(|@import|<link/,
    );
  });

  test('has what the terminal has', async () => {
    const result = await report(write(lines([...STEADY, [40, { language: 'de' }]])));

    const page = formatPage(result);

    for (const words of [COMMIT, 'v1.0.0', 'German (de)', 'over 0.5', 'text 239', 'changed']) {
      expect(formatReport(result, 80, plain)).toContain(words);
      expect(page).toContain(words);
    }
    expect(page).toContain('<div class="bar traffic" style="width:100.00%">');
  });
});

describe('versions', () => {
  const newest = { timestamp: '2026-01-31T13:00:00.000Z', commit: OTHER };

  test('the one of the newest prediction is reported, the others are counted', async () => {
    const path = write([line(newest), ...lines(STEADY)]);

    const result = await report(path);

    expect(result).toMatchObject({
      commit: OTHER,
      predictions: 1,
      other_commits: [{ commit: COMMIT, predictions: 200 }],
    });
    expect(formatReport(result, 200, plain)).toContain(
      `Not in the report: 200 predictions of ${COMMIT} (--commit).`,
    );
    expect(await report(path, { commit: COMMIT })).toMatchObject({
      commit: COMMIT,
      predictions: 200,
      other_commits: [{ commit: OTHER, predictions: 1 }],
    });
  });

  test('one that can’t be had matters only where it is reported', async () => {
    const path = write([line(newest), ...lines(STEADY)]);
    const lacking = (missing: string): Partial<LogOptions> => ({
      findReference: vi.fn(async (commit) => {
        if (commit === missing) {
          throw new ModelError('not-found', `no ${commit}`);
        }
        return { profile: PROFILE, tag: undefined };
      }),
    });

    expect(await report(path, lacking(COMMIT))).toMatchObject({ commit: OTHER });
    const options = lacking(OTHER);
    await expect(report(path, options)).rejects.toThrow(`no ${OTHER}`);
    expect(options.findReference).toHaveBeenCalledTimes(2);
  });

  test('one that the log does not hold is an error that says what it holds', async () => {
    const path = write(lines(STEADY));

    await expect(report(path, { commit: OTHER })).rejects.toThrow(
      new DriftError(`${path}: no prediction of ${OTHER}, but of ${COMMIT} (200)`),
    );
  });
});

describe('lines', () => {
  test.each<[string, unknown]>([
    ...['timestamp', 'commit', 'language', 'label', 'score', 'tokens', 'unknown_ratio'].map(
      (field): [string, unknown] => [field, undefined],
    ),
    ['timestamp', 'yesterday'],
    ['commit', 'main'],
    ['score', '0.9'],
  ])('with %s: %j are unreadable, and told', async (field, value) => {
    const result = await report(write([...lines(STEADY), line({ [field]: value })]));

    expect(result).toMatchObject({ predictions: 200, source: { lines: { unreadable: 1 } } });
    expect(formatReport(result, 80, plain)).toContain(
      'Skipped: 1 prediction without a required field.',
    );
  });

  test('that are no predictions are counted', async () => {
    const path = write([
      '> tweet-sentiment-server@0.1.0 start',
      '',
      line({ event: 'ready' }),
      ...lines(STEADY).map((each) => `server-1  | ${each}`),
      '{"level":30}',
    ]);
    // A server that writes just now.
    appendFileSync(path, line().slice(0, 50));

    const { source, predictions } = await report(path);

    expect(predictions).toBe(200);
    expect(source).toMatchObject({
      lines: { predictions: 200, earlier: 0, unreadable: 0, events: 1, foreign: 3 },
    });
  });

  test('before the time that was asked for are left out', async () => {
    const path = write(lines(STEADY));

    const result = await report(path, { since: Date.UTC(2026, 0, 31, 12, 3, 0) });
    expect(result).toMatchObject({ predictions: 20, source: { lines: { earlier: 180 } } });

    const none = await report(path, { since: Date.UTC(2027, 0, 1) });
    expect(none).toMatchObject({ predictions: 0, commit: null, features: [], drifted: false });
    expect(formatReport(none, 80, plain)).toContain(
      'All 200 predictions of the log are older (--since).',
    );
    expect(formatPage(none)).toContain('No predictions: nothing to compare.');
  });

  test('of something else than a log are an error', async () => {
    const notes = write(['# Notes', 'nothing']);
    const bare = write([line({ tokens: undefined })]);
    const folder = join(temporaryFolder(), 'logs');
    mkdirSync(folder);

    await expect(report(notes)).rejects.toThrow(
      `${notes}: not a prediction log, which has one JSON object with an event per line`,
    );
    await expect(report(bare)).rejects.toThrow(
      `${bare}: none of 1 predictions has every required field`,
    );
    await expect(report(folder)).rejects.toThrow(`${folder} is a folder; name the log file in it`);
  });

  test('of no log at all yet are a quiet time', async () => {
    const started = ['> tweet-sentiment-server start', line({ event: 'ready' })];
    expect(await report(write(started))).toMatchObject({ predictions: 0 });
    expect(await report(write([]))).toMatchObject({ predictions: 0 });
  });
});

test('what the metrics expose is what was counted, names with quotes and all', async () => {
  const metrics = createMetrics(() => NO_STATS);
  const strange = 'a"b\\c\nd}';
  const profile: Profile = {
    texts: 100,
    features: {
      label: { categories: [strange, 'neutral'], ratios: [0.25, 0.75] },
      score: { upper_bounds: [0.5, 1], ratios: [0.125, 0.875] },
    },
  };
  metrics.onModelLoaded({
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
      ...{ truncated: false, cached: false, latencyMs: 1 },
      label,
      score,
    });
  }

  const exposed = readExposition(await metrics.expose());

  expect(exposed).toEqual({
    model: { name: 'tweet-sentiment', commit: COMMIT, tag: undefined },
    profile: { texts: 1, features: profile.features },
    counts: { label: [2, 1], score: [1, 2] },
    startedAt: expect.closeTo(Date.now() / 1000, -4),
  });
});

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
  const ask = (url: string) => driftOfServer(url, { threshold: 0.25, apiKey: undefined });

  test.each<[string, Record<string, string>]>([
    ['that breaks off', {}],
    ['that answers something else', { '/console/data': '<html>' }],
    ['that has no predictions', { '/console/data': '{"predictions":[null,{}]}' }],
  ])('%s where its texts are asked for is reported all the same', async (_, bodies) => {
    const result = await ask(`${await answering({ '/metrics': METRICS, ...bodies })}/`);

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
    const error = await ask(await answering(bodies)).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(DriftError);
    expect((error as Error).message).toContain(message);
  });
});

function plain(_style: unknown, text: string): string {
  return text;
}
