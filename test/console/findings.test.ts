/** The sentences at the top of the console, from the alarms that the server's policies raise. */
import { describe, expect, test } from 'vitest';
import type { ConsoleData } from '../../src/api/console.ts';
import { findings } from '../../src/console/browser/findings.ts';
import { driftAlarms } from '../../src/drift/alarms.ts';
import { verdictOf } from '../../src/drift/policy.ts';
import type { FeatureDrift } from '../../src/drift/psi.ts';
import { recentOf } from '../../src/telemetry/recent-window.ts';
import { serviceAlarms } from '../../src/telemetry/service-policy.ts';

const NOW = 1000;
const STEP_SECONDS = 5;
const COMMIT = 'c'.repeat(40);

interface Situation {
  status?: ConsoleData['status'];
  queueLength?: number;
  workers?: Partial<Record<'idle' | 'busy' | 'starting', number>>;
  steps?: ConsoleData['steps'];
  features?: readonly FeatureDrift[];
  versions?: ConsoleData['versions'];
  candidate?: ConsoleData['candidate'];
  admin?: ConsoleData['admin'];
}

const calmStep = {
  at: 970,
  answered: 100,
  refused: 0,
  failed: 0,
  latency: { p50: 3, p99: 14 },
  labels: { good: 100 },
  languages: { en: 100 },
  compared: {},
};
const steps = (change: Partial<ConsoleData['steps'][number]>) => [{ ...calmStep, ...change }];

/** The data that the server sends of a situation. */
function dataOf({
  status = 'ready',
  queueLength = 0,
  workers = { idle: 1, busy: 1 },
  steps = [calmStep],
  features = [],
  versions = [],
  candidate,
  admin = 'here',
}: Situation): ConsoleData {
  const recent = recentOf(steps, { now: NOW, stepSeconds: STEP_SECONDS });
  const stats = {
    queueLength,
    queueCapacity: 100,
    workers: { idle: 0, busy: 0, starting: 0, ...workers },
  };
  return {
    status,
    model: { name: 'model', commit: COMMIT, tag: 'v1' },
    labels: ['good'],
    versions,
    candidate,
    admin,
    queue: { length: queueLength, capacity: 100 },
    workers: stats.workers,
    alarms: serviceAlarms(recent, stats),
    now: NOW,
    stepSeconds: STEP_SECONDS,
    steps,
    recent,
    drift: {
      windowSeconds: 300,
      thresholds: { moving: 0.1, changed: 0.25, minObservations: 200 },
      features: features.map((feature) => ({ ...feature, verdict: verdictOf(feature) })),
      alarms: driftAlarms(features),
      known: ['en'],
    },
    feedback: {},
    predictions: [],
  };
}

const bin = (name: string, observed: number, reference: number) => ({
  ...{ bin: name, count: 1000 * observed, observed, reference, contribution: 0 },
});
const drift = (feature: string, stabilityIndex: number, ...bins: ReturnType<typeof bin>[]) => [
  { feature, observations: 1000, stabilityIndex, bins },
];
const findingsOf = (situation: Situation) =>
  findings({ data: dataOf(situation), contact: 'answered', ageSeconds: 0 });

describe('the first finding', () => {
  test.each<[string, Situation, string, string]>([
    [
      'of traffic as it should be',
      {},
      'good',
      'All is well: 3.3 texts/s, p99 14 ms, all in languages that the model knows.',
    ],
    ['without traffic', { steps: [] }, 'idle', 'Ready, and idle: no text in the last minute.'],
    ['at a start', { status: 'loading' }, 'warning', 'The model is being loaded and checked.'],
    ['at an end', { status: 'draining' }, 'warning', 'The server is stopping'],
    [
      'without a worker',
      { workers: { idle: 0, busy: 0, starting: 2 } },
      'bad',
      'No worker is running.',
    ],
    [
      'with a full queue',
      { queueLength: 91 },
      'bad',
      'The queue is nearly full: 91 of 100 texts wait.',
    ],
    ['with a queue at the threshold', { queueLength: 90 }, 'good', 'All is well'],
    [
      'of refusals',
      { steps: steps({ refused: 25 }), queueLength: 100 },
      'bad',
      '25 of 125 requests of the last minute were turned away (429)',
    ],
    [
      'of failures',
      { steps: steps({ failed: 1 }) },
      'bad',
      '1 of 101 requests of the last minute failed with a server error.',
    ],
    [
      'of slow answers',
      { steps: steps({ latency: { p50: 100, p99: 400 } }) },
      'warning',
      'one in a hundred takes longer than 400 ms',
    ],
    [
      'of a few foreign texts',
      { steps: steps({ languages: { en: 92, de: 8 } }) },
      'idle',
      '8 of 100 texts of the last 5 minutes: German, which the model was not trained on. Too few to judge.',
    ],
    [
      'of strays',
      { steps: steps({ languages: { en: 99, de: 1 } }) },
      'good',
      'nearly all in languages that the model knows (strays: German)',
    ],
    [
      'of foreign languages',
      { features: drift('language', 1, bin('de', 0.34, 0), bin('other', 0.05, 0)) },
      'warning',
      '34 % of the texts of the last 5 minutes are German (de) and 5.0 % other languages, which model v1 was not trained on.',
    ],
    [
      'of new words',
      { features: drift('unknown_ratio', 0, bin('0', 0.9, 1), bin('1', 0.1, 0)) },
      'warning',
      '10 % of the texts have tokens',
    ],
  ])('%s', (_, situation, level, text) => {
    const [first] = findingsOf(situation);
    expect(first!.level).toBe(level);
    expect(first!.text.replaceAll('\u00a0', ' ')).toContain(text);
  });
});

test('the most serious finding is the first of all that there are', () => {
  const features = drift('language', 1, bin('de', 0.3, 0));
  const kinds = findingsOf({ workers: { idle: 0, busy: 0 }, features }).map(({ kind }) => kind);
  expect(kinds).toEqual(['workers', 'foreign de']);
});

describe('without an answer', () => {
  const data = dataOf({});
  test.each([
    [{ data: undefined, contact: 'answered', ageSeconds: 0 }, 'idle', 'Waiting for the server'],
    [{ data, contact: 'silent', ageSeconds: 12 }, 'bad', 'has not answered for 12 s'],
    [{ data, contact: 'needs-key', ageSeconds: 1 }, 'idle', 'wants an API key'],
  ] as const)('%#: the page does not show old findings', (state, level, text) => {
    const [first, ...others] = findings(state);
    expect(first!.level).toBe(level);
    expect(first!.text.replaceAll('\u00a0', ' ')).toContain(text);
    expect(others).toEqual([]);
  });
});

describe('for a foreign language', () => {
  const german = drift('language', 1, bin('de', 0.34, 0), bin('fr', 0.1, 0));
  const [other, both, one] = ['0', '1', '2'].map((digit) => digit.repeat(40)) as [
    string,
    string,
    string,
  ];
  const versions = [
    { commit: other, tag: 'v0', languages: ['en', 'es'] },
    { commit: one, languages: ['de'] },
    { commit: both, tag: 'v2', languages: ['en', 'de', 'fr'] },
  ];
  const offersOf = (situation: Situation) =>
    findingsOf({ features: german, versions, ...situation })[0]?.offers;

  test('the versions that know it are offered, the one that knows most first', () => {
    expect(offersOf({})).toEqual([
      { version: 'v2', text: 'v2 knows German and French.', canCompare: true },
      { version: one, text: '22222222 knows German.', canCompare: true },
    ]);
  });
  test.each(['off', 'other-port'] as const)('they are only named where /admin is %s', (admin) => {
    expect(offersOf({ admin })?.map(({ canCompare }) => canCompare)).toEqual([false, false]);
  });
  test('one that is compared already is not offered again', () => {
    const candidate = { name: 'model', commit: both, share: 1, since: '2026-01-01T00:00:00Z' };
    expect(offersOf({ candidate })?.[0]).toEqual({
      version: 'v2',
      text: 'v2 knows German and French, and is compared now.',
      canCompare: false,
    });
  });
  test('none is offered where none knows it', () => {
    expect(offersOf({ versions: versions.slice(0, 1) })).toEqual([]);
  });
});
