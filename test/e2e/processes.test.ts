import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/git-version.ts';
import { copyOfPinned } from '../support/pinned.ts';
import { runCommand, startServer, sum, type TestServer } from '../support/server.ts';

const TWO = { PROCESSES: '2', WORKERS: '2' };
/** One connection each, so that all processes get some. */
const close = { connection: 'close' };

async function predictAll(server: TestServer, texts: readonly string[]): Promise<{ id: string }[]> {
  const responses = await Promise.all(texts.map((inputs) => server.predict({ inputs }, close)));
  expect(responses.map(({ status }) => status)).toEqual(texts.map(() => 200));
  const answers = (await Promise.all(responses.map((response) => response.json()))) as {
    predictions: { id: string }[];
  }[];
  return answers.flatMap(({ predictions }) => predictions);
}

const linesOf = ({ lines }: TestServer, name: string): TestServer['lines'] =>
  lines.filter(({ event }) => event === name);

const textsOf = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${name} ${i}`);

test('any process answers for all, and every line is whole and there', async () => {
  const server = await startServer(TWO);
  const predictions = await predictAll(server, textsOf('text', 60));
  for (let i = 0; i < 4; i++) {
    const metrics = await server.metrics();
    expect(sum(metrics, 'classifier_predictions_total')).toBe(60);
    expect(sum(metrics, 'http_requests_total', 'route="/predict",status="200"')).toBe(60);
    expect(sum(metrics, 'classifier_observations_total', 'feature="label"')).toBe(60);
    expect(sum(metrics, 'classifier_reference_ratio', 'feature="label"')).toBeCloseTo(1, 3);
    expect(sum(metrics, 'classifier_model_info')).toBe(1);
    expect(sum(metrics, 'classifier_workers')).toBe(2);
    expect(sum(metrics, 'process_start_time_seconds')).toBeLessThan(Date.now() / 1000);
  }
  const feedback = await Promise.all(
    predictions.map(({ id }) =>
      fetch(`${server.url}/feedback`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...close },
        body: JSON.stringify({ id, label: 'neutral' }),
      }),
    ),
  );
  expect(new Set(feedback.map(({ status }) => status))).toEqual(new Set([204]));
  const seen = (await (await fetch(`${server.url}/console/data`)).json()) as {
    steps: { answered: number }[];
    predictions: object[];
    feedback: Record<string, Record<string, number>>;
    workers: Record<string, number>;
  };
  expect(seen.steps.reduce((total, { answered }) => total + answered, 0)).toBe(60);
  expect(seen.predictions).toHaveLength(50);
  expect(Object.values(seen.feedback).reduce((n, row) => n + (row.neutral ?? 0), 0)).toBe(60);
  expect(Object.values(seen.workers).reduce((a, b) => a + b)).toBe(2);
  expect(await server.stop()).toEqual({ code: 0, signal: null });
  const logged = linesOf(server, 'prediction').map(({ id }) => id);
  expect(logged.sort()).toEqual(predictions.map(({ id }) => id).sort());
});

test.runIf(existsSync('/proc/self/task'))(
  'a process that dies is replaced, and what it has counted is still counted',
  async () => {
    const server = await startServer(TWO);
    await predictAll(server, textsOf('before', 20));
    expect(sum(await server.metrics(), 'classifier_predictions_total')).toBe(20);
    // What it has not written yet would die with it.
    await server.eventually(() => linesOf(server, 'prediction').length === 20);
    process.kill(childrenOf(server.process.pid as number)[0] as number, 'SIGKILL');
    await server.eventually(({ event }) => event === 'process_restart');
    await predictAll(server, textsOf('alone', 20));
    await server.eventually(() => linesOf(server, 'listening').length === 3);
    await predictAll(server, textsOf('after', 20));
    const metrics = await server.metrics();
    expect(sum(metrics, 'classifier_predictions_total')).toBe(60);
    expect(sum(metrics, 'classifier_workers')).toBe(2);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    expect(linesOf(server, 'prediction')).toHaveLength(60);
  },
);

test('one that can’t start ends them all, with one message', async () => {
  const { store, folder } = copyOfPinned();
  rmSync(join(folder, 'golden.json'));
  const broken = await runCommand(['serve'], { ...TWO, MODEL_STORE: store });
  expect(broken).toMatchObject({ code: 2, signal: null });
  expect(broken.stderr).toMatch(/^tweet-sentiment: .*golden\.json does not exist.*\n$/);

  await expectPortTaken();
});

test.runIf(existsSync('/proc/self/task'))(
  'one that comes up after another one has failed ends as well',
  async () => {
    const late = join(temporaryFolder(), 'late.mjs');
    writeFileSync(
      late,
      `import cluster from 'node:cluster';
      import { readFileSync } from 'node:fs';
      const family = \`/proc/\${process.ppid}/task/\${process.ppid}/children\`;
      const others = () => readFileSync(family, 'utf8').trim().split(' ').length - 1;
      while (cluster.worker?.id === 2 && others() > 0) {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
      }`,
    );
    await expectPortTaken({ NODE_OPTIONS: `--import ${late}` });
  },
);

/** Starts on a port that another server has: all end, with one message. */
async function expectPortTaken(env: Record<string, string> = {}): Promise<void> {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const taken = await runCommand(['serve'], { ...TWO, PORT: String(port), ...env });
  other.close();
  expect(taken).toMatchObject({ code: 2, signal: null });
  expect(taken.stderr).toMatch(/^tweet-sentiment: .*EADDRINUSE.*\n$/);
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
}
