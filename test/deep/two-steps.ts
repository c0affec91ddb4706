/** A model whose training has two steps, each of which can be interrupted: a teacher, and a student of its logits. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PLAIN_GIT, temporaryFolder } from '../support/git-version.ts';
import { MAIN, ROOT, runCommand } from '../support/server.ts';

const GIT = {
  ...PLAIN_GIT,
  GIT_AUTHOR_NAME: 'A U Thor',
  GIT_AUTHOR_EMAIL: 'author@example.com',
  GIT_COMMITTER_NAME: 'A U Thor',
  GIT_COMMITTER_EMAIL: 'author@example.com',
};

export interface TwoStepModel {
  /** The repository; its data are in `data`. */
  readonly folder: string;
  readonly sha: string;
  /** While such a file exists, the step waits in the middle. */
  readonly holds: { readonly teacher: string; readonly student: string };
}

/** Trains both steps and commits; of the teacher's results, `teacher/record.json` is then not what it wrote. */
export async function makeTwoStepModel(): Promise<TwoStepModel> {
  const folder = join(temporaryFolder(), 'two-steps');
  const other = temporaryFolder();
  const holds = { teacher: join(other, 'teacher'), student: join(other, 'student') };
  const models = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runCommand(['models', ...args], GIT);
    if (code !== 0) {
      throw new Error(`${args.join(' ')}: ${stderr}`);
    }
    return stdout.trim();
  };
  await models('new', folder);
  const write = (path: string, text: string): void => writeFileSync(join(folder, path), text);
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
  for (const [name, hold] of [
    ['teach.py', holds.teacher],
    ['distil.py', holds.student],
  ] as const) {
    const code = readFileSync(join(ROOT, 'test/deep/two-steps', name), 'utf8');
    write(`code/${name}`, code.replace('@HOLD@', hold));
  }
  write(
    'code/model.py',
    read('code/model.py')
      .replace('from preprocessing', 'from distil import distil\nfrom preprocessing')
      .replace(
        'regression.fit(tfidf.transform(counts), labels)',
        'distil(regression, tfidf.transform(counts))',
      ),
  );
  const lock = read('environment/requirements.txt');
  mkdirSync(join(folder, 'environment/teacher'));
  // A requirement, with the lines that belong to it.
  write('environment/teacher/requirements.txt', /^numpy==(?:.*\\\n)+.*\n/m.exec(lock)?.[0] ?? '');
  const environment = JSON.parse(read('environment/environment.json'));
  const teacher = {
    command: 'python code/teach.py --data DATA',
    requirements: 'environment/teacher/requirements.txt',
    results: ['teacher/logits.npy', 'teacher/record.json'],
    minutes: 200,
  };
  write(
    'environment/environment.json',
    `${JSON.stringify({ ...environment, minutes: 0.5, earlier_steps: { teacher } }, null, 2)}\n`,
  );
  train(folder);
  const sha = await models(
    'commit',
    '-m',
    'A version',
    '--data',
    join(folder, 'data'),
    '--repository',
    folder,
  );
  return { folder, sha, holds };
}

function train(folder: string): void {
  const variables = JSON.parse(readFileSync(join(folder, 'environment/environment.json'), 'utf8'));
  const env = {
    ...{ ...process.env, ...GIT, ...variables.variables },
    TWEET_SENTIMENT: `'${process.execPath}' '${MAIN}'`,
  };
  const run = (program: string, ...args: string[]): Buffer =>
    execFileSync(program, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  run('uv', 'venv', '--quiet', '--python', '3.11');
  const lock = 'environment/requirements.txt';
  run('uv', 'pip', 'sync', '--quiet', '--python', '.venv', '--require-hashes', lock);
  run('.venv/bin/python', 'code/teach.py', '--data', 'data');
  writeFileSync(join(folder, 'teacher/record.json'), '{"epochs": "many"}\n');
  run('.venv/bin/python', 'code/train.py', '--data', 'data');
}
