import type { Command } from 'commander';
import { formatBytes } from '../../terminal/numbers.ts';
import { openVersion, readVersion } from '../../version/version.ts';
import { judging } from '../exit-code.ts';
import { asJson, type Flags } from '../options.ts';
import { print } from '../output.ts';
import { SERVED_REVISION, withVersionAccess, withVersionFlags } from '../version-access.ts';

export function addVerify(models: Command): void {
  withVersionFlags(models.command('verify'))
    .description(
      'Check every byte of a version in the store against its SHA. Exit code 1 if one differs.',
    )
    .argument('[commit]', SERVED_REVISION)
    .addOption(asJson())
    .action(judging(run));
}

function run(revision: string | undefined, flags: Flags): Promise<void> {
  return withVersionAccess(flags, async ({ config, store, resolve }) => {
    // Only from the store: the repository could have what the store lacks.
    const version = await openVersion(store, config.modelName, await resolve(revision));
    const files = await readVersion(store, version);
    const bytes = [...files.values()].reduce((total, file) => total + file.byteLength, 0);
    print(
      flags,
      { commit: version.commit, proven: true, files: files.size, bytes },
      ({ commit }) => `${commit} is proven: ${files.size} files, ${formatBytes(bytes)}`,
    );
  });
}
