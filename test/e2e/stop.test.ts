import { readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/git-version.ts';
import { openConnection } from '../support/raw-http.ts';
import { startServer } from '../support/server.ts';

const POST = 'POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';

interface Answer {
  predictions: { id: string }[];
}

test('stopped under load: what was accepted is answered, and each answer has its line', async () => {
  const folder = temporaryFolder();
  const server = await startServer({
    WORKERS: '2',
    DRAIN_TIMEOUT_MS: '60000',
    LOG_FILE: join(folder, 'server.log'),
  });
  const inputs = Array.from({ length: 20 }, (_, i) => `a text of the load, number ${i}`);
  const requests = Array.from({ length: 60 }, () => server.predict({ inputs }));
  await Promise.race(requests);
  const exit = server.stop();

  const outcomes = await Promise.allSettled(requests);
  const answered: string[] = [];
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled' && outcome.value.status === 200) {
      answered.push(...((await outcome.value.json()) as Answer).predictions.map(({ id }) => id));
    }
  }
  expect(await exit).toEqual({ code: 0, signal: null });
  expect(answered.length).toBeGreaterThan(0);

  const logged = server.lines.filter(({ event }) => event === 'prediction').map(({ id }) => id);
  expect(logged.toSorted()).toEqual(answered.toSorted());
  expect(server.lines.at(-1)).toMatchObject({ event: 'stopped', unanswered: 0 });
  const filed = readFileSync(join(folder, 'server.log'), 'utf8').trimEnd().split('\n');
  expect(filed).toHaveLength(server.lines.length);
  expect(readdirSync(folder)).toEqual(['server.log']);
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s ends an idle server with exit code 0',
  async (signal) => {
    const server = await startServer({ WORKERS: '1' });
    await server.predict({ inputs: 'a connection that is kept open' });
    expect(await server.stop(signal)).toEqual({ code: 0, signal: null });
  },
);

test('a second signal ends it at once', async () => {
  const server = await startServer({ WORKERS: '1' });
  const inputs = Array.from({ length: 64 }, (_, i) => `${'word '.repeat(120)}${i}`);
  const given = expect(server.predict({ inputs })).rejects.toThrow();
  await server.untilCounted('classifier_queue_length');
  void server.stop('SIGTERM');
  await server.eventually(({ event }) => event === 'draining');
  expect(await server.stop('SIGTERM')).toEqual({ code: null, signal: 'SIGTERM' });
  await given;
});

test('unanswered requests after the time limit are logged, with exit code 1', async () => {
  const server = await startServer({ WORKERS: '1', DRAIN_TIMEOUT_MS: '10' });
  const inputs = Array.from({ length: 64 }, (_, i) => `${'word '.repeat(120)}${i}`);
  const given = expect(server.predict({ inputs })).rejects.toThrow();
  await server.untilCounted('classifier_queue_length');
  expect((await server.stop()).code).toBe(1);
  await given;
  expect(server.lines.at(-1)).toMatchObject({ event: 'stopped', unanswered: 1 });
});

test('stopped while the model is still being loaded, it ends with exit code 0', async () => {
  const runs: string[][] = [];
  // A slow test may send the signal too late, but not every time.
  do {
    const server = await startServer({ WORKERS: '1' }, 'listening');
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    runs.push(server.lines.map(({ event }) => event));
  } while (runs.at(-1)?.[1] !== 'draining' && runs.length < 5);
  // It is not ready any more when the model is there.
  expect(runs.at(-1)).toEqual(['listening', 'draining', 'stopped']);
});

test.each(['SIGTERM', 'SIGINT', 'SIGQUIT'] as const)(
  '%s does not wait for requests that have not arrived completely',
  async (signal) => {
    const server = await startServer({ DRAIN_TIMEOUT_MS: '60000' });
    const connections = ['', 'POST /predict HT', `${POST}content-length: 100\r\n\r\n{"inputs"`];
    const closed = connections.map((bytes) => {
      const socket = openConnection(server.url);
      socket.on('error', () => undefined);
      socket.write(bytes);
      return new Promise((resolve) => socket.resume().once('close', resolve));
    });
    const answer = await server.predict({ inputs: 'a text' });
    expect(answer.status).toBe(200);
    expect(await server.stop(signal)).toEqual({ code: 0, signal: null });
    await Promise.all(closed);
    expect(server.lines.at(-1)).toMatchObject({ event: 'stopped', unanswered: 0 });
  },
);

test('with DRAIN_DELAY_MS, requests are answered while /readyz reports 503', async () => {
  const server = await startServer({ DRAIN_DELAY_MS: '1500' });
  const exit = server.stop();
  const isDraining = async (): Promise<boolean> =>
    (await fetch(`${server.url}/readyz`)).status === 503;
  while (!(await isDraining()));
  const answer = await server.predict({ inputs: 'a text' });
  expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
  expect(await exit).toEqual({ code: 0, signal: null });
});

test('SIGHUP opens the log file anew, SIGUSR1 and SIGUSR2 change nothing', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'server.log');
  const server = await startServer({ LOG_FILE: file });
  renameSync(file, `${file}.moved`);
  for (const signal of ['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const) {
    server.process.kill(signal);
  }
  expect((await server.predict({ inputs: 'a text' })).status).toBe(200);
  expect(await server.stop()).toEqual({ code: 0, signal: null });
  const events = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).event);
  expect(events.slice(-3)).toEqual(['prediction', 'draining', 'stopped']);
});
