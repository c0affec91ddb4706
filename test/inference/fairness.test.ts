import { describe, expect, test } from 'vitest';
import { createSimulation, type SimulatedClient } from './simulated-load.ts';

/** Texts that were answered, for each client. */
const answeredTexts = (clients: readonly SimulatedClient[]): number[] =>
  clients.map(({ answered, textsPerRequest }) => answered.length * textsPerRequest);
const mean = (numbers: readonly number[]): number =>
  numbers.reduce((a, b) => a + b, 0) / numbers.length;
const total = (clients: readonly SimulatedClient[], key: 'refused' | 'timedOut'): number =>
  clients.reduce((sum, client) => sum + client[key], 0);

// Texts a second.
describe.each([350, 700, 3_000])('two workers, %i texts a second:', (rate) => {
  const msPerText = 2_000 / rate;

  test('beside 200 clients with single texts, batches of 64 are admitted in their fair share', async () => {
    const { add, runFor } = createSimulation({ msPerText });
    const singles = add(200, 1);
    await runFor(3_000);
    const before = mean(answeredTexts(singles));
    const batches = add(1, 64);
    await runFor(20_000);
    const [batchTexts] = answeredTexts(batches) as [number];
    const singleTexts = mean(answeredTexts(singles)) - before;
    expect(batchTexts).toBeGreaterThan(0.8 * singleTexts);
    // One batch more than its share, at the most.
    expect(batchTexts).toBeLessThanOrEqual(singleTexts + 64);
    expect(total([...singles, ...batches], 'timedOut')).toBe(0);
    expect(total(singles, 'refused')).toBe(0);
  });

  test('beside 64 clients with batches, single texts are answered, and before their fair share is used', async () => {
    const { add, runFor } = createSimulation({ msPerText });
    const batches = add(64, 64);
    await runFor(1_000);
    const singles = add(4, 1);
    await runFor(20_000);
    expect(total(singles, 'refused') + total(singles, 'timedOut')).toBe(0);
    for (const { answered } of singles) {
      expect(answered.length).toBeGreaterThan(50);
      expect(Math.max(...answered)).toBeLessThan(1_000);
    }
    // No client with batches is left out, and none has much more than the others.
    const texts = answeredTexts(batches);
    expect(Math.min(...texts)).toBeGreaterThanOrEqual(64);
    expect(Math.max(...texts)).toBeLessThan(2.2 * mean(texts));
  });
});

test('a batch as large as the queue is admitted, although single texts always wait', async () => {
  const { add, runFor } = createSimulation({ msPerText: 5, capacity: 64, maxBatch: 8 });
  add(200, 1);
  await runFor(2_000);
  const batches = add(1, 64);
  await runFor(60_000);
  expect(batches[0]?.answered.length).toBeGreaterThan(1);
});

test('clients that leave are forgotten, and their share is that of the others', async () => {
  const { add, runFor, batcher } = createSimulation({ msPerText: 5 });
  const [alone] = add(1, 64);
  await runFor(10_000);
  expect(alone).toMatchObject({ refused: 0, timedOut: 0 });
  expect(alone?.answered.length).toBeGreaterThan(50);
  expect(batcher.length()).toBeLessThanOrEqual(64);
});
