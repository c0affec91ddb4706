import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  createWindowCounts,
  type Normal,
  pathOfNormal,
  readNormal,
  writeNormal,
} from '../../src/drift/normal.ts';
import { createNormals } from '../../src/drift/normals.ts';
import { normalOfLogs } from '../../src/drift/report/normal-of-logs.ts';
import { temporaryFolder } from '../support/git-version.ts';
import { COMMIT, line, OTHER, PROFILE, write } from './logs.ts';

const NORMAL: Normal = {
  name: 'm',
  commit: COMMIT,
  from: '2026-01-24T12:00:00.000Z',
  to: '2026-01-31T12:00:00.000Z',
  texts: 1000,
  features: { label: { negative: { ratio: 0.25, deviation: 0.01 } } },
};

describe('shares and deviations', () => {
  /** @param negatives of 1,000 texts, in each window. */
  function featuresOf(negatives: readonly number[], texts = 1000): Normal['features'] {
    const counts = createWindowCounts();
    negatives.forEach((count, window) => {
      counts.add({ feature: 'label', window, bin: 'negative', count });
      counts.add({ feature: 'label', window, bin: 'positive', count: texts - count });
    });
    return counts.features();
  }

  test('are those of the windows', () => {
    const features = featuresOf(Array.from({ length: 12 }, (_, i) => (i % 2 ? 220 : 180)));
    expect(features).toEqual({
      label: {
        negative: { ratio: 0.2, deviation: 0.02 },
        positive: { ratio: 0.8, deviation: 0.02 },
      },
    });
  });

  test('a bin without texts in a window has the share 0 there', () => {
    const counts = createWindowCounts();
    for (let window = 0; window < 12; window++) {
      counts.add({ feature: 'language', window, bin: 'en', count: window < 6 ? 1000 : 900 });
      if (window >= 6) {
        counts.add({ feature: 'language', window, bin: 'de', count: 100 });
      }
    }
    expect(counts.features().language?.de).toEqual({ ratio: 0.05, deviation: 0.05 });
    expect(counts.texts()).toBe(12_000);
  });

  test('a feature without any observation is left out', () => {
    const counts = createWindowCounts();
    counts.add({ feature: 'label', window: 0, bin: 'negative', count: 1 });
    counts.add({ feature: 'topic', window: 0, bin: '0', count: 0 });
    expect(Object.keys(counts.features())).toEqual(['label']);
  });

  test('of few windows, or of windows with few texts, are those of a random sample', () => {
    const sampled = { ratio: 0.2, deviation: 0.028284 };
    expect(featuresOf([200, 200]).label?.negative).toEqual(sampled);
    const small = Array.from({ length: 100 }, (_, i) => (i % 2 ? 0 : 40));
    expect(featuresOf(small, 100).label?.negative).toEqual(sampled);
  });
});

describe('the file', () => {
  test('is read as it was written, by name and commit', async () => {
    const folder = join(temporaryFolder(), 'not', 'there');
    const path = await writeNormal(folder, NORMAL);
    expect(path).toBe(join(folder, 'm', `${COMMIT}.json`));
    expect(await readNormal(folder, 'm', COMMIT)).toEqual(NORMAL);
    expect(await readNormal(folder, 'm', OTHER)).toBeUndefined();
    expect(await readNormal(folder, 'other', COMMIT)).toBeUndefined();
  });

  test.each([
    ['{', 'JSON'],
    ['[]', 'a baseline'],
    [JSON.stringify({ ...NORMAL, texts: 0 }), 'texts'],
    [JSON.stringify({ ...NORMAL, commit: OTHER }), `found that of m ${OTHER}`],
    [JSON.stringify({ ...NORMAL, name: 'n' }), `found that of n ${COMMIT}`],
    [
      JSON.stringify({ ...NORMAL, features: { label: { a: { ratio: 2, deviation: 0 } } } }),
      'features.label.a.ratio',
    ],
    [
      JSON.stringify({
        ...NORMAL,
        features: {
          label: Object.fromEntries(
            Array.from({ length: 65 }, (_, i) => [i, { ratio: 0, deviation: 0 }]),
          ),
        },
      }),
      'at most 64 bins',
    ],
    [' '.repeat(1024 ** 2 + 1), 'at most 1048576 bytes'],
  ])('%.30s is no baseline', async (content, expected) => {
    const folder = temporaryFolder();
    const path = pathOfNormal(folder, 'm', COMMIT);
    mkdirSync(join(folder, 'm'));
    writeFileSync(path, content);
    const error = await readNormal(folder, 'm', COMMIT).catch((reason) => reason);
    expect(error).toMatchObject({ code: 'bad-baseline' });
    expect(error.message).toContain(path);
    expect(error.message).toContain(expected);
  });

  test('in place of which there is a pipe or a folder is an error, and nothing waits', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'm'));
    const path = pathOfNormal(folder, 'm', COMMIT);
    execFileSync('mkfifo', [path]);
    const reading = readNormal(folder, 'm', COMMIT);
    await expect(reading).rejects.toThrow(`${path}: expected a file, found a pipe or device`);
    rmSync(path);
    mkdirSync(path);
    const unreadable = (code: string) =>
      expect(readNormal(folder, 'm', COMMIT)).rejects.toMatchObject({
        ...{ code: 'bad-baseline', message: `${path} can't be read (${code})` },
      });
    await unreadable('EISDIR');
    rmSync(path, { recursive: true });
    symlinkSync(path, path);
    await unreadable('ELOOP');
  });

  test.each([
    { name: '../../m' },
    { name: '' },
    { commit: `../${COMMIT}` },
    { texts: Number.NaN },
    { features: { label: { a: { ratio: 1, deviation: Number.NaN } } } },
  ])('is not written where it could not be read: %j', async (wrong) => {
    const folder = join(temporaryFolder(), 'a', 'b');
    const writing = writeNormal(folder, { ...NORMAL, ...wrong });
    await expect(writing).rejects.toMatchObject({ code: 'bad-baseline' });
    expect(existsSync(join(folder, '..'))).toBe(false);
  });

  test('is read again when its permissions have changed', async () => {
    const folder = temporaryFolder();
    const errors: unknown[] = [];
    const normals = createNormals({ folder, onError: (error) => errors.push(error) });
    const path = pathOfNormal(folder, 'm', COMMIT);
    mkdirSync(path, { recursive: true });
    expect(await normals.of(NORMAL)).toBeUndefined();
    expect(errors).toHaveLength(1);
    const { mtime } = statSync(path);
    chmodSync(path, 0o700);
    expect(statSync(path).mtime).toEqual(mtime);
    await normals.of(NORMAL);
    expect(errors).toHaveLength(2);
  });

  test('is read again when it has changed, and reported once when it is damaged', async () => {
    const folder = temporaryFolder();
    const errors: unknown[] = [];
    const normals = createNormals({ folder, onError: (error) => errors.push(error) });
    const version = { name: 'm', commit: COMMIT };
    expect(await normals.of(version)).toBeUndefined();
    const path = await writeNormal(folder, NORMAL);
    expect(await normals.of(version)).toEqual(NORMAL);
    writeFileSync(`${path}.new`, '{');
    renameSync(`${path}.new`, path);
    expect(await normals.of(version)).toBeUndefined();
    expect(await normals.of(version)).toBeUndefined();
    expect(errors).toMatchObject([{ code: 'bad-baseline' }]);
    await writeNormal(folder, { ...NORMAL, texts: 5 });
    expect(await normals.of(version)).toMatchObject({ texts: 5 });
    expect(await normals.of({ ...version, commit: OTHER })).toBeUndefined();
    expect(errors).toHaveLength(1);
  });
});

describe('from log files', () => {
  const options = {
    since: undefined,
    commit: COMMIT,
    model: 'm',
    profile: PROFILE,
    onProgress: () => undefined,
  };

  test('the version is counted in windows of five minutes', async () => {
    const at = (window: number, i: number): string =>
      new Date(Date.UTC(2026, 0, 31, 12, window * 5, 0, i)).toISOString();
    const content: string[] = [];
    for (let window = 0; window < 12; window++) {
      for (let i = 0; i < 250; i++) {
        const label = i < (window % 2 ? 75 : 25) ? 'negative' : 'neutral';
        content.push(line({ timestamp: at(window, i), label, language: i < 5 ? 'de' : 'en' }));
      }
      content.push(line({ timestamp: at(window, 0), commit: OTHER, label: 'positive' }));
    }
    const normal = await normalOfLogs([write(content)], options);
    expect(normal).toMatchObject({
      ...{ name: 'm', commit: COMMIT, from: at(0, 0), to: at(11, 249), texts: 3000 },
      features: {
        label: {
          negative: { ratio: 0.2, deviation: 0.1 },
          neutral: { ratio: 0.8 },
          positive: { ratio: 0, deviation: 0 },
        },
        language: { de: { ratio: 0.02, deviation: 0 }, und: { ratio: 0, deviation: 0 } },
      },
    });
  });

  test.each(['2026-99-31T12:00:00.000Z', '2026-02-30T12:00:00.000Z', '2026-01-31T12:00:61.000Z'])(
    'a line of the time %s is not counted',
    async (timestamp) => {
      const log = write([line(), line({ timestamp })]);
      expect((await normalOfLogs([log], options)).texts).toBe(1);
    },
  );

  test('without a prediction of the version there is none', async () => {
    const log = write([line({ commit: OTHER })]);
    await expect(normalOfLogs([log], options)).rejects.toThrow(`no prediction of ${COMMIT}`);
    const old = write([line()]);
    const since = Date.UTC(2026, 1, 1);
    await expect(normalOfLogs([old], { ...options, since })).rejects.toThrow('no prediction');
  });
});
