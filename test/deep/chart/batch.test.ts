/** The Job of the chart with a store: its containers as processes. test/e2e/batch-job.test.ts ends and resumes pods. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../support/git-version.ts';
import { startObjectServer } from '../../support/object-server.ts';
import { PINNED } from '../../support/pinned.ts';
import { ROOT, runCommand } from '../../support/server.ts';
import { type Container, haveHelm, one, refusal, render } from './helm.ts';

const ROWS = 2000;

test.skipIf(!haveHelm)(
  'fetches the version, then scores the shards without the store',
  async () => {
    const folders: Record<string, string> = {
      '/data': temporaryFolder(),
      '/var/cache/tweet-sentiment': temporaryFolder(),
    };
    const input = join(folders['/data'] as string, 'in.csv');
    const lines = Array.from({ length: ROWS }, (_, at) => `${at},Train ${at % 50} is late\n`);
    writeFileSync(input, `n,tweet\n${lines.join('')}`);
    const store = await startObjectServer(join(ROOT, 'models'));
    const options = ['--text-column=tweet', '--output-format=jsonl'];
    const batch = {
      ...{ enabled: true, claim: 'tweets', input: 'in.csv', output: 'v1-{shard}.out' },
      ...{ shards: 2, workers: 1, args: options },
    };
    const model = { store: `${store.url}/bucket` };
    const job = one(await render({ modelCommit: PINNED, batch, model }), 'Job');
    const { initContainers, containers } = job.spec.template.spec;

    /** As a kubelet starts it: mounts are folders, and arguments have variables. */
    const run = (
      { command = [], args = [], env = [], volumeMounts = [] }: Container,
      shard = 0,
    ) => {
      const variables: Record<string, string> = { JOB_COMPLETION_INDEX: String(shard) };
      const resolve = (value: string) =>
        volumeMounts
          .reduce((found, { mountPath: at }) => found.replace(at, folders[at] ?? at), value)
          .replace(/\$\((\w+)\)/g, (reference, name) => variables[name] ?? reference);
      for (const { name, value = '' } of env) {
        variables[name] = resolve(value);
      }
      const [program, main, ...rest] = [...command, ...args].map(resolve);
      expect([program, main]).toEqual(['node', 'dist/main.js']);
      return runCommand(rest, variables);
    };

    expect(await run(initContainers[0])).toMatchObject({ code: 0 });
    await store.close();
    for (const shard of [0, 1]) {
      const { code, stderr } = await run(containers[0], shard);
      expect([code, JSON.parse(stderr)]).toEqual([
        0,
        expect.objectContaining({ complete: true, commit: PINNED }),
      ]);
    }
    const parts = [0, 1].map((shard) =>
      readFileSync(join(folders['/data'] as string, `v1-${shard}.out`), 'utf8'),
    );
    const whole = await runCommand(['predict', input, ...options]);
    expect(whole.code).toBe(0);
    expect(parts.join('')).toBe(whole.stdout);
    expect(whole.stdout.trim().split('\n')).toHaveLength(ROWS);
  },
);

test.skipIf(!haveHelm).each([
  [{ args: ['--shard=0/2'] }, 'batch.args: expected options that the chart does not set itself'],
  [{ args: ['--output=/data/x'] }, 'found --output=/data/x'],
  [{ args: ['--no-resume'] }, 'found --no-resume'],
  [{ input: 'a/../../etc/passwd' }, 'batch.input: expected a path inside the claim'],
  [{ output: '../{shard}' }, 'batch.output: expected a path inside the claim'],
])('refuses %j', async (batch, sentence) => {
  const given = { enabled: true, claim: 'a', input: 'in.csv', ...batch };
  expect(await refusal({ modelCommit: PINNED, batch: given })).toContain(sentence);
});
