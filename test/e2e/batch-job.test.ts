/** The Job of deploy/kubernetes: its containers as processes, whose pods are evicted and killed. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { poll } from '../../tools/launch.mjs';
import { readDocument } from '../docs/markdown.ts';
import { temporaryFolder } from '../support/git-version.ts';
import { runCommand, startCommand } from '../support/server.ts';

interface Job {
  readonly spec: {
    readonly completionMode: string;
    readonly completions: number;
    readonly backoffLimitPerIndex: number;
    readonly template: {
      readonly spec: {
        readonly containers: readonly [
          {
            readonly command: readonly string[];
            readonly args: readonly string[];
            readonly env: readonly { readonly name: string; readonly value: string }[];
          },
        ];
      };
    };
  };
}

const { spec } = parse(readDocument('deploy/kubernetes/predict-job.yml')) as Job;
const [container] = spec.template.spec.containers;

const SHARD_ROWS = 2 * 1024;

/**
 * Of the first two shards, the texts after the first window are all different: it takes longer to score them
 * than to see the checkpoint of that window.
 */
function textOf(row: number): string {
  const isSlow = row < 2 * SHARD_ROWS && row % SHARD_ROWS >= 1024;
  return `Train ${isSlow ? row : row % 100} is late again`;
}

/** Starts the container of a shard, as a kubelet does: with its variables in its arguments. */
function startPod(data: string, index: number) {
  const env = {
    ...Object.fromEntries(container.env.map(({ name, value }) => [name, value])),
    JOB_COMPLETION_INDEX: String(index),
  } as Record<string, string>;
  const args = container.args.map((arg) =>
    arg
      .replaceAll(/\$\((\w+)\)/g, (_, name) => env[name] ?? `$(${name})`)
      .replace('/data/', `${data}/`),
  );
  return startCommand(args, env);
}

/** A pod that is ended when it has scored a window. @returns its exit code, null where it was killed. */
async function endPod(data: string, index: number, signal: NodeJS.Signals): Promise<number | null> {
  const { child, exited } = startPod(data, index);
  await poll(async () => existsSync(join(data, `part-${index}.csv.checkpoint`)), {
    accept: (exists: boolean) => exists || child.exitCode !== null,
    intervalMs: 2,
    timeoutMs: 60_000,
  });
  child.kill(signal);
  return (await exited).code;
}

async function completePod(data: string, index: number) {
  const { child, exited } = startPod(data, index);
  const [stderr, { code }] = await Promise.all([text(child.stderr), exited]);
  return { code, stderr };
}

test('the parts of a Job, one after the other, are the output of the whole file, whatever happened to its pods', async () => {
  expect(container.command).toEqual(['node', 'dist/main.js']);
  expect(spec.completionMode).toBe('Indexed');
  const data = temporaryFolder();
  // The file that the Job names.
  const input = container.args[1]?.replace('/data', data) ?? '';
  const rows = Array.from(
    { length: spec.completions * SHARD_ROWS - 300 },
    (_, at) => `${at},${textOf(at)}\n`,
  );
  writeFileSync(input, `n,text\n${rows.join('')}`);

  // A node that is drained, one that is lost.
  expect(await endPod(data, 0, 'SIGTERM')).toBe(2);
  expect(await endPod(data, 1, 'SIGKILL')).toBe(null);
  const parts: string[] = [];
  for (let index = 0; index < spec.completions; index++) {
    const { code, stderr } = await completePod(data, index);
    const summary = JSON.parse(stderr);
    expect([code, summary.complete]).toEqual([0, true]);
    expect(summary.resumed_at >= 1024).toBe(index < 2);
    parts.push(readFileSync(join(data, `part-${index}.csv`), 'utf8'));
  }
  const whole = await runCommand(['predict', input]);
  expect(whole.code).toBe(0);
  expect(parts.join('')).toBe(whole.stdout);

  // A pod whose end the control plane did not see runs once more.
  expect(await completePod(data, 2)).toEqual({
    code: 0,
    stderr: expect.stringContaining('is complete: there is nothing to resume'),
  });
});
