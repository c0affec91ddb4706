import { expect, test } from 'vitest';
import {
  addEvidence,
  anytimePValue,
  evidencePValue,
  noEvidence,
} from '../../src/comparison/sequential-test.ts';
import { createRandom } from '../../src/simulate/random.ts';

/** Beta(4, 4) mixture by numerical integration. */
function byIntegration(primaryRight: number, candidateRight: number): number {
  const steps = 20_000;
  let ratio = 0;
  for (let i = 0; i < steps; i++) {
    const p = (i + 0.5) / steps;
    const density = 140 * p ** 3 * (1 - p) ** 3;
    ratio += (density * (2 * p) ** candidateRight * (2 * (1 - p)) ** primaryRight) / steps;
  }
  return Math.min(1, 1 / ratio);
}

test.each([
  [0, 0],
  [1, 0],
  [3, 7],
  [40, 4],
  [23, 97],
  [200, 150],
])('%d to %d: the p-value is the inverse of the likelihood ratio', (primary, candidate) => {
  const expected = byIntegration(primary, candidate);
  expect(anytimePValue(primary, candidate) / expected).toBeCloseTo(1, 4);
  expect(anytimePValue(candidate, primary) / expected).toBeCloseTo(1, 4);
});

test('versions that are right equally often are seldom told apart, however often it is looked', () => {
  const random = createRandom(1);
  const runs = 2_000;
  let rejected = 0;
  for (let run = 0; run < runs; run++) {
    let candidate = 0;
    for (let texts = 1; texts <= 400; texts++) {
      candidate += random.next() < 0.5 ? 1 : 0;
      if (anytimePValue(texts - candidate, candidate) <= 0.05) {
        rejected++;
        break;
      }
    }
  }
  // By Ville's inequality at most 5 %; looking at a fixed-sample p-value each time gives about 30 %.
  expect(rejected / runs).toBeLessThan(0.05);
  expect(rejected).toBeGreaterThan(0);
});

test('a version that is right on 7 of 10 such texts is found within 200 of them', () => {
  const random = createRandom(2);
  let found = 0;
  for (let run = 0; run < 200; run++) {
    let candidate = 0;
    for (let texts = 1; texts <= 200; texts++) {
      candidate += random.next() < 0.7 ? 1 : 0;
      if (anytimePValue(texts - candidate, candidate) <= 0.01) {
        found++;
        break;
      }
    }
  }
  expect(found).toBeGreaterThanOrEqual(190);
});

test.each([
  [0, 0.05],
  [0.05, 1],
])(
  'a mean difference of %d is found in at most %d of the runs, whenever it is looked',
  (mean, share) => {
    const random = createRandom(3);
    const runs = 400;
    let found = 0;
    for (let run = 0; run < runs; run++) {
      const evidence = noEvidence();
      for (let texts = 0; texts < 400; texts++) {
        addEvidence(evidence, Math.max(-1, Math.min(1, random.normal(mean, 0.2))));
        if (evidencePValue(evidence) <= 0.05) {
          found++;
          break;
        }
      }
    }
    expect(found / runs).toBeLessThanOrEqual(share);
    expect(found / runs).toBeGreaterThan(share - 0.05);
  },
);
