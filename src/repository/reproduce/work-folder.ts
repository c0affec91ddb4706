/** The folder that a reproduction works in. It can be continued there after an interrupt, a crash or a loss of power. */
import type { Dirent } from 'node:fs';
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { namingFile } from '../../errors.ts';
import { makeFolder, readIfExists } from '../../folders.ts';
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
  await assertOwn(folder, { commit, path });
  await claim(folder, path);
  // Another process may have worked here until then.
  let state: State = (await readState(folder, path)) ?? { commit, finished: {} };
  await writeJson(folder, STATE_FILE, state);
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

/** @returns undefined where there is none yet. */
async function readState(folder: string, path: string): Promise<State | undefined> {
  const text = await readIfExists(join(folder, STATE_FILE));
  if (text === undefined) {
    return undefined;
  }
  const { data } = stateSchema.safeParse(parseJson(text, join(path, STATE_FILE)));
  if (!data) {
    throw notOwn(path, `has another ${STATE_FILE}`);
  }
  return data;
}

const FOLDERS = ['data', 'version', 'steps'];
/** `processes.json.<pid>` is there while a process claims the folder. */
const CLAIM = /^processes\.json\.(\d+)$/;

/** What a run writes before it does anything else. */
function isOfStart(name: string): boolean {
  return (
    CLAIM.test(name) ||
    [PROCESSES_FILE, ...[STATE_FILE, PROCESSES_FILE].map(unfinishedName)].includes(name)
  );
}

/** @throws ModelError `bad-reference` where the folder has something else than a run of the commit. */
async function assertOwn(
  folder: string,
  { commit, path }: { readonly commit: string; readonly path: string },
): Promise<void> {
  const state = await readState(folder, path);
  const steps = join(folder, 'steps');
  const entries = await readdir(folder, { withFileTypes: true });
  const others = entries.filter(({ name }) => !isOfStart(name));
  if (!state && others.length > 0) {
    throw notOwn(path, `has no ${STATE_FILE}, and is not empty`);
  }
  if (state && state.commit !== commit) {
    throw notOwn(path, `is of another commit, ${state.commit}`);
  }
  const foreign = others.find(({ name }) => name !== STATE_FILE && !FOLDERS.includes(name));
  if (foreign) {
    throw notOwn(path, `has a file of others, ${foreign.name}`);
  }
  // What is in the folders is removed: that of others, where one is a link.
  const isLink = (entry: Dirent): boolean => entry.isSymbolicLink();
  const ofSteps = entries.some(({ name }) => name === 'steps')
    ? (await readdir(steps, { withFileTypes: true })).filter(isLink)
    : [];
  const [link] = [
    ...entries.filter(isLink).map(({ name }) => name),
    ...ofSteps.map(({ name }) => join('steps', name)),
  ];
  if (link !== undefined) {
    throw notOwn(path, `has a link, ${link}`);
  }
}

function notOwn(path: string, found: string): ModelError {
  return new ModelError(
    'bad-reference',
    `${path} ${found}: --work needs a new or an empty folder, or that of an interrupted run of the same commit`,
  );
}

const processesSchema = z.object({ pid: z.int().positive(), group: z.int().positive().optional() });

/**
 * Of two that start at the same time, at most one gets the folder: each shows itself before it looks for others.
 *
 * @throws ModelError `bad-reference` where a process works in the folder.
 */
async function claim(folder: string, path: string): Promise<void> {
  const own = join(folder, `${PROCESSES_FILE}.${process.pid}`);
  await namingFile(own, writeFile(own, ''));
  try {
    const running = [...(await findClaiming(folder)), ...(await findRunning(folder))];
    if (running.length > 0) {
      throw new ModelError(
        'bad-reference',
        `${path} is in use by ${running.join(' and ')}: end it first, or, if that is another program, remove ` +
          join(path, PROCESSES_FILE),
      );
    }
    await writeJson(folder, PROCESSES_FILE, { pid: process.pid });
  } finally {
    await rm(own, { force: true });
  }
}

/** Other processes that claim the folder at this time. What those that were killed have left is removed. */
async function findClaiming(folder: string): Promise<string[]> {
  const running: string[] = [];
  for (const name of await readdir(folder)) {
    const pid = Number(CLAIM.exec(name)?.[1] ?? process.pid);
    if (pid !== process.pid) {
      const isLive = await isRunning(pid);
      running.push(...(isLive ? [`process ${pid}`] : []));
      await (!isLive && rm(join(folder, name), { force: true }));
    }
  }
  return running;
}

/** The processes that work in the folder: after a loss of power, or in another container, none. */
async function findRunning(folder: string): Promise<string[]> {
  const text = (await readIfExists(join(folder, PROCESSES_FILE))) ?? '{}';
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
