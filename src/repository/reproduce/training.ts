/** The recorded training, run again: in its pinned environment, without other influences. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { DATA_PLACEHOLDER, type Environment } from '../../artifacts/environment.ts';
import { readEnvironment, type Environment as Variables } from '../../config/environment.ts';
import { describeSystemError } from '../../errors.ts';
import { ModelError } from '../../version/errors.ts';

/** @param checkout folder with the ingredients; the packages go into its `.venv`. */
export async function installEnvironment(checkout: string): Promise<void> {
  const path = 'environment/requirements.txt';
  const python = (await readFile(join(checkout, 'environment/.python-version'), 'utf8')).trim();
  const variables = { ...readEnvironment(), VIRTUAL_ENV: join(checkout, '.venv') };
  await run('uv', ['venv', '--quiet', '--python', python, '.venv'], checkout, variables);
  try {
    await run('uv', ['pip', 'sync', '--require-hashes', path], checkout, variables);
  } catch (error) {
    const needsWheel = OWN_PACKAGE.test(await readFile(join(checkout, path), 'utf8'));
    throw needsWheel && error instanceof ModelError ? withHint(error, variables) : error;
  }
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

interface TrainingContext {
  /** Folder with the ingredients. */
  readonly checkout: string;
  /** Folder with the data. */
  readonly data: string;
  /** Runs this command line, for training code that calls it. */
  readonly commandLine: string;
  /** The full SHA of the version that is trained again: training code then commits nothing. */
  readonly commit: string;
}

export async function runTraining(
  { command, variables }: Environment,
  { checkout, data, commandLine, commit }: TrainingContext,
): Promise<void> {
  const words = command.split(/\s+/).map((word) => (word === DATA_PLACEHOLDER ? data : word));
  const bin = join(checkout, '.venv', 'bin');
  const [program = '', ...args] = words;
  const { PATH = '', HOME = '' } = readEnvironment();
  await run(program, args, checkout, {
    // No other variable of this process, which could change the result.
    PATH: `${bin}${delimiter}${PATH}`,
    HOME,
    LANG: 'C.UTF-8',
    TWEET_SENTIMENT: commandLine,
    TWEET_SENTIMENT_REPRODUCED_COMMIT: commit,
    ...variables,
  });
}

/** Runs a program; its output goes to standard error, which is for progress. */
async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Variables,
): Promise<void> {
  const child = spawn(program, args, {
    cwd,
    env,
    stdio: ['ignore', process.stderr, process.stderr],
  });
  const [code, signal] = (await once(child, 'close').catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === 'ENOENT' ? 'it is not installed' : describeSystemError(cause);
    throw new ModelError('tool-failed', `${program} can't be run: ${reason}`, { cause });
  })) as [number | null, NodeJS.Signals | null];
  if (code !== 0) {
    throw new ModelError(
      'tool-failed',
      `${program} ${args.join(' ')}: ended with ${code === null ? signal : `exit code ${code}`}`,
    );
  }
}
