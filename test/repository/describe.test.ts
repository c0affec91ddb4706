import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listVersions } from '../../src/repository/describe.ts';
import { createFolderStore } from '../../src/version/stores/folder.ts';
import { createRepository, temporaryFolder } from '../support/git-version.ts';
import { MODEL } from '../support/pinned.ts';

test('a version of which publishing was interrupted is not listed, the others are', async () => {
  const repository = createRepository();
  const store = temporaryFolder();
  const complete = repository.commit({ 'README.md': '# 1' });
  const interrupted = repository.commit({ 'README.md': '# 2' });
  repository.layOut(complete, store, MODEL);
  rmSync(join(repository.layOut(interrupted, store, MODEL), 'commit.json'));
  const versions = await listVersions(createFolderStore(store), MODEL, new Map());
  expect(versions.map(({ commit }) => commit)).toEqual([complete]);
});
