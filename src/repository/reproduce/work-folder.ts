/** The folder that a reproduction works in. It can be continued there after an interrupt, a crash or a loss of power. */
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { hasSystemCode, namingFile } from '../../errors.ts';
import { makeFolder } from '../../folders.ts';
import { ModelError } from '../../version/errors.ts';
import { parseJson } from '../../version/json.ts';
import { isRunning } from './run-program.ts';

const STATE_FILE = 'reproduce.json';
const PROCESSES_FILE = 'processes.json';

const stateSchema = z.object({
  commit: z.string(),
  /** The finished steps, by the folder that they ran in. */
  finished: z.record(z.string(), z.record(z.string(), z.string())),
});

type State = z.infer<typeof stateSchema>;
/** The SHA-256 of each file that a finished step wrote, by path. */
export type FinishedStep = State['finished'][string];

export interface WorkFolder {
  /** Of the folder with the links to the data. */
  readonly data: string;
  /** The folder that the training runs in. */
  readonly training: string;
  /** The folder that an earlier step runs in. */
  stepFolder(name: string): string;
  /** What was recorded of the step that ran in a folder; undefined where it has not finished. */
  finishedStep(folder: string): FinishedStep | undefined;
  recordFinished(folder: string, step: FinishedStep): Promise<void>;
  /** Records a process group that works in the folder. */
  recordGroup(group: number): Promise<void>;
  /** For the end of the work, whether it is complete or not. The folder stays. */
  close(): Promise<void>;
}

/**
 * Opens a folder to reproduce a version in: a new or an empty one, or one in which that was begun.
 *
 * @throws ModelError `bad-reference` where the folder has something else, or another process works in it.
 */
export async function openWorkFolder(path: string, commit: string): Promise<WorkFolder> {
  const folder = resolve(path);
  await makeFolder(folder);
  const names = (await readdir(folder)).filter((name) => name !== unfinishedName(STATE_FILE));
  let state: State = { commit, finished: {} };
  if (names.length > 0) {
    state = await readState(folder, path);
    assertOwn(state, names, { commit, path });
  } else {
    await writeJson(folder, STATE_FILE, state);
  }
  await claim(folder, path);
  return {
    data: join(folder, 'data'),
    training: join(folder, 'version'),
    stepFolder: (name) => join(folder, 'steps', name),
    finishedStep: (where) => state.finished[relative(folder, where)],
    recordFinished: async (where, step) => {
      const finished = { ...state.finished, [relative(folder, where)]: step };
      state = { ...state, finished };
      await writeJson(folder, STATE_FILE, state);
    },
    recordGroup: (group) => writeJson(folder, PROCESSES_FILE, { pid: process.pid, group }),
    close: () => rm(join(folder, PROCESSES_FILE), { force: true }),
  };
}

async function readState(folder: string, path: string): Promise<State> {
  const text = await readFile(join(folder, STATE_FILE), 'utf8').catch((error: unknown) => {
    if (hasSystemCode(error, 'ENOENT')) {
      throw notOwn(path, `has no ${STATE_FILE}, and is not empty`);
    }
    throw error;
  });
  const { data } = stateSchema.safeParse(parseJson(text, join(path, STATE_FILE)));
  if (!data) {
    throw notOwn(path, `has another ${STATE_FILE}`);
  }
  return data;
}

const OWN_NAMES: ReadonlySet<string> = new Set([
  ...[STATE_FILE, PROCESSES_FILE, 'data', 'version', 'steps'],
  ...[STATE_FILE, PROCESSES_FILE].map(unfinishedName),
]);

function assertOwn(
  state: State,
  names: readonly string[],
  { commit, path }: { readonly commit: string; readonly path: string },
): void {
  if (state.commit !== commit) {
    throw notOwn(path, `is of another commit, ${state.commit}`);
  }
  const foreign = names.find((name) => !OWN_NAMES.has(name));
  if (foreign !== undefined) {
    throw notOwn(path, `has a file of others, ${foreign}`);
  }
}

function notOwn(path: string, found: string): ModelError {
  return new ModelError(
    'bad-reference',
    `${path} ${found}: --work needs a new or an empty folder, or that of an interrupted run of the same commit`,
  );
}

const processesSchema = z.object({ pid: z.int().positive(), group: z.int().positive().optional() });

/** @throws ModelError `bad-reference` where a process works in the folder. */
async function claim(folder: string, path: string): Promise<void> {
  const file = join(folder, PROCESSES_FILE);
  const running = await findRunning(file);
  if (running.length > 0) {
    throw new ModelError(
      'bad-reference',
      `${path} is in use by ${running.join(' and ')}: end it first, or, if that is another program, remove ` +
        join(path, PROCESSES_FILE),
    );
  }
  await rm(file, { force: true });
  // Of two that start at the same time, one gets the folder.
  await namingFile(file, writeFile(file, JSON.stringify({ pid: process.pid }), { flag: 'wx' }));
}

/** The processes that a file names and that still run: after a loss of power, or in another container, none. */
async function findRunning(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (hasSystemCode(error, 'ENOENT')) {
      return '{}';
    }
    throw error;
  });
  const { data } = processesSchema.safeParse(parseProcesses(text));
  if (!data) {
    return [];
  }
  const { pid, group } = data;
  return [
    ...(pid !== process.pid && (await isRunning(pid)) ? [`process ${pid}`] : []),
    ...(group !== undefined && (await isRunning(-group)) ? [`process group ${group}`] : []),
  ];
}

/** @returns undefined for a file that was not complete when the machine lost its power. */
function parseProcesses(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A reader finds the file from before or the new one. */
async function writeJson(folder: string, name: string, value: object): Promise<void> {
  const unfinished = join(folder, unfinishedName(name));
  const text = `${JSON.stringify(value, null, 2)}\n`;
  await namingFile(unfinished, writeFile(unfinished, text, { flush: true }));
  await rename(unfinished, join(folder, name));
}

function unfinishedName(name: string): string {
  return `${name}.unfinished`;
}
