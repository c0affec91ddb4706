/** Steps before the training whose results are files of the version. */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { PLAIN_GIT, temporaryFolder } from '../support/git-version.ts';
import { createModelRepository, type ModelRepository } from '../support/model-repository.ts';
import { runCommand, startServer } from '../support/server.ts';

/** 300 kB that no compression and no text format can take for something else. */
const LOGITS = Buffer.concat(
  Array.from({ length: 9_375 }, (_, i) => createHash('sha256').update(`${i}`).digest()),
);

const TEACHER = {
  command: 'python code/teach.py --data DATA',
  requirements: 'environment/teacher/requirements.txt',
  results: ['teacher/logits.npy'],
  minutes: 200,
};

let repository: ModelRepository;
beforeAll(async () => {
  repository = await createModelRepository();
  rmSync(join(repository.folder, 'teacher'), { recursive: true, force: true });
  repository.edit('environment/environment.json', (environment) => {
    delete environment.earlier_steps;
  });
  repository.git('add', '--all');
  repository.git('commit', '--quiet', '-m', 'Before');
});

function writeTeacher(earlierSteps: object = { teacher: TEACHER }): void {
  repository.write('code/teach.py', '# writes teacher/logits.npy\n');
  repository.write('teacher/logits.npy', LOGITS);
  repository.write(TEACHER.requirements, 'numpy==2.4.6 --hash=sha256:00\n');
  repository.edit('environment/environment.json', (environment) => {
    environment.minutes = 25;
    environment.earlier_steps = earlierSteps;
  });
}

describe('a version with an earlier step', () => {
  let sha: string;
  let store: string;
  beforeAll(async () => {
    writeTeacher();
    repository.train();
    const committed = await repository.commitVersion();
    expect(committed.stderr).toBe('');
    sha = committed.stdout.trim();
    store = temporaryFolder();
    const args = ['--model-store', store, '--repository', repository.folder];
    const published = await runCommand(['models', 'publish', sha, ...args], PLAIN_GIT);
    expect(published.code, published.stderr).toBe(0);
  });

  test('has its results, of any bytes, in the store and from the server', async () => {
    const verified = await runCommand(['models', 'verify', sha, '--model-store', store]);
    expect(verified.code, verified.stderr).toBe(0);
    const server = await startServer({ MODEL_STORE: store, MODEL_COMMIT: sha });
    try {
      const file = await fetch(`${server.url}/model/files/teacher/logits.npy`);
      expect(Buffer.from(await file.arrayBuffer()).equals(LOGITS)).toBe(true);
    } finally {
      await server.stop();
    }
  });

  test('shows the step, and what changed of it', async () => {
    const args = ['--repository', repository.folder];
    const shown = await runCommand(['models', 'show', sha, ...args], PLAIN_GIT);
    expect(shown.stdout).toMatch(/ {2}earlier_steps\.teacher\.minutes +200\n/);
    const diff = await runCommand(
      ['models', 'diff', `${sha}~1`, sha, '--json', ...args],
      PLAIN_GIT,
    );
    const { environment, files } = JSON.parse(diff.stdout);
    expect(environment.settings).toContainEqual({
      key: 'earlier_steps.teacher.minutes',
      new: '200',
    });
    expect(files).toContainEqual({ path: 'teacher/logits.npy', status: 'added' });
  });
});

test.each([
  [
    'a program that is not there, packages without hash, a result that is missing',
    {
      teacher: { ...TEACHER, command: 'python teach.py', results: ['teacher/none.npy'] },
    },
    [
      'environment/environment.json: earlier_steps.teacher: the command runs no file of code/: python teach.py',
      'environment/teacher/requirements.txt: numpy has no hash',
      'environment/environment.json: earlier_steps.teacher: missing: teacher/none.npy: the command of the step writes it',
    ],
  ],
  [
    'packages that are not there, results of others',
    {
      teacher: {
        ...TEACHER,
        requirements: 'environment/none/requirements.txt',
        results: ['model.onnx', 'data/datasets.json', 'README.md', 'teacher/logits.npy'],
      },
      second: { command: TEACHER.command, results: ['teacher/logits.npy'] },
    },
    [
      'environment/environment.json: earlier_steps.teacher: missing: environment/none/requirements.txt: `uv pip compile --generate-hashes` writes it',
      "environment/environment.json: earlier_steps.teacher: model.onnx can't be its result: the training writes it",
      ...['data/datasets.json', 'README.md'].map(
        (path) =>
          `environment/environment.json: earlier_steps.teacher: ${path} can't be its result: expected a file that the training reads and no other step writes`,
      ),
      'environment/environment.json: earlier_steps.second: teacher/logits.npy is a result already, of teacher',
    ],
  ],
  [
    'a program and packages that it makes itself',
    { teacher: { ...TEACHER, results: ['code/teach.py', TEACHER.requirements] } },
    [
      'environment/teacher/requirements.txt: numpy has no hash',
      ...['code/teach.py', TEACHER.requirements].map(
        (path) =>
          `environment/environment.json: earlier_steps.teacher: ${path} can't be its result: its command needs it`,
      ),
    ],
  ],
  [
    'another form',
    {
      teacher: { ...TEACHER, requirements: '../requirements.txt', results: [], minutes: 0 },
      Teacher: TEACHER,
    },
    [
      expect.stringContaining('environment.json: earlier_steps.teacher.requirements: '),
      expect.stringContaining('environment.json: earlier_steps.teacher.results: '),
      expect.stringContaining('environment.json: earlier_steps.teacher.minutes: '),
      expect.stringContaining('environment.json: earlier_steps.Teacher: '),
      '  environment/environment.json is described in docs/reference/environment.schema.json',
    ],
  ],
])('models commit refuses an earlier step with %s', async (_, steps, problems) => {
  writeTeacher(steps);
  repository.write(TEACHER.requirements, 'numpy==2.4.6\n');
  repository.train();
  const { code, stderr } = await repository.commitVersion();
  expect(stderr.replace('tweet-sentiment: ', '').trimEnd().split('\n')).toEqual(problems);
  expect(code).toBe(1);
});
