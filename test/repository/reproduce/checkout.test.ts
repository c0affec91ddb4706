/** What is written, what a step wrote, and with which words its command is run. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeSystemError } from '../../../src/errors.ts';
import { digestFiles, writeFiles } from '../../../src/repository/reproduce/checkout.ts';
import { runRecordedCommand } from '../../../src/repository/reproduce/training.ts';
import { temporaryFolder } from '../../support/git-version.ts';

test('of results, only files count', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'logits.npy'));
  writeFileSync(join(folder, 'teacher'), '');
  const paths = ['logits.npy', 'teacher/logits.npy', 'none.npy', 'teacher'];
  expect(Object.keys(await digestFiles(folder, paths))).toEqual(['teacher']);
});

const PROGRAM = { TWEET_SENTIMENT: 'node main.js', MODEL_STORE: '/models', MODEL_NAME: 'm' };

async function runHere(checkout: string, command: string): Promise<void> {
  const signal = new AbortController().signal;
  await runRecordedCommand(
    { command, variables: { THREADS: '1' } },
    {
      ...{ checkout, data: import.meta.filename, program: PROGRAM, commit: 'c0ffee' },
      ...{ interrupt: { stop: signal, kill: signal }, onStart: async () => undefined },
    },
  );
}

test('spaces around a command are none of its words', async () => {
  const checkout = temporaryFolder();
  await runHere(checkout, ' cp DATA  made\n');
  expect(readFileSync(join(checkout, 'made'), 'utf8')).toContain('none of its words');
});

test('a command has the recorded variables and those that lead to the command line and the store', async () => {
  const checkout = temporaryFolder();
  process.env.MODEL_COMMIT = 'of this process';
  writeFileSync(join(checkout, 'show.sh'), 'env >shown');
  await runHere(checkout, 'sh show.sh');
  delete process.env.MODEL_COMMIT;
  const shown = readFileSync(join(checkout, 'shown'), 'utf8').split('\n');
  expect(shown.filter((line) => /^(?:TWEET|MODEL|THREADS)/.test(line)).sort()).toEqual([
    'MODEL_NAME=m',
    'MODEL_STORE=/models',
    'THREADS=1',
    'TWEET_SENTIMENT=node main.js',
    'TWEET_SENTIMENT_REPRODUCED_COMMIT=c0ffee',
  ]);
});

test.runIf(existsSync('/dev/full'))(
  'a full disk is reported with the file that has no space',
  async () => {
    const error = await writeFiles('/dev', new Map([['full', Buffer.from('ingredient')]])).catch(
      (reason: NodeJS.ErrnoException) => reason,
    );
    expect(describeSystemError(error as NodeJS.ErrnoException)).toBe(
      "/dev/full can't be written: no space is left on the disk",
    );
  },
);
