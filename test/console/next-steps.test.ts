/** What the console offers to do about a finding. */
import { describe, expect, test } from 'vitest';
import type { DriftAlarm } from '../../src/api/console.ts';
import { alarm, COMMIT, feature, findings, type Situation } from './situation.ts';

describe('what to do next', () => {
  const [other, both, one] = ['0', '1', '2'].map((digit) => digit.repeat(40)) as [
    string,
    string,
    string,
  ];
  const versions = [
    { commit: other, tag: 'v0', languages: ['en', 'es'], labels: [] },
    { commit: one, languages: ['de'], labels: [] },
    { commit: both, tag: 'v2', languages: ['en', 'de', 'fr'], labels: [] },
    { commit: COMMIT, tag: 'v1', languages: ['de'], labels: [] },
  ];
  const stepsOf = (situation: Situation) =>
    findings({ alarms: [alarm({}), alarm({ bin: 'fr' })], versions, ...situation })[0]!.steps;
  const versionsOf = (situation: Situation) =>
    stepsOf(situation).filter(({ type }) => type === 'version');

  test('the texts, the versions that know most of the languages, commands, the runbook', () => {
    expect(stepsOf({ logFile: '/var/log/server.log' })).toEqual([
      { type: 'texts', text: 'Show these texts', feature: 'language', bins: ['de', 'fr'] },
      ...[
        { version: 'v2', text: 'v2 was trained on German and French' },
        { version: one, text: '22222222 was trained on German' },
      ].map((offer) => ({ type: 'version', canCompare: true, ...offer })),
      {
        type: 'command',
        text: 'See what v2 changes',
        command: 'node dist/main.js models diff cccccccc 11111111',
      },
      {
        type: 'command',
        text: 'Read them in the log',
        command: 'node dist/main.js logs /var/log/server.log --language de --since 10m',
      },
      {
        type: 'runbook',
        text: 'Runbook: ClassifierForeignLanguage',
        alert: 'ClassifierForeignLanguage',
      },
    ]);
  });

  test.each([
    [undefined, 'docker compose logs --no-log-prefix server | node dist/main.js logs --language'],
    ["/a b/it's.log", "node dist/main.js logs '/a b/it'\\''s.log' --language de"],
  ])('a command can be pasted: LOG_FILE %s', (logFile, expected) => {
    const commands = stepsOf(logFile === undefined ? {} : { logFile }).flatMap((step) =>
      step.type === 'command' ? step.command : [],
    );
    expect(commands.join('\n')).toContain(expected);
  });

  test('an alarm against the normal is looked into against the normal', () => {
    const topic = {
      kind: 'topic',
      feature: 'topic',
      bin: null,
      alert: 'ClassifierTopicDrift',
    } as const;
    const commandsOf = (change: object, situation: Situation) =>
      stepsOf({ alarms: [alarm({ ...topic, ...change })], logFile: 'a.log', ...situation }).flatMap(
        (step) => (step.type === 'command' ? step.command : []),
      );
    expect(commandsOf({ reference: 'normal' }, { baselines: '/var/my normals' })).toEqual([
      "node dist/main.js drift a.log --since 1h --reference normal --baselines '/var/my normals'",
    ]);
    expect(commandsOf({ reference: 'training' }, { baselines: '/var/b' })).toEqual([
      'node dist/main.js drift a.log --since 1h',
    ]);
  });

  test.each(['off', 'other-port'] as const)(
    'versions are only named where /admin is %s',
    (admin) => {
      expect(versionsOf({ admin })).toMatchObject([{ canCompare: false }, { canCompare: false }]);
    },
  );

  test('a version that is compared already is not offered again', () => {
    const candidate = { name: 'model', commit: both, share: 1, since: '2026-01-01T00:00:00Z' };
    expect(versionsOf({ candidate })[0]).toMatchObject({
      text: 'v2 was trained on German and French, and is compared now',
      canCompare: false,
    });
  });

  test('where no version knows the language, the reader learns it', () => {
    const [first] = findings({ alarms: [alarm({})], versions: versions.slice(0, 1) });
    expect(first!.detail).toContain('No other version here was trained on them.');
    expect(first!.steps.map(({ type }) => type)).toEqual(['texts', 'command', 'runbook']);
  });

  test('while the versions are not known yet, nothing is said of them', () => {
    const [first] = findings({ alarms: [alarm({})], versions: [] });
    expect(first!.detail).toBe('The labels of these texts are not reliable.');
  });

  test('texts of a label, of undetermined ones, of unknown tokens, of the bin that grew most', () => {
    const unknown = feature('unknown_ratio', ['0', 0.5, 1], ['0.1', 0.3, 0], ['1', 0.2, 0]);
    const tokens = feature('tokens', ['8', 0.1, 0.5], ['16', 0.9, 0.5]);
    const binsOf = (change: Partial<DriftAlarm>) =>
      findings({ alarms: [alarm(change)], features: [unknown, tokens] })[0]!.steps[0];
    expect(binsOf({ kind: 'label_mix', feature: 'label', bin: 'bad' })).toMatchObject({
      ...{ type: 'texts', feature: 'label', bins: ['bad'] },
    });
    expect(binsOf({ kind: 'undetermined', bin: 'und' })).toMatchObject({ bins: ['und'] });
    expect(binsOf({ kind: 'unknown_tokens', feature: 'unknown_ratio', bin: null })).toMatchObject({
      ...{ feature: 'unknown_ratio', bins: ['0.1', '1'] },
    });
    expect(binsOf({ kind: 'length', feature: 'tokens', bin: null })).toMatchObject({
      ...{ feature: 'tokens', bins: ['16'] },
    });
  });
});
