import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { DriftError } from '../../src/drift/report/drift-error.ts';
import { formatPage } from '../../src/drift/report/html-report.ts';
import type { Versions } from '../../src/drift/report/log-report.ts';
import { formatReport } from '../../src/drift/report/terminal-report.ts';
import { ModelError } from '../../src/version/errors.ts';
import { temporaryFolder } from '../support/git-version.ts';
import { COMMIT, line, lines, OTHER, PROFILE, plain, report, STEADY, write } from './logs.ts';

describe('the name of the model', () => {
  const openVersions = vi.fn(async (model: string | undefined) => ({
    model: model ?? 'the-default',
    commit: undefined,
    findReference: async () => ({ profile: PROFILE, tag: undefined }),
  }));

  test('is that of the newest prediction; each model is opened once', async () => {
    openVersions.mockClear();
    const newest = { timestamp: '2026-01-31T13:00:00.000Z', commit: OTHER, model: 'mails' };
    const result = await report(write([line(newest), ...lines(STEADY)]), { openVersions });
    expect(result).toMatchObject({ model: 'mails', commit: OTHER, predictions: 1 });
    expect(openVersions.mock.calls.flat()).toEqual(['mails', 'tweet-sentiment']);
  });

  test('is the default where the log has none', async () => {
    const unnamed = await report(write([line({ model: undefined })]), { openVersions });
    expect(unnamed).toMatchObject({ model: 'the-default', predictions: 1 });
    const empty = await report(write(['{"event":"ready"}']), { openVersions });
    expect(empty).toMatchObject({ model: 'the-default', predictions: 0, commit: null });
  });
});

describe('versions', () => {
  const newest = { timestamp: '2026-01-31T13:00:00.000Z', commit: OTHER };

  test('the version of the newest prediction is reported, the others are counted', async () => {
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

  test('a missing version is an error only where it is reported', async () => {
    const path = write([line(newest), ...lines(STEADY)]);
    const lacking = (missing: string): Pick<Versions, 'findReference'> => ({
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

  test('a version that is not in the log is an error that names those in it', async () => {
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
  ])('with %s: %j are unreadable, and reported', async (field, value) => {
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

  test('before the requested time are left out', async () => {
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

  test('of something that is not a log are an error', async () => {
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

  test('of a log without predictions are no error', async () => {
    const started = ['> tweet-sentiment-server start', line({ event: 'ready' })];
    expect(await report(write(started))).toMatchObject({ predictions: 0 });
    expect(await report(write([]))).toMatchObject({ predictions: 0 });
  });
});
