import { expect, test } from 'vitest';
import { createChanges, type EndedChange } from '../../src/serving/changes.ts';
import type { ChangeOutcome } from '../../src/serving/model-change.ts';
import { ModelError } from '../../src/version/errors.ts';

const OUTCOME: ChangeOutcome = {
  ...{ type: 'swap', from: 'a', to: 'b', isChanged: true, warnings: [] },
};

test('one change is made at a time; another is refused, and told what is being made', async () => {
  let finish = (): void => undefined;
  const ended: EndedChange[] = [];
  const changes = createChanges({
    prepare: async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return { outcome: OUTCOME, apply: () => undefined, abandon: async () => undefined };
    },
    onEnd: (each) => void ended.push(each),
  });
  const first = changes.run({ type: 'swap', commit: 'b' }, { by: 'one' });
  await expect(changes.run({ type: 'promote' }, { by: 'other' })).rejects.toMatchObject({
    code: 'change-in-progress',
    message: 'Another change is being made: swap to b; try again when it has ended',
  });
  finish();
  expect(await first).toBe(OUTCOME);
  expect(ended.map(({ by, result }) => `${by} ${result.status}`)).toEqual([
    'other failed',
    'one done',
  ]);
});

test('a change that fails has a reason of its own, and the next one is made', async () => {
  const changes = createChanges({
    prepare: async ({ type }) => {
      if (type === 'swap') {
        throw new ModelError('not-proven', 'model.onnx: expected x, found y');
      }
      return { outcome: OUTCOME, apply: () => undefined, abandon: async () => undefined };
    },
    onEnd: () => undefined,
  });
  await expect(changes.run({ type: 'swap', commit: 'b' }, { by: 'one' })).rejects.toMatchObject({
    code: 'version-refused',
    message: 'model.onnx: expected x, found y',
  });
  expect(await changes.run({ type: 'promote' }, { by: 'one' })).toBe(OUTCOME);
});

test('a change that can’t be applied is abandoned', async () => {
  let abandoned = 0;
  const changes = createChanges({
    prepare: async () => ({
      outcome: OUTCOME,
      apply: () => {
        throw new Error('gone');
      },
      abandon: async () => {
        abandoned++;
      },
    }),
    onEnd: () => undefined,
  });
  await expect(changes.run({ type: 'promote' }, { by: 'one' })).rejects.toThrow('gone');
  expect(abandoned).toBe(1);
});
