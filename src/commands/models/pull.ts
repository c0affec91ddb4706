import type { Command } from 'commander';
import { type Repository, resolveRevision } from '../../repository/git.ts';
import { registerLfsFilter } from '../../repository/init.ts';
import { checkOutFiles } from '../../repository/weights/checkout.ts';
import { lfsFilesOf } from '../../repository/weights/pointers.ts';
import { pullObjects } from '../../repository/weights/transfer.ts';
import { formatBytes, formatQuantity } from '../../terminal/numbers.ts';
import type { Store } from '../../version/stores/store.ts';
import { commandLine } from '../command-line.ts';
import { notify, print, progressBar } from '../output.ts';
import { type WeightsFlags, withRemote, withWeightsFlags } from './weights.ts';

export function addPull(models: Command): void {
  withWeightsFlags(models.command('pull'))
    .description(
      'Copy the bytes of the git-lfs files of a commit from a remote to this clone, each verified, and put them ' +
        'in the place of their pointers if the commit is checked out.',
    )
    .argument('[commit]', 'any git revision', 'HEAD')
    .action((revision: string, flags: WeightsFlags) =>
      withRemote(flags, (repository, remote) => pull(revision, flags, repository, remote)),
    );
}

async function pull(
  revision: string,
  flags: WeightsFlags,
  repository: Repository,
  remote: Store,
): Promise<void> {
  const commit = await resolveRevision(repository, revision);
  const files = await lfsFilesOf(repository, commit);
  const pulled = await pullObjects(repository.lfsFolder, remote, files, progressBar());
  const isCheckedOut =
    repository.hasWorkTree && (await resolveRevision(repository, 'HEAD')) === commit;
  if (isCheckedOut) {
    (await registerLfsFilter(repository, commandLine())).forEach(notify);
  }
  const checkedOut = isCheckedOut ? await checkOutFiles(repository, files) : [];
  const result = { commit, remote: remote.location, pulled, checkedOut };
  print(flags, result, () => {
    const bytes = pulled.reduce((total, { size }) => total + size, 0);
    const copied =
      pulled.length === 0
        ? `this clone has all weights of ${commit} already`
        : `${formatQuantity(pulled.length, 'file')}, ${formatBytes(bytes)}, copied from ${remote.location}`;
    return checkedOut.length === 0 ? copied : `${copied}; checked out: ${checkedOut.join(', ')}`;
  });
}
