import fc from 'fast-check';
import { expect, test } from 'vitest';
import { argmax, softmax } from '../../src/inference/logits.ts';

test('softmax returns probabilities in the order of the logits, also for very large ones', () => {
  fc.assert(
    fc.property(
      fc.array(fc.float({ min: -1e4, max: 1e4, noNaN: true }), { minLength: 1 }),
      (logits) => {
        const scores = softmax(logits);
        expect(scores.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
        expect(scores[argmax(logits)]).toBe(Math.max(...scores));
      },
    ),
  );
});

test('softmax of known logits', () => {
  const [a, b, c] = softmax(Float32Array.of(1, 2, 3)) as [number, number, number];
  expect(a).toBeCloseTo(0.0900306, 6);
  expect(b).toBeCloseTo(0.2447285, 6);
  expect(c).toBeCloseTo(0.6652409, 6);
});
