import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isRunning, runProgram } from '../../../src/repository/reproduce/run-program.ts';
import { poll } from '../../../tools/launch.mjs';
import { temporaryFolder } from '../../support/git-version.ts';

/** Runs a script of the shell, which may write the ids of its processes to `pids`. */
function runScript(script: string) {
  const [stop, kill] = [new AbortController(), new AbortController()];
  const cwd = temporaryFolder();
  const groups: number[] = [];
  const ended = runProgram('sh', ['-c', script], {
    ...{ cwd, env: { PATH: process.env.PATH } },
    interrupt: { stop: stop.signal, kill: kill.signal },
    onStart: async (group) => void groups.push(group),
  });
  // The test awaits it later.
  ended.catch(() => undefined);
  const file = join(cwd, 'pids');
  const pids = async (): Promise<number[]> => {
    await poll(() => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'));
    return readFileSync(file, 'utf8').trim().split(' ').map(Number);
  };
  const hasSaved = (): boolean => existsSync(join(cwd, 'saved'));
  return { ended, stop, kill, groups, pids, hasSaved };
}

const running = (pids: readonly number[]): Promise<boolean[]> => Promise.all(pids.map(isRunning));

test('an interrupt ends a program with the processes that it has started', async () => {
  const program = runScript('sleep 600 & echo $$ $! >pids; wait');
  const pids = await program.pids();
  expect(await running(pids)).toEqual([true, true]);
  expect(program.groups).toEqual([pids[0]]);
  program.stop.abort();
  await expect(program.ended).rejects.toMatchObject({ code: 'interrupted' });
  expect(await running(pids)).toEqual([false, false]);
});

test('a program may end in its own way; the second interrupt kills it', async () => {
  const program = runScript(
    'trap "echo saved >saved" TERM; echo $$ >pids; while :; do sleep 0.1; done',
  );
  const pids = await program.pids();
  program.stop.abort();
  expect(await poll(program.hasSaved)).toBe(true);
  expect(await running(pids)).toEqual([true]);
  program.kill.abort();
  await expect(program.ended).rejects.toMatchObject({ code: 'interrupted' });
  expect(await running(pids)).toEqual([false]);
});

test('nothing that a program has started outlives it', async () => {
  const program = runScript('sleep 600 & echo $! >pids');
  await program.ended;
  const pids = await program.pids();
  expect(await poll(() => running(pids), { accept: ([first]) => !first })).toEqual([false]);
});

test('a program that fails or is not there is reported', async () => {
  await expect(runScript('exit 3').ended).rejects.toMatchObject({
    code: 'tool-failed',
    message: 'sh -c exit 3: ended with exit code 3',
  });
  const interrupt = { stop: new AbortController().signal, kill: new AbortController().signal };
  const options = { cwd: '/', env: {}, interrupt, onStart: async () => undefined };
  await expect(runProgram('/nowhere/uv', [], options)).rejects.toMatchObject({
    message: "/nowhere/uv can't be run: it is not installed",
  });
});
