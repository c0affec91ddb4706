import { afterAll, expect, test } from 'vitest';
import { versionCardSchema, versionChangesSchema } from '../../../src/api/history.ts';
import { createHistoryReader } from '../../../src/repository/browse/reader.ts';
import { createFolderStore } from '../../../src/version/stores/folder.ts';
import { createRepository, temporaryFolder } from '../../support/git-version.ts';
import { MODEL } from '../../support/pinned.ts';
import { AFTER } from '../diff-versions.ts';

const PATH = 'teacher/logits.npy';
const ENVIRONMENT = {
  command: 'python code/train.py',
  variables: {},
  earlier_steps: { teacher: { command: 'python code/teach.py', results: [PATH], minutes: 200 } },
};

const repository = createRepository({ lfs: ['model.onnx'] });
const store = createFolderStore(temporaryFolder());
const reader = createHistoryReader({ model: MODEL, store, repository: repository.folder });
afterAll(() => reader.close());

test('the page of the history has the earlier steps, and their results of any bytes', async () => {
  const first = repository.commit(AFTER, 'First');
  const logits = Buffer.from('\x93NUMPY\x01\x00\xff', 'latin1');
  const environment = JSON.stringify(ENVIRONMENT);
  const files = { ...AFTER, [PATH]: logits, 'environment/environment.json': environment };
  const second = repository.commit(files, 'Second');
  const card = versionCardSchema.parse(await reader.readCard(second));
  expect(card.environment.earlierSteps).toEqual([
    { name: 'teacher', command: 'python code/teach.py' },
  ]);
  expect(card.files.code?.map(({ path }) => path)).toContain(PATH);
  const changes = versionChangesSchema.parse(await reader.readChanges(second, first));
  expect(JSON.stringify(changes)).toContain(PATH);
});
