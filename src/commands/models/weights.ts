/** What `models push` and `models pull` share: flags, the clone and its remote of weights. */
import { type Command, Option } from 'commander';
import { openRepository, type Repository } from '../../repository/git.ts';
import { findRemote } from '../../repository/weights/remote.ts';
import type { Store } from '../../version/stores/store.ts';
import { asJson, commandConfigOf, type Flags, withCommandSettings } from '../options.ts';
import { retryWarning } from '../output.ts';

export function withWeightsFlags(command: Command): Command {
  return withCommandSettings(command, ['modelFetchTimeoutMs'])
    .addOption(
      new Option(
        '--remote <address>',
        'where the bytes are shared: a folder, a git repository on this file system, s3://bucket/prefix or, ' +
          'to pull from, https://host/prefix (default: lfs.url of .lfsconfig, else the git remote)',
      ),
    )
    .addOption(new Option('--repository <folder>', 'the clone').default('.'))
    .addOption(asJson());
}

export interface WeightsFlags extends Flags {
  readonly repository: string;
  readonly remote?: string;
}

/** Opens the clone and its remote for the duration of `use`. */
export async function withRemote(
  flags: WeightsFlags,
  use: (repository: Repository, remote: Store) => Promise<void>,
): Promise<void> {
  const { modelFetchTimeoutMs: timeoutMs } = commandConfigOf(flags);
  const repository = await openRepository(flags.repository);
  try {
    const retry = { timeoutMs, onRetry: retryWarning(timeoutMs) };
    await use(repository, await findRemote(repository, { given: flags.remote, retry }));
  } finally {
    await repository.close();
  }
}
