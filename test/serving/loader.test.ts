import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadModel } from '../../src/serving/loader.ts';
import { createFolderStore } from '../../src/version/stores/folder.ts';
import { observerWith } from '../support/observer.ts';
import { MODEL, MULTILINGUAL } from '../support/pinned.ts';
import { ROOT } from '../support/server.ts';

const OPTIONS = {
  ...{ modelName: MODEL, workers: 2, processes: 2, maxBatch: 1 },
  ...{ requestTimeoutMs: 1_000, queueCapacity: 64, cacheSize: 0 },
};

test('a version is not loaded beside another one where the memory does not suffice', async () => {
  const located = { store: createFolderStore('models'), commit: MULTILINGUAL };
  const weights = join(ROOT, 'models', MODEL, MULTILINGUAL, 'model.onnx');
  // docs/decisions/0016-swaps.md: of each process 96 MiB, and three times the weights for each of three sessions.
  const needed = Math.ceil(2 * (96 + (3 * 3 * statSync(weights).size) / 1024 ** 2));
  const beside = { availableBytes: () => 100 * 1024 ** 2 };
  await expect(
    loadModel(
      OPTIONS,
      located,
      { observer: observerWith().classifier, isAnswering: () => true },
      beside,
    ),
  ).rejects.toMatchObject({
    code: 'insufficient-memory',
    message:
      `Loading ${MULTILINGUAL} beside the version that serves takes about ${needed} MiB of memory, ` +
      'found 100 MiB',
  });
});
