/** `models reproduce` of a training with an earlier step, interrupted in both, with a real uv and packages. */
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { poll } from '../../tools/launch.mjs';
import { temporaryFolder } from '../support/git-version.ts';
import { runCommand, startCommand } from '../support/server.ts';
import { makeTwoStepModel, type TwoStepModel } from './two-steps.ts';

const TIMEOUT_MS = 20 * 60_000;

const argsOf = ({ folder, sha }: TwoStepModel, ...options: string[]): string[] => [
  ...['models', 'reproduce', sha, '--repository', folder, '--data', join(folder, 'data')],
  ...options,
];

interface Held {
  readonly errors: string;
  /** The processes of the step that waits. */
  readonly pids: readonly number[];
  interrupt(signal: NodeJS.Signals): Promise<{ code: number | null; errors: string }>;
}

/** Starts the command, and resolves when a step waits. */
async function startUntilHeld(args: readonly string[]): Promise<Held> {
  const { child } = startCommand(args);
  const ended = once(child, 'exit');
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const find = () => /holds with processes ([\d ]+)\n/.exec(errors)?.[1];
  await poll(async () => find(), {
    accept: (found) => child.exitCode !== null || found !== undefined,
    timeoutMs: TIMEOUT_MS,
  });
  const pids = find();
  if (pids === undefined) {
    throw new Error(errors);
  }
  return {
    errors,
    pids: pids.split(' ').map(Number),
    interrupt: async (signal) => {
      child.kill(signal);
      // What it has started may keep its streams open.
      const [code] = await ended;
      return { code, errors };
    },
  };
}

/** A process that has ended may be there until its parent, or init, has collected it. */
function isRunning(pid: number): boolean {
  const path = `/proc/${pid}/stat`;
  return existsSync(path) && !/^\d+ \(.*\) Z/.test(readFileSync(path, 'utf8'));
}

test(
  'an interrupted reproduction continues in its folder, and answers for both steps',
  async () => {
    const model = await makeTwoStepModel();
    const work = join(temporaryFolder(), 'work');
    const args = argsOf(model, '--work', work, '--earlier-steps', '--json');

    writeFileSync(model.holds.teacher, '');
    const first = await startUntilHeld(args);
    expect(first.errors).toContain(
      '3 of 6: teacher: python code/teach.py --data DATA, about 3 h 20 min on the machine that made it\n',
    );
    const checkpoint = join(work, 'steps/teacher/.checkpoints/teacher.npz');
    const stopped = await first.interrupt('SIGTERM');
    expect(stopped.code).toBe(2);
    expect(stopped.errors).toContain(
      `tweet-sentiment: interrupted: ${work} has what was done; the same command continues\n`,
    );
    expect(first.pids.map(isRunning)).toEqual([false, false]);
    expect(existsSync(checkpoint)).toBe(true);
    rmSync(model.holds.teacher);

    // The command is killed, as by a crash: the training goes on.
    writeFileSync(model.holds.student, '');
    const second = await startUntilHeld(args);
    expect(second.errors).toContain(
      '; it continues from its checkpoints\nteacher continues after 10 epochs\n',
    );
    expect(second.errors).toContain('3 of 6: took ');
    await second.interrupt('SIGKILL');
    const [group = 0] = second.pids;
    const refused = await runCommand(args);
    expect(refused.stderr).toContain(`${work} is in use by process group ${group}: end it first`);
    expect(refused.code).toBe(2);
    process.kill(-group, 'SIGKILL');
    await poll(async () => isRunning(group), { accept: (running) => !running });
    rmSync(model.holds.student);
    // What a training that was killed may leave, and an ingredient that was changed.
    writeFileSync(join(work, 'version/model.onnx.part'), '');
    writeFileSync(join(work, 'version/hyperparameters.json'), '');

    const third = await runCommand(args);
    expect(third.stderr).toContain(
      '2 of 5: teacher: python code/teach.py --data DATA: finished in an earlier run\n',
    );
    expect(third.stderr).toContain(
      '4 of 5: python code/train.py --data DATA, about 30 s on the machine that made it; it continues from its ' +
        'checkpoints\nstudent continues after 2 rounds\n',
    );
    const { verdict, earlierSteps } = JSON.parse(third.stdout);
    expect(verdict).toBe('identical');
    expect(earlierSteps).toMatchObject([
      {
        name: 'teacher',
        files: [
          { path: 'teacher/logits.npy', identical: true },
          { path: 'teacher/record.json', identical: false },
        ],
      },
    ]);
    // What the earlier step wrote is not what the version has.
    expect(third.code).toBe(1);

    const recorded = await runCommand(argsOf(model, '--work', work));
    expect(recorded.stderr).toContain(
      'teacher: its recorded results are used: teacher/logits.npy, teacher/record.json; --earlier-steps runs it, ' +
        'about 3 h 20 min on the machine that made it\n',
    );
    expect(recorded.stderr).toContain(
      '2 of 3: python code/train.py --data DATA: finished in an earlier run\n',
    );
    expect(recorded.stdout).toMatch(/ is reproduced: identical bytes\n$/);
    expect(recorded.code).toBe(0);
  },
  TIMEOUT_MS,
);
