import { expect, test } from 'vitest';
import { sha256 } from '../../../src/artifacts/digests.ts';
import { openRepository } from '../../../src/repository/git.ts';
import { readBlobContents } from '../../../src/repository/leaderboard/trees.ts';
import { createRepository } from '../../support/git-version.ts';

test('the bytes of thousands of files are not kept, but their digests', async () => {
  const created = createRepository();
  const bytes = Buffer.alloc(300_000, 'golden');
  created.commit({ 'golden.json': bytes, 'metrics.json': `${bytes} `, pointer: 'small' });
  const idOf = (path: string) => created.git('rev-parse', `HEAD:${path}`).trim();
  const ids = ['golden.json', 'metrics.json', 'pointer'].map(idOf);
  const repository = await openRepository(created.folder);
  const contents = await readBlobContents(repository, ids, new Set([idOf('metrics.json')]));
  expect(ids.map((id) => contents.get(id)?.bytes?.byteLength)).toEqual([undefined, 300_001, 5]);
  expect(contents.get(idOf('golden.json'))).toMatchObject({ size: 300_000, sha256: sha256(bytes) });
});
