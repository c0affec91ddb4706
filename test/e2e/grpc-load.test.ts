/** The gRPC server under load, and how it stops. */
import { status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { poll } from '../../tools/launch.mjs';
import { connectGrpc, type GrpcClient, inferRequest } from '../support/grpc.ts';
import {
  contentsOf,
  INFER,
  outputsOf,
  startGrpcServer,
  textsOf,
  untilMetric,
} from '../support/grpc-server.ts';
import { sum } from '../support/server.ts';

/** @returns a promise, and what resolves it. */
function createSignal(): [Promise<void>, () => void] {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((given) => {
    resolve = given;
  });
  return [promise, resolve];
}

test('2,000 calls at once, of which every third is cancelled: each is counted once, and nothing is left', async () => {
  const { server, client, address } = await startGrpcServer({
    WORKERS: '2',
    REQUEST_TIMEOUT_MS: '100000',
  });
  const clients = [client, ...[1, 2, 3].map(() => connectGrpc(address))];
  const count = 2_000;
  const [firstAnswer, onAnswer] = createSignal();
  const calls = Array.from({ length: count }, (_, index) => {
    const from = clients[index % clients.length] as GrpcClient;
    const call = from.call('ModelInfer', inferRequest([`a text of the load, number ${index}`]));
    if (index % 3 === 0) {
      void firstAnswer.then(() => setTimeout(call.cancel, index % 50));
    }
    void call.response.then(onAnswer, () => undefined);
    return call.response.then(
      () => 'OK',
      ({ code }) => status[code],
    );
  });
  const outcomes = await Promise.all(calls);
  const countOf = (code: string) => outcomes.filter((outcome) => outcome === code).length;
  // A slow machine refuses some.
  expect(countOf('OK') + countOf('CANCELLED') + countOf('RESOURCE_EXHAUSTED')).toBe(count);
  const metrics = await poll(() => server.metrics(), {
    accept: (found) => found.get('http_requests_in_progress') === 1,
    intervalMs: 20,
  });
  const counted = (code: number) =>
    sum(metrics, 'http_requests_total', `${INFER},status="${code}"`);
  expect(metrics.get('http_requests_in_progress')).toBe(1);
  expect(sum(metrics, 'classifier_queue_length')).toBe(0);
  // A call that is cancelled may have its answer already; or it has not been sent at all.
  expect(counted(200)).toBeGreaterThanOrEqual(countOf('OK'));
  expect(counted(429)).toBeGreaterThanOrEqual(countOf('RESOURCE_EXHAUSTED'));
  expect(counted(499)).toBeGreaterThan(0);
  expect(counted(499)).toBeLessThanOrEqual(countOf('CANCELLED'));
  expect(sum(metrics, 'http_requests_total', INFER)).toBe(
    counted(200) + counted(429) + counted(499),
  );
  expect(sum(metrics, 'classifier_predictions_total')).toBe(counted(200));
  for (const each of clients) {
    each.close();
  }
  await server.stop();
  expect(server.lines.filter(({ event }) => event === 'prediction')).toHaveLength(counted(200));
});

test('stopped under load: it reports that it does not serve, answers what it has, and each answer has its line', async () => {
  const { server, client, address } = await startGrpcServer({
    ...{ WORKERS: '2', DRAIN_TIMEOUT_MS: '60000', DRAIN_DELAY_MS: '500' },
  });
  const watcher = connectGrpc(address);
  const { statuses, ended } = watcher.watch();
  await poll(() => statuses.length > 0, { intervalMs: 5 });
  const calls = Array.from({ length: 200 }, (_, index) =>
    client.call('ModelInfer', inferRequest([`a text of the load, number ${index}`])),
  );
  await calls[0]?.response;
  const exit = server.stop();
  const outcomes = await Promise.allSettled(calls.map(({ response }) => response));
  const ids = outcomes.flatMap((outcome) =>
    outcome.status === 'fulfilled'
      ? textsOf(contentsOf(outputsOf(outcome.value).id).bytes_contents)
      : [],
  );
  expect(await exit).toEqual({ code: 0, signal: null });
  expect(await ended).toBe('OK');
  expect(statuses).toEqual(['SERVING', 'NOT_SERVING']);
  expect(ids.length).toBe(200);
  const logged = server.lines.filter(({ event }) => event === 'prediction').map(({ id }) => id);
  expect(logged.toSorted()).toEqual(ids.toSorted());
  expect(server.lines.at(-1)).toMatchObject({ event: 'stopped', unanswered: 0 });
  client.close();
  watcher.close();
});

test('with PROCESSES, all of them share the port', async () => {
  const { server, address } = await startGrpcServer({ PROCESSES: '2', WORKERS: '2' });
  const clients = Array.from({ length: 6 }, () => connectGrpc(address));
  const answers = clients.flatMap((each, from) =>
    Array.from(
      { length: 5 },
      (_, index) => each.call('ModelInfer', inferRequest([`text ${index} of ${from}`])).response,
    ),
  );
  expect(await Promise.all(answers)).toHaveLength(30);
  const metrics = await untilMetric(server, 'http_requests_total', `${INFER},status="200"`, 30);
  expect(sum(metrics, 'classifier_predictions_total')).toBe(30);
  for (const each of clients) {
    each.close();
  }
  expect(await server.stop()).toEqual({ code: 0, signal: null });
});
