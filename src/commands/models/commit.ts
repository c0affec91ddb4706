import type { Command } from 'commander';
import { openClassifier } from '../../inference/offline.ts';
import { commitVersion } from '../../repository/commit.ts';
import { openRepository } from '../../repository/git.ts';
import { hasMergeDriver } from '../../repository/init.ts';
import { commandLine } from '../command-line.ts';
import { judging } from '../exit-code.ts';
import { asJson } from '../options.ts';
import { print, warn } from '../output.ts';

export function addCommit(models: Command): void {
  models
    .command('commit')
    .description(
      'Commit the model repository as a version, if every ingredient is present and correct.',
    )
    .requiredOption('-m, --message <text>', 'commit message')
    .requiredOption(
      '--data <folder>',
      'folder with the data that data/datasets.json lists; files are found by digest',
    )
    .option('--repository <path>', 'git clone of the model repository', '.')
    .addOption(asJson('print {"commit": <SHA>}'))
    .action(judging(run));
}

interface CommitFlags {
  readonly message: string;
  readonly data: string;
  readonly repository: string;
  readonly json?: boolean;
}

async function run({ message, data, repository, json }: CommitFlags): Promise<void> {
  const opened = await openRepository(repository);
  if (!(await hasMergeDriver(opened))) {
    warn('this clone has no merge driver: git merges ingredients by lines; run `models init`');
  }
  const sha = await commitVersion(opened, {
    message,
    dataFolder: data,
    lfsClean: `${commandLine()} models lfs clean`,
    checkModel: async (files) => {
      const classifier = await openClassifier(files);
      await classifier.close();
    },
  });
  print({ json }, { commit: sha }, ({ commit }) => commit);
}
