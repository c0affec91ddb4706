import { existsSync, linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createCounter } from '../../../src/scoring/counts.ts';
import { isOutputNeeded, openOutput } from '../../../src/scoring/output/file-sink.ts';
import { temporaryFolder } from '../../support/git-version.ts';

const options = { '--format': 'csv' };
const progress = { rows: 1024, digest: 'd', counts: createCounter(undefined).counts() };

function newPath(): string {
  return join(temporaryFolder(), 'out.csv');
}

test('the output has its name when it is complete', async () => {
  const path = newPath();
  const sink = await openOutput(path, options, 'refuse');
  await sink.write('a\n');
  await sink.checkpoint(progress);
  expect(existsSync(path)).toBe(false);
  await sink.complete();
  await sink.close();
  expect(readFileSync(path, 'utf8')).toBe('a\n');
  expect(readdirSync(join(path, '..'))).toEqual(['out.csv']);
});

test('a run goes on after its last checkpoint: what was written later is cut', async () => {
  const path = newPath();
  const first = await openOutput(path, options, 'resume');
  expect(first.before).toBeUndefined();
  await first.write('é\n');
  await first.checkpoint(progress);
  await first.write('not in the checkpoint\n');
  // Killed here.
  const second = await openOutput(path, options, 'resume');
  expect(second.before).toMatchObject({ rows: 1024, digest: 'd', bytes: 3 });
  await second.write('b\n');
  await second.complete();
  await second.close();
  await first.close().catch(() => undefined);
  expect(readFileSync(path, 'utf8')).toBe('é\nb\n');
});

test('a checkpoint without its output begins again; one whose output was cut is refused', async () => {
  const path = newPath();
  const first = await openOutput(path, options, 'refuse');
  await first.write('a row\n');
  await first.checkpoint(progress);
  await first.close();
  writeFileSync(`${path}.partial`, 'a');
  await expect(openOutput(path, options, 'resume')).rejects.toThrow(
    `${path}.partial: expected the 6 bytes that were written before ${path}.checkpoint, found 1: --force starts again`,
  );
  rmSync(`${path}.partial`);
  const second = await openOutput(path, options, 'resume');
  expect(second.before).toBeUndefined();
  // Killed before its first checkpoint: what is left of the run before must not be continued.
  expect(readdirSync(join(path, '..'))).toEqual(['out.csv.partial']);
  await second.close();
});

test('a run that ends without a row leaves nothing that the next one would be refused for', async () => {
  const path = newPath();
  const refused = await openOutput(path, options, 'refuse');
  const replacing = await openOutput(path, options, 'replace');
  await refused.close();
  // That of the other run.
  expect(readdirSync(join(path, '..'))).toEqual(['out.csv.partial']);
  await replacing.close();
  expect(readdirSync(join(path, '..'))).toEqual([]);
});

test.each(['replace', 'resume'] as const)(
  'of two runs that write one output, the later one completes it: %s',
  async (ifExists) => {
    const path = newPath();
    const first = await openOutput(path, options, 'refuse');
    await first.write('first\n');
    await first.checkpoint(progress);
    await expect(openOutput(path, options, 'refuse')).rejects.toMatchObject({ code: 'EEXIST' });
    const second = await openOutput(path, options, ifExists);
    await second.write('second\n');
    await second.checkpoint(progress);
    await expect(first.complete()).rejects.toThrow(
      `${path}.checkpoint: of a run that was started later`,
    );
    await first.checkpoint(progress);
    await expect(first.close()).rejects.toThrow(`${path}.checkpoint: of a run that was started`);
    expect(existsSync(path)).toBe(false);
    await second.complete();
    await second.close();
    expect(readFileSync(path, 'utf8')).toBe(`${ifExists === 'resume' ? 'first\n' : ''}second\n`);
  },
);

test('an interrupted run is refused with other options', async () => {
  const path = newPath();
  const first = await openOutput(path, options, 'refuse');
  await first.checkpoint(progress);
  await first.close();
  await expect(openOutput(path, { '--format': 'tsv' }, 'resume')).rejects.toThrow(
    `${path}.checkpoint: --format: expected that of the interrupted run, csv, found tsv: --force starts again`,
  );
  const again = await openOutput(path, { '--format': 'tsv' }, 'replace');
  expect(again.before).toBeUndefined();
  await again.close();
});

test('a checkpoint of something else is refused', async () => {
  const path = newPath();
  writeFileSync(`${path}.checkpoint`, '{"rows":');
  await expect(openOutput(path, options, 'resume')).rejects.toThrow(
    `${path}.checkpoint: not written by this command; --force starts again`,
  );
});

test('a device is written to as it is, and reports that it is full', async () => {
  const sink = await openOutput('/dev/full', options, 'refuse');
  await expect(sink.write('a\n')).rejects.toMatchObject({ code: 'ENOSPC', path: '/dev/full' });
  await sink.close();
  expect(existsSync('/dev/full.partial')).toBe(false);
});

describe('before any work is done', () => {
  test('an output that exists is neither replaced nor written again', async () => {
    const path = newPath();
    expect(await isOutputNeeded(path, [], 'refuse')).toBe(true);
    writeFileSync(path, '');
    await expect(isOutputNeeded(path, [], 'refuse')).rejects.toThrow(
      `${path} exists already; --force replaces it`,
    );
    expect(await isOutputNeeded(path, [], 'replace')).toBe(true);
    expect(await isOutputNeeded(path, [], 'resume')).toBe(false);
  });

  test('an interrupted run is named', async () => {
    const path = newPath();
    writeFileSync(`${path}.partial`, '');
    await expect(isOutputNeeded(path, [], 'refuse')).rejects.toThrow(
      `${path}: a run was interrupted; --resume continues it, --force starts again`,
    );
    expect(await isOutputNeeded(path, [], 'resume')).toBe(true);
    // It was to replace this one.
    writeFileSync(path, '');
    expect(await isOutputNeeded(path, [], 'resume')).toBe(true);
  });

  test('an input is never the output, by whatever name', async () => {
    const path = newPath();
    const input = `${path}.input`;
    writeFileSync(input, '');
    linkSync(input, path);
    for (const ifExists of ['refuse', 'replace', 'resume'] as const) {
      await expect(isOutputNeeded(path, [input], ifExists)).rejects.toThrow(
        `${path} is an input: expected another file for the output`,
      );
    }
  });

  test('nor is it what an output that is not complete is called', async () => {
    const path = newPath();
    for (const input of [`${path}.partial`, `${path}.checkpoint`]) {
      writeFileSync(input, '');
      await expect(isOutputNeeded(path, [input], 'replace')).rejects.toThrow(
        `${input} is an input: expected another file for the output`,
      );
    }
  });

  test('a compressed output is refused', async () => {
    await expect(isOutputNeeded('out.csv.gz', [], 'refuse')).rejects.toThrow(
      'out.csv.gz: the output is not compressed; expected a name without .gz',
    );
  });
});
