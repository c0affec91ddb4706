import { expect, test } from 'vitest';
import { startServer, sum } from '../support/server.ts';

interface Answer {
  predictions: { id: string; scores: Record<string, number>; language: string }[];
}

test('a text that came before is answered from the cache, logged and counted like any', async () => {
  const server = await startServer();
  const [first, second, both] = (await Promise.all(
    (
      await ask(server, ['What a day', 'What a day', ['And what a night', 'What a day']])
    ).map((response) => response.json()),
  )) as [Answer, Answer, Answer];
  const [before] = first.predictions;
  for (const again of [second.predictions[0], both.predictions[1]]) {
    expect(again).toEqual({ ...before, id: again?.id });
    expect(again?.id).not.toBe(before?.id);
  }
  const metrics = await server.metrics();
  expect(lookUps(metrics)).toEqual({ hit: 2, shared: 0, miss: 2 });
  expect(sum(metrics, 'classifier_predictions_total')).toBe(4);
  expect(metrics.get('classifier_input_tokens_count')).toBe(4);
  expect(sum(metrics, 'classifier_observations_total', 'feature="label"')).toBe(4);
  await server.stop();
  const lines = server.lines.filter(({ event }) => event === 'prediction');
  expect(lines.map(({ input, cached }) => [input, cached])).toEqual([
    ['What a day', false],
    ['What a day', true],
    ['And what a night', false],
    ['What a day', true],
  ]);
});

test('texts that are in flight at once share one inference', async () => {
  const server = await startServer({ CACHE_SIZE: '0', WORKERS: '1' });
  const [response] = await ask(server, [Array.from({ length: 20 }, () => 'The same')]);
  const { predictions } = (await response!.json()) as Answer;
  expect(new Set(predictions.map(({ id }) => id)).size).toBe(20);
  await ask(server, ['The same']);
  const metrics = await server.metrics();
  expect(lookUps(metrics)).toEqual({ hit: 0, shared: 19, miss: 2 });
  expect(sum(metrics, 'classifier_batch_size_sum')).toBe(2);
  await server.stop();
});

/** One request after the other. */
async function ask(
  server: Awaited<ReturnType<typeof startServer>>,
  requests: (string | string[])[],
): Promise<Response[]> {
  const responses: Response[] = [];
  for (const inputs of requests) {
    responses.push(await server.predict({ inputs }));
  }
  expect(responses.map(({ status }) => status)).toEqual(requests.map(() => 200));
  return responses;
}

function lookUps(metrics: Map<string, number>): object {
  return Object.fromEntries(
    ['hit', 'shared', 'miss'].map((result) => [
      result,
      metrics.get(`classifier_cache_requests_total{result="${result}"}`),
    ]),
  );
}
