/** Clients', log's and metrics' numbers agree after thousands of requests that are almost right. */
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { readAnswers } from '../support/answers.ts';
import { attack, eventually } from '../support/attack.ts';
import { createRandom, mutatedRequest, type Random } from '../support/mutations.ts';
import { startServer, sum, type TestServer } from '../support/server.ts';

const REQUESTS = Number(process.env.MUTATED_REQUESTS ?? 20_000);
const SEED = Number(process.env.MUTATED_SEED ?? 1);
const CONCURRENCY = 48;
const MAX_PER_CONNECTION = 8;

interface Tally {
  /** Answers by status. */
  readonly statuses: Map<number, number>;
  /** Texts in the answers with predictions. */
  texts: number;
  /** Connections by what came behind their last answer. */
  readonly broken: string[];
}

/** Splits bytes: at every one, at a few places, or not at all. */
function split(bytes: string, { below, chance }: Random): string[] {
  if (bytes.length < 1_000 && chance(0.1)) {
    return [...bytes];
  }
  const parts: string[] = [];
  let rest = bytes;
  while (rest.length > 1 && chance(0.6)) {
    const at = 1 + below(rest.length - 1);
    parts.push(rest.slice(0, at));
    rest = rest.slice(at);
  }
  return [...parts, rest];
}

function collect(socket: Socket): { received: () => string; closed: Promise<void> } {
  const parts: string[] = [];
  socket.setEncoding('latin1').on('data', (part: string) => parts.push(part));
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return { received: () => parts.join(''), closed };
}

/** Sends requests and closes its side, or leaves it open where the last answer ends the connection. */
async function patientClient(
  url: string,
  requests: readonly string[],
  random: Random,
): Promise<string> {
  const socket = await attack(url);
  socket.setNoDelay(true);
  const { received, closed } = collect(socket);
  for (const part of split(requests.join(''), random)) {
    if (!socket.writable) {
      break;
    }
    socket.write(part, 'latin1');
    await nextTurn();
  }
  socket.end();
  await closed;
  return received();
}

/** Gives up at any time. */
async function impatientClient(
  url: string,
  requests: readonly string[],
  random: Random,
): Promise<string> {
  const socket = await attack(url);
  socket.setNoDelay(true);
  const { received, closed } = collect(socket);
  if (random.chance(0.2)) {
    socket.pause();
  }
  const parts = split(requests.join(''), random);
  for (const part of parts.slice(0, 1 + random.below(parts.length))) {
    if (socket.writable) {
      socket.write(part, 'latin1');
    }
    await nextTurn();
  }
  for (let turns = random.below(200); turns > 0; turns--) {
    await nextTurn();
  }
  if (random.chance(0.5)) {
    socket.resetAndDestroy();
  } else {
    socket.destroy();
  }
  await closed;
  return received();
}

function add(tally: Tally, received: string): void {
  const { answers, rest } = readAnswers(received);
  if (rest !== '') {
    tally.broken.push(rest);
  }
  for (const { status, body } of answers) {
    tally.statuses.set(status, (tally.statuses.get(status) ?? 0) + 1);
    const isPredictions =
      status === 200 && /^(\{"model":\{"name":"[^"]+","commit":"\w+"\},"pred|\[)/.test(body);
    if (isPredictions) {
      const parsed = JSON.parse(body);
      tally.texts += (parsed.predictions ?? parsed).length;
    }
    const inferred = /"outputs":\[\{"name":"label","datatype":"BYTES","shape":\[(\d+)\]/.exec(body);
    tally.texts += Number(inferred?.[1] ?? 0);
  }
}

async function sendAll(
  url: string,
  seed: number,
  client: typeof patientClient,
  count = REQUESTS,
): Promise<Tally> {
  const tally: Tally = { statuses: new Map(), texts: 0, broken: [] };
  const random = createRandom(seed);
  let sent = 0;
  const worker = async (): Promise<void> => {
    while (sent < count) {
      const rate = random.pick([0, 0.1, 0.4]);
      const requests = Array.from({ length: 1 + random.below(MAX_PER_CONNECTION) }, () =>
        mutatedRequest(random, rate),
      );
      sent += requests.length;
      add(tally, await client(url, requests, random));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return tally;
}

/** Counted requests by status, without those that were abandoned. */
function countedStatuses(metrics: Map<string, number>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [series, value] of metrics) {
    const [, status = ''] = /^http_requests_total\{.*status="(\d+)"/.exec(series) ?? [];
    if (status !== '' && status !== '499' && value > 0) {
      counts[status] = (counts[status] ?? 0) + value;
    }
  }
  return counts;
}

/** What is left when every request has ended. Each call is itself a request. */
async function settled(
  server: TestServer,
  scrapes: { count: number },
): Promise<Map<string, number>> {
  let metrics = new Map<string, number>();
  let before = -1;
  // Requests of clients that have gone may not have been read yet: nothing may be added between two scrapes.
  await eventually(async () => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    scrapes.count++;
    metrics = await server.metrics();
    const others = sum(metrics, 'http_requests_total') - scrapes.count;
    const isSettled = metrics.get('http_requests_in_progress') === 1 && others === before;
    before = others;
    return isSettled;
  });
  return metrics;
}

test.each([1, 2])('with %i processes, patient clients', async (processes) => {
  const server = await startServer({ WORKERS: '2', PROCESSES: String(processes) });
  const scrapes = { count: 0 };
  const tally = await sendAll(server.url, SEED, patientClient);
  const metrics = await settled(server, scrapes);
  const counted = countedStatuses(metrics);
  counted['200'] = (counted['200'] ?? 0) - (scrapes.count - 1);
  expect(tally.broken).toEqual([]);
  expect(counted).toEqual(Object.fromEntries(tally.statuses));
  expect(sum(metrics, 'classifier_predictions_total')).toBe(tally.texts);
  expect(await server.stop()).toEqual({ code: 0, signal: null });
  expect(server.lines.filter(({ event }) => event === 'prediction')).toHaveLength(tally.texts);
});

test.each([1, 2])('with %i processes, clients that give up', async (processes) => {
  const server = await startServer({ WORKERS: '2', PROCESSES: String(processes) });
  const scrapes = { count: 0 };
  const tally = await sendAll(server.url, SEED, impatientClient);
  const metrics = await settled(server, scrapes);
  const counted = countedStatuses(metrics);
  for (const [status, received] of tally.statuses) {
    expect([status, counted[status]]).toEqual([status, expect.any(Number)]);
    expect(counted[status]).toBeGreaterThanOrEqual(received);
  }
  const predicted = sum(metrics, 'classifier_predictions_total');
  expect(predicted).toBeGreaterThanOrEqual(tally.texts);
  expect(await server.stop()).toEqual({ code: 0, signal: null });
  expect(server.lines.filter(({ event }) => event === 'prediction')).toHaveLength(predicted);
});
