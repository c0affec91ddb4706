/** Runs a program with all processes that it starts, so that an interrupt ends them together. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment as Variables } from '../../config/environment.ts';
import { describeSystemError, hasSystemCode, KnownError } from '../../errors.ts';
import { ModelError } from '../../version/errors.ts';

/** What ends a reproduction before it is complete. */
export interface Interrupt {
  /** Programs receive SIGTERM, and time to end. */
  readonly stop: AbortSignal;
  /** Programs are killed at once. */
  readonly kill: AbortSignal;
}

/** The reproduction was interrupted; no program of it runs any more. */
export class InterruptedError extends KnownError<'interrupted'> {
  override readonly name = 'InterruptedError';

  constructor() {
    super('interrupted', 'interrupted');
  }
}

/** @throws InterruptedError after an interrupt. */
export function assertNotInterrupted({ stop }: Interrupt): void {
  if (stop.aborted) {
    throw new InterruptedError();
  }
}

/** Longer than it takes to write the checkpoint of a large model. */
const GRACE_MS = 30_000;
const POLL_MS = 100;
/** A killed process is gone by then. */
const MAX_WAIT_FOR_KILLED_MS = 2_000;

interface ProgramOptions {
  readonly cwd: string;
  readonly env: Variables;
  readonly interrupt: Interrupt;
  /** Called with the id of the program's process group, once it runs. */
  readonly onStart: (group: number) => Promise<void>;
}

/**
 * Runs a program to its end; its output goes to standard error, which is for progress.
 *
 * @throws ModelError `tool-failed` where it can't be run or fails.
 * @throws InterruptedError after an interrupt, when all processes of its group have ended.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env, interrupt, onStart }: ProgramOptions,
): Promise<void> {
  assertNotInterrupted(interrupt);
  // A group of its own, which the terminal sends no signal to.
  const child = spawn(program, args, {
    ...{ cwd, env, detached: true },
    stdio: ['ignore', process.stderr, process.stderr],
  });
  const group = child.pid === undefined ? undefined : createGroup(child.pid, interrupt);
  try {
    const ended = once(child, 'close').catch((cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'ENOENT' ? 'it is not installed' : describeSystemError(cause);
      throw new ModelError('tool-failed', `${program} can't be run: ${reason}`, { cause });
    }) as Promise<[number | null, NodeJS.Signals | null]>;
    const [[code, signal]] = await Promise.all([ended, group && onStart(group.id)]);
    await group?.interrupted();
    assertNotInterrupted(interrupt);
    if (code !== 0) {
      throw new ModelError(
        'tool-failed',
        `${program} ${args.join(' ')}: ended with ${code === null ? signal : `exit code ${code}`}`,
      );
    }
  } finally {
    group?.end();
  }
}

/**
 * True while a process runs, or one of a group.
 *
 * @param id of the process, or of the group with a minus sign.
 */
export async function isRunning(id: number): Promise<boolean> {
  return exists(id) && ((await isLive(id)) ?? true);
}

function exists(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    // Of another user.
    return hasSystemCode(error, 'EPERM');
  }
}

/**
 * False for processes that have ended and that nobody has collected: in a container, nobody may ever do.
 * Source: proc_pid_stat(5).
 *
 * @returns undefined where there is no `/proc` of Linux.
 */
async function isLive(id: number): Promise<boolean | undefined> {
  const names = await readdir('/proc').catch(() => []);
  const stats = await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name))
      .map((name) => readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')),
  );
  const found = stats.filter((stat) => stat !== '').map(parseStat);
  return found.length === 0
    ? undefined
    : found.some(
        ({ pid, group, state }) => (pid === id || group === -id) && state !== 'Z' && state !== 'X',
      );
}

/** @param stat `<id> (<name, which may have any character>) <state> <parent> <group> …`. */
function parseStat(stat: string): { pid: number; group: number; state: string } {
  const [state = '', , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { pid: Number.parseInt(stat, 10), group: Number(group), state };
}

interface Group {
  readonly id: number;
  /** Resolves when no process of the group runs, if there was an interrupt; at once if there was none. */
  interrupted(): Promise<void>;
  /** Kills what still runs. */
  end(): void;
}

function createGroup(id: number, { stop, kill }: Interrupt): Group {
  let stopped: Promise<void> | undefined;
  const onStop = (): void => {
    stopped = stopGroup(id, kill);
  };
  const onExit = (): void => signalGroup(id, 'SIGKILL');
  stop.addEventListener('abort', onStop, { once: true });
  process.once('exit', onExit);
  return {
    id,
    interrupted: async () => stopped,
    end: () => {
      stop.removeEventListener('abort', onStop);
      process.off('exit', onExit);
      signalGroup(id, 'SIGKILL');
    },
  };
}

async function stopGroup(group: number, kill: AbortSignal): Promise<void> {
  signalGroup(group, 'SIGTERM');
  await waitForGroup(group, GRACE_MS, kill);
  signalGroup(group, 'SIGKILL');
  await waitForGroup(group, MAX_WAIT_FOR_KILLED_MS);
}

async function waitForGroup(group: number, timeoutMs: number, until?: AbortSignal): Promise<void> {
  const start = Date.now();
  while ((await isRunning(-group)) && Date.now() - start < timeoutMs && !until?.aborted) {
    await sleep(POLL_MS);
  }
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if (!hasSystemCode(error, 'ESRCH')) {
      throw error;
    }
  }
}
