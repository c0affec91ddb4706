import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inspectModel } from '../../src/inference/inspect.ts';
import { MODEL, PINNED } from '../support/pinned.ts';
import { ROOT } from '../support/server.ts';

test('the inputs and outputs of a model are read from its graph', async () => {
  const bytes = readFileSync(join(ROOT, 'models', MODEL, PINNED, 'model.onnx'));
  expect(await inspectModel(bytes)).toEqual({
    inputs: [
      { name: 'input_ids', type: 'int64', shape: ['batch', 'length'] },
      { name: 'attention_mask', type: 'int64', shape: ['batch', 'length'] },
    ],
    outputs: [{ name: 'logits', type: 'float32', shape: ['batch', 3] }],
  });
});

test('bytes that are not a model are refused', async () => {
  await expect(inspectModel(Buffer.from('no model'))).rejects.toThrow();
});
