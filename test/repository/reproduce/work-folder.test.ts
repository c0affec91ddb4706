import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openWorkFolder } from '../../../src/repository/reproduce/work-folder.ts';
import { temporaryFolder } from '../../support/git-version.ts';

const COMMIT = 'a'.repeat(40);
const HINT =
  '--work needs a new or an empty folder, or that of an interrupted run of the same commit';

test('the folder of an interrupted run has what was recorded of it', async () => {
  const path = join(temporaryFolder(), 'new/work');
  const first = await openWorkFolder(path, COMMIT);
  await first.recordFinished(first.stepFolder('teacher'), { 'teacher/logits.npy': 'abc' });
  // As a loss of power may leave it.
  writeFileSync(join(path, 'reproduce.json.unfinished'), '{"comm');
  writeFileSync(join(path, 'processes.json'), '{"pi');
  const second = await openWorkFolder(path, COMMIT);
  expect(second.finishedStep(second.stepFolder('teacher'))).toEqual({
    'teacher/logits.npy': 'abc',
  });
  expect(second.finishedStep(second.training)).toBeUndefined();
  await second.close();
  expect(readdirSync(path)).not.toContain('processes.json');
});

test('a folder in which a run was killed before it recorded anything is a new one', async () => {
  const path = temporaryFolder();
  writeFileSync(join(path, 'reproduce.json.unfinished'), '');
  const work = await openWorkFolder(path, COMMIT);
  expect(work.finishedStep(work.training)).toBeUndefined();
});

test.each([
  [
    'of another commit',
    { 'reproduce.json': JSON.stringify({ commit: 'b'.repeat(40), finished: {} }) },
    `is of another commit, ${'b'.repeat(40)}: ${HINT}`,
  ],
  ['with files only', { 'notes.txt': '' }, `has no reproduce.json, and is not empty: ${HINT}`],
  [
    'with another file',
    { 'reproduce.json': JSON.stringify({ commit: COMMIT, finished: {} }), 'notes.txt': '' },
    `has a file of others, notes.txt: ${HINT}`,
  ],
  [
    'with another reproduce.json',
    { 'reproduce.json': '[]' },
    `has another reproduce.json: ${HINT}`,
  ],
])('a folder %s is refused, and stays as it is', async (_, files, message) => {
  const path = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(path, name), text);
  }
  await expect(openWorkFolder(path, COMMIT)).rejects.toMatchObject({
    code: 'bad-reference',
    message: `${path} ${message}`,
  });
  expect(readdirSync(path).sort()).toEqual(Object.keys(files).sort());
});

test('a folder in which another process works is refused until that has ended', async () => {
  const path = temporaryFolder();
  const work = await openWorkFolder(path, COMMIT);
  const other = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  onTestFinished(() => void other.kill('SIGKILL'));
  const ended = new Promise((resolve) => other.once('exit', resolve));
  const group = other.pid as number;
  await work.recordGroup(group);
  await expect(openWorkFolder(path, COMMIT)).rejects.toMatchObject({
    message:
      `${path} is in use by process group ${group}: end it first, or, if that is another program, remove ` +
      `${path}/processes.json`,
  });
  writeFileSync(join(path, 'processes.json'), JSON.stringify({ pid: group }));
  await expect(openWorkFolder(path, COMMIT)).rejects.toMatchObject({
    message: expect.stringContaining(`in use by process ${group}: `),
  });
  process.kill(-group, 'SIGKILL');
  await ended;
  await expect(openWorkFolder(path, COMMIT)).resolves.toBeDefined();
});

test('of two that start at the same time, at most one gets the folder', async () => {
  const path = temporaryFolder();
  await (await openWorkFolder(path, COMMIT)).close();
  const other = spawn('sleep', ['600'], { stdio: 'ignore' });
  const ended = new Promise((resolve) => other.once('exit', resolve));
  const claim = join(path, `processes.json.${other.pid}`);
  writeFileSync(claim, '');
  await expect(openWorkFolder(path, COMMIT)).rejects.toMatchObject({
    message: expect.stringContaining(`is in use by process ${other.pid}: `),
  });
  expect(readdirSync(path).sort()).toEqual([basename(claim), 'reproduce.json']);
  // It was killed before it had the folder.
  other.kill('SIGKILL');
  await ended;
  await (await openWorkFolder(path, COMMIT)).close();
  expect(readdirSync(path)).toEqual(['reproduce.json']);
});

test('a folder in which a run was killed before it had a state is a new one', async () => {
  const path = temporaryFolder();
  writeFileSync(join(path, 'processes.json'), '{}');
  await expect(openWorkFolder(path, COMMIT)).resolves.toBeDefined();
});

test.each(['version', 'steps', 'steps/teacher'])(
  'a folder with %s as a link to another one is refused',
  async (name) => {
    const [path, target] = [temporaryFolder(), temporaryFolder()];
    await (await openWorkFolder(path, COMMIT)).close();
    mkdirSync(dirname(join(path, name)), { recursive: true });
    symlinkSync(target, join(path, name));
    await expect(openWorkFolder(path, COMMIT)).rejects.toMatchObject({
      message: `${path} has a link, ${name}: ${HINT}`,
    });
  },
);

test('a file in place of the folder is reported', async () => {
  const path = join(temporaryFolder(), 'file');
  writeFileSync(path, '');
  await expect(openWorkFolder(path, COMMIT)).rejects.toMatchObject({ code: 'EEXIST' });
  mkdirSync(`${path}-folder`);
  await expect(openWorkFolder(`${path}-folder`, COMMIT)).resolves.toBeDefined();
});
