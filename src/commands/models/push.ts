import type { Command } from 'commander';
import { type Repository, resolveRevision } from '../../repository/git.ts';
import { type LfsFile, lfsFilesOf, lfsFilesOfHistory } from '../../repository/weights/pointers.ts';
import { pushObjects, writableRemote } from '../../repository/weights/transfer.ts';
import { formatBytes, formatQuantity } from '../../terminal/numbers.ts';
import { ModelError } from '../../version/errors.ts';
import type { Store } from '../../version/stores/store.ts';
import { notify, print, progressBar } from '../output.ts';
import { type WeightsFlags, withRemote, withWeightsFlags } from './weights.ts';

export function addPush(models: Command): void {
  withWeightsFlags(models.command('push'))
    .description(
      'Copy the bytes of git-lfs files, such as the weights of versions that are not published, to a remote, ' +
        'from where `models pull` and `git lfs pull` get them. Existing ones are never overwritten.',
    )
    .argument('[commit]', 'any git revision; the commits before it are included', 'HEAD')
    .action((revision: string, flags: WeightsFlags) =>
      withRemote(flags, (repository, remote) => push(revision, flags, repository, remote)),
    );
}

async function push(
  revision: string,
  flags: WeightsFlags,
  repository: Repository,
  remote: Store,
): Promise<void> {
  const store = writableRemote(remote);
  const commit = await resolveRevision(repository, revision);
  const files = await lfsFilesOfHistory(repository, commit);
  const result = await pushObjects(repository.lfsFolder, store, files, progressBar());
  await assertTipIsThere(repository, commit, result.missing, store.location);
  print(flags, { commit, remote: store.location, ...result }, ({ pushed, existing }) => {
    const bytes = pushed.reduce((total, { size }) => total + size, 0);
    return pushed.length === 0
      ? `${store.location} has all weights of ${commit} already (${formatQuantity(existing.length, 'file')})`
      : `${formatQuantity(pushed.length, 'file')}, ${formatBytes(bytes)}, copied to ${store.location}`;
  });
  if (result.missing.length > 0) {
    notify(
      `${formatQuantity(result.missing.length, 'file')} of earlier commits not copied: their bytes are neither ` +
        `in this clone nor in ${store.location}`,
    );
  }
}

/** @throws ModelError `not-found` where the commit itself can't be checked out from the remote. */
async function assertTipIsThere(
  repository: Repository,
  commit: string,
  missing: readonly LfsFile[],
  location: string,
): Promise<void> {
  const lost = new Set(missing.map(({ oid }) => oid));
  const file = (await lfsFilesOf(repository, commit)).find(({ oid }) => lost.has(oid));
  if (file) {
    throw new ModelError(
      'not-found',
      `${file.path} of ${commit} (${file.oid}): its bytes are neither in this clone nor in ${location}: train ` +
        'it again, or pull them from where they are with `models pull --remote`',
      { data: { path: file.path, oid: file.oid } },
    );
  }
}
