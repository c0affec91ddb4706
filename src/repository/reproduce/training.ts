/** The recorded commands, run again: in their pinned environments, without other influences. */
import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { DATA_PLACEHOLDER, type Environment, wordsOf } from '../../artifacts/environment.ts';
import { readEnvironment, type Environment as Variables } from '../../config/environment.ts';
import { ModelError } from '../../version/errors.ts';
import { type Interrupt, runProgram } from './run-program.ts';

/** How the programs of a reproduction are run. */
export interface RunContext {
  readonly interrupt: Interrupt;
  /** Called with the process group of each program. */
  readonly onStart: (group: number) => Promise<void>;
}

/** In `.venv`, once all packages are in it. */
const COMPLETE = 'complete';

/**
 * Installs the packages of a lock file into `.venv` of the checkout. One that is complete is kept, without the
 * network; one whose installation was interrupted is made anew.
 *
 * @param checkout folder with the ingredients.
 * @param requirements path of the lock file in it.
 */
export async function installEnvironment(
  checkout: string,
  requirements: string,
  context: RunContext,
): Promise<void> {
  const python = (await readFile(join(checkout, 'environment/.python-version'), 'utf8')).trim();
  const venv = join(checkout, '.venv');
  const env = { ...readEnvironment(), VIRTUAL_ENV: venv };
  const uv = (...args: string[]) => runProgram('uv', args, { ...context, cwd: checkout, env });
  if (await exists(join(venv, COMPLETE))) {
    return;
  }
  await rm(venv, { recursive: true, force: true });
  await uv('venv', '--quiet', '--python', python, '.venv');
  try {
    await uv('pip', 'sync', '--require-hashes', requirements);
  } catch (error) {
    const needsWheel = OWN_PACKAGE.test(await readFile(join(checkout, requirements), 'utf8'));
    throw needsWheel && error instanceof ModelError ? withHint(error, env) : error;
  }
  await writeFile(join(venv, COMPLETE), '');
}

const OWN_PACKAGE = /^tweet-sentiment-models\b/m;

function withHint(error: ModelError, { UV_FIND_LINKS: folder = 'not set' }: Variables): ModelError {
  return new ModelError(
    error.code,
    `${error.message}\n  tweet-sentiment-models is in no registry: UV_FIND_LINKS=<folder> names the folder of its ` +
      `wheel; it is ${folder} (python/README.md)`,
    { cause: error },
  );
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** With these, recorded commands run the command line, and find other versions: a SHA has the same bytes anywhere. */
export interface ProgramVariables {
  /** The command line, as words for a shell. */
  readonly TWEET_SENTIMENT: string;
  readonly MODEL_STORE: string;
  readonly MODEL_NAME: string;
}

export interface CommandContext extends RunContext {
  /** Folder with the ingredients. */
  readonly checkout: string;
  /** Folder with the data. */
  readonly data: string;
  /** As in ReproduceOptions. */
  readonly program: ProgramVariables;
  /** The full SHA of the version that is trained again: training code then commits nothing. */
  readonly commit: string;
}

/** Runs a recorded command with the recorded variables. */
export async function runRecordedCommand(
  { command, variables }: Pick<Environment, 'command' | 'variables'>,
  { checkout, data, program: toolkit, commit, ...context }: CommandContext,
): Promise<void> {
  const words = wordsOf(command).map((word) => (word === DATA_PLACEHOLDER ? data : word));
  const bin = join(checkout, '.venv', 'bin');
  const [program = '', ...args] = words;
  const { PATH = '', HOME = '' } = readEnvironment();
  const env = {
    // No other variable of this process, which could change the result.
    PATH: `${bin}${delimiter}${PATH}`,
    HOME,
    LANG: 'C.UTF-8',
    ...toolkit,
    TWEET_SENTIMENT_REPRODUCED_COMMIT: commit,
    ...variables,
  };
  await runProgram(program, args, { ...context, cwd: checkout, env });
}
