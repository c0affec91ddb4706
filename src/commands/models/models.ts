import type { Command } from 'commander';

type AddCommand = (models: Command) => void;

/**
 * The module of each subcommand, in the order in which a version needs them. Only the requested one is
 * loaded: git runs `merge-driver` for each file of a merge, and loading all of them takes longer than
 * merging a file.
 */
const SUBCOMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  new: async () => (await import('./new.ts')).addNew,
  init: async () => (await import('./init.ts')).addInit,
  data: async () => (await import('./data.ts')).addDataCommands,
  golden: async () => (await import('./golden.ts')).addGolden,
  lineage: async () => (await import('./lineage.ts')).addLineage,
  profile: async () => (await import('./profile.ts')).addProfile,
  commit: async () => (await import('./commit.ts')).addCommit,
  'merge-driver': async () => (await import('./merge-driver.ts')).addMergeDriver,
  diff: async () => (await import('./diff.ts')).addDiff,
  lfs: async () => (await import('./lfs.ts')).addLfs,
  list: async () => (await import('./list.ts')).addList,
  show: async () => (await import('./show.ts')).addShow,
  verify: async () => (await import('./verify.ts')).addVerify,
  gate: async () => (await import('./gate.ts')).addGate,
  reproduce: async () => (await import('./reproduce.ts')).addReproduce,
  publish: async () => (await import('./publish.ts')).addPublish,
  push: async () => (await import('./push.ts')).addPush,
  pull: async () => (await import('./pull.ts')).addPull,
  pin: async () => (await import('./pin.ts')).addPin,
  unpin: async () => (await import('./pin.ts')).addUnpin,
  pins: async () => (await import('./pins.ts')).addPins,
  fetch: async () => (await import('./fetch.ts')).addFetch,
  ui: async () => (await import('./ui.ts')).addUi,
};

/** @param requested the subcommand to add; any other word adds all of them, for the help. */
export async function addModels(program: Command, requested: string | undefined): Promise<void> {
  const models = program
    .command('models')
    .description('Make, compare, check and publish versions of a model.');
  const load = SUBCOMMANDS[requested ?? ''];
  for (const each of load ? [load] : Object.values(SUBCOMMANDS)) {
    (await each())(models);
  }
}
