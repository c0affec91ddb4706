/** The sentences at the top of the console, from the alarms that the server's policies raise. */
import { describe, expect, test } from 'vitest';
import type { FleetStatus } from '../../src/api/console.ts';
import { alarm, feature, findings, readable, type Situation, steps } from './situation.ts';

describe('the first finding', () => {
  test.each<[string, Situation, string, string]>([
    [
      'of traffic as it should be',
      {},
      'fine',
      'model v1 answers 3.3 texts/s, p99 14 ms; all in languages that it was trained on.',
    ],
    [
      'without traffic',
      { steps: [] },
      'fine',
      'model v1 is ready. No text has arrived in the last',
    ],
    ['at a start', { status: 'loading' }, 'look', 'The model is being loaded and checked.'],
    ['at an end', { status: 'draining' }, 'look', 'The server is stopping'],
    [
      'without a worker',
      { workers: { idle: 0, busy: 0, starting: 2 } },
      'act',
      'No worker is running: nothing is predicted.',
    ],
    [
      'with a full queue',
      { queueLength: 91 },
      'act',
      'The queue is nearly full: 91 of 100 texts wait.',
    ],
    ['with a queue at the threshold', { queueLength: 90 }, 'fine', 'model v1 answers'],
    [
      'of refusals that an alert would page for',
      { steps: steps({ refused: 10 }) },
      'act',
      '10 of 110 requests of the last minute were turned away (429)',
    ],
    ['of fewer refusals', { steps: steps({ refused: 9 }) }, 'look', '9 of 109 requests'],
    [
      'of failures that an alert would page for',
      { steps: steps({ failed: 10 }) },
      'act',
      '10 of 110 requests of the last minute failed with a server error.',
    ],
    ['of one failure', { steps: steps({ failed: 1 }) }, 'look', '1 of 101 requests'],
    [
      'of slow answers that an alert would page for',
      { steps: steps({ answered: 500, slow: 73 }) },
      'act',
      'Answers are slow: 15 % of the last minute took longer than 250 ms.',
    ],
    [
      'of a few slow answers',
      { steps: steps({ answered: 500, slow: 72 }) },
      'look',
      'Answers are slow: 14 % of the last minute',
    ],
    ['of answers within the objective', { steps: steps({ slow: 1 }) }, 'fine', 'model v1 answers'],
    [
      'of strays',
      { features: [feature('language', ['en', 0.99, 1], ['de', 0.01, 0], ['und', 0.2, 0])] },
      'fine',
      '10 % in other languages (German).',
    ],
    [
      'of foreign languages',
      { alarms: [alarm({}), alarm({ bin: 'other', observed: 0.05, severity: 'ticket' })] },
      'act',
      '34 % of the texts of the last 5 minutes are German (de) and 5.0 % other languages, which model v1 was not trained on.',
    ],
    [
      'of a foreign language that is a ticket',
      { alarms: [alarm({ severity: 'ticket' })] },
      'look',
      '34 % of the texts',
    ],
    [
      'of undetermined texts',
      { alarms: [alarm({ kind: 'undetermined', bin: 'und', observed: 0.2, expected: 0.013 })] },
      'act',
      'The language of 20 % of the texts of the last 5 minutes can’t be determined; in training 1.3 %.',
    ],
    [
      'of other labels',
      {
        alarms: [
          ...[
            { bin: 'bad', observed: 0.48, expected: 0.21 },
            { bin: 'good', observed: 0.2, expected: 0.4 },
          ].map((change) =>
            alarm({
              ...{ kind: 'label_mix', feature: 'label', reference: 'normal', severity: 'ticket' },
              ...change,
            }),
          ),
        ],
      },
      'look',
      'The predicted labels have changed: 48 % bad (normally 21 %) and 20 % good (normally 40 %).',
    ],
    [
      'of other scores',
      {
        alarms: [
          alarm({
            ...{ kind: 'score', feature: 'score', bin: null, measure: 'stability_index' },
            ...{ observed: 0.312, expected: 0, threshold: 0.25, reference: 'normal' },
            severity: 'ticket',
          }),
        ],
      },
      'look',
      'Scores are not as they are normally: stability index 0.31, above 0.25.',
    ],
    [
      'of new words',
      {
        alarms: [
          alarm({ kind: 'unknown_tokens', feature: 'unknown_ratio', bin: null, observed: 0.1 }),
        ],
      },
      'act',
      '10 % of the texts have tokens that the vocabulary does not know; in training 0 %.',
    ],
  ])('%s', (_, situation, severity, text) => {
    const [first] = findings(situation);
    expect(first!.severity).toBe(severity);
    expect(readable(first!.text)).toContain(text);
  });
});

test('the most serious finding is the first of all that there are', () => {
  const found = findings({
    steps: steps({ failed: 1 }),
    alarms: [alarm({ kind: 'label_mix', bin: 'bad', severity: 'ticket' }), alarm({})],
  });
  expect(found.map(({ severity, kind }) => [severity, kind])).toEqual([
    ['act', 'foreign_language de'],
    ['look', 'failed_requests'],
    ['look', 'label_mix bad'],
  ]);
});

describe('alerts that fire in Prometheus', () => {
  const firing = (change: object = {}) => ({
    ...({ alert: 'ClassifierForeignLanguage', severity: 'page', language: 'de' } as const),
    ...{ summary: 'de: 34 % of the texts', since: 900, value: 0.4, ...change },
  });
  const fleet = (...alerts: ReturnType<typeof firing>[]): FleetStatus => ({
    ...{ status: 'ok', versions: [], down: 0, alerts },
  });

  test('one that this replica has found too is one finding, with the severity of the alert', () => {
    const alarms = [alarm({ severity: 'ticket' })];
    const found = findings({ alarms, fleet: fleet(firing()) });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ severity: 'act', firingSince: 900 });
    expect(readable(found[0]!.text)).toContain(
      '40 % of the latest texts of all replicas are German',
    );
  });

  test('a language that only other replicas have seen has the same sentence and steps', () => {
    const found = findings({
      versions: [{ commit: 'd'.repeat(40), tag: 'v2', languages: ['de'], labels: [] }],
      fleet: fleet(firing(), firing({ severity: 'ticket', value: 0.2 })),
    });
    expect(found).toHaveLength(1);
    expect(readable(found[0]!.text)).toContain(
      '40 % of the latest texts of all replicas are German',
    );
    expect(found[0]!.steps.map(({ type }) => type)).toEqual([
      ...['texts', 'version', 'command', 'command', 'runbook'],
    ]);
  });

  test('languages come before what is measured by an index, however large that is', () => {
    const alarms = [
      alarm({
        kind: 'label_mix',
        feature: 'label',
        bin: 'bad',
        severity: 'ticket',
        observed: 0.69,
      }),
      alarm({ kind: 'topic', feature: 'topic', bin: null, severity: 'ticket', observed: 1.14 }),
    ];
    const found = findings({ alarms, fleet: fleet(firing({ severity: 'ticket', value: 0.011 })) });
    expect(found.map(({ kind }) => kind)).toEqual([
      'foreign_language de',
      'label_mix bad',
      'topic',
    ]);
  });

  test('one of other replicas is a finding of its own, with its runbook', () => {
    const found = findings({
      fleet: fleet(
        firing({
          ...{ alert: 'ClassifierLogDrops', severity: 'ticket', summary: '3 lines were lost' },
          language: undefined,
        }),
        firing({
          ...{ alert: 'ClassifierDown', summary: 'b:8080 can not be scraped', language: undefined },
        }),
      ),
    });
    expect(found).toMatchObject([
      {
        ...{ severity: 'act', text: 'b:8080 can not be scraped', firingSince: 900 },
        steps: [{ type: 'runbook', alert: 'ClassifierDown' }],
      },
      { severity: 'look', text: '3 lines were lost' },
    ]);
  });

  test('a Prometheus that can’t be reached changes nothing', () => {
    expect(findings({ fleet: { status: 'unavailable', reason: 'x' } })[0]!.severity).toBe('fine');
  });
});
