import type { Command } from 'commander';
import { formatBytes } from '../../terminal/numbers.ts';
import { openVersion, readVersion } from '../../version/version.ts';
import { asJson, type Flags } from '../options.ts';
import { print } from '../output.ts';
import { withVersionFlags, withVersions } from '../versions.ts';

export function addVerify(models: Command): void {
  withVersionFlags(models.command('verify'))
    .description('Prove every byte of a version from its SHA; exit code 1 where one is wrong.')
    .argument('[sha]', 'commit; without it, the one that would be served')
    .addOption(asJson())
    .action(run);
}

function run(revision: string | undefined, flags: Flags): Promise<void> {
  return withVersions(flags, async ({ config, store, resolve }) => {
    // The store itself is put to the proof, not the repository beside it.
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
