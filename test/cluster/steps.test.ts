import { expect, test } from 'vitest';
import { createSteps } from '../../src/cluster/steps.ts';
import type { ModelChange, PreparedChange } from '../../src/serving/model-change.ts';
import { sha } from '../support/models.ts';

const SWAP: ModelChange = { type: 'swap', commit: sha('b') };

test('a preparation that is given up before it has ended leaves nothing', async () => {
  const made: string[] = [];
  let finish = (): void => undefined;
  const steps = createSteps(async ({ type }) => {
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    return {
      outcome: { type, from: undefined, to: sha('b'), isChanged: true, warnings: [] },
      apply: () => void made.push('applied'),
      abandon: async () => void made.push('abandoned'),
    } satisfies PreparedChange;
  });
  const prepared = steps.prepare(SWAP);
  const settled = steps.settle(false);
  finish();
  expect([(await prepared).status, (await settled).status]).toEqual(['done', 'done']);
  expect(made).toEqual(['abandoned']);
});

test('one that failed has nothing to give up', async () => {
  const steps = createSteps(() => Promise.reject(new Error('gone')));
  expect(await steps.prepare(SWAP)).toMatchObject({ status: 'failed', message: 'gone' });
  expect(await steps.settle(false)).toMatchObject({ status: 'done' });
});
