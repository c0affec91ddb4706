import { expect, test } from 'vitest';
import { loadModel } from '../../src/serving/loader.ts';
import { createFolderStore } from '../../src/version/stores/folder.ts';
import { observerWith } from '../support/observer.ts';
import { MODEL, MULTILINGUAL } from '../support/pinned.ts';

const OPTIONS = {
  ...{ modelName: MODEL, workers: 2, processes: 2, maxBatch: 1 },
  ...{ requestTimeoutMs: 1_000, queueCapacity: 64, cacheSize: 0 },
};

test('a version is not loaded beside another one where the memory does not suffice', async () => {
  const located = { store: createFolderStore('models'), commit: MULTILINGUAL };
  const beside = { availableBytes: () => 1024 ** 3 };
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
      `Loading ${MULTILINGUAL} beside the version that serves takes about 1136 MiB of memory, ` +
      'found 1024 MiB',
  });
});
