import { type Command, Option } from 'commander';
import { type Leaderboard, readLeaderboard } from '../../repository/leaderboard/leaderboard.ts';
import { SORT_COLUMNS, selectVersions } from '../../repository/leaderboard/select.ts';
import { minScore } from '../flag-values.ts';
import { asJson, type Flags } from '../options.ts';
import { notify, print, stdoutColumns, warn } from '../output.ts';
import { withVersionAccess, withVersionFlags } from '../version-access.ts';
import { formatList } from './list-text.ts';

export function addList(models: Command): void {
  withVersionFlags(models.command('list'), ['modelStore', 'modelName'])
    .description(
      'List the versions of the model repository, where there is one, and of the store, with their scores. ' +
        '* marks what production is pinned to.',
    )
    .option(
      '--all',
      'all versions of the history, not only those at which a branch or a tag points',
    )
    .option(
      '--sort <column>',
      `${SORT_COLUMNS.join(', ')}, or a data set, such as semeval-en/dev`,
      'date',
    )
    .option('--branch <name>', 'only versions of this branch')
    .option('--language <code>', 'only scores on data in this language, such as de')
    .addOption(
      new Option(
        '--min-score <set=share...>',
        'only versions with at least this primary score on a data set, such as semeval-en/dev=0.7',
      )
        .argParser(minScore)
        .default(new Map(), 'none'),
    )
    .addOption(asJson())
    .action(run);
}

interface ListFlags extends Flags {
  readonly all?: boolean;
  readonly sort: string;
  readonly branch?: string;
  readonly language?: string;
}

function run(flags: ListFlags & { readonly minScore: ReadonlyMap<string, number> }): Promise<void> {
  return withVersionAccess(flags, async ({ config, store, repository }) => {
    const model = config.modelName;
    const board = await readLeaderboard({ store, model, repository, all: flags.all === true });
    const { sort, branch, language, minScore: minScores } = flags;
    const versions =
      board.versions.length === 0
        ? []
        : selectVersions(board.versions, { sort, branch, language, minScores });
    const places = [repository?.location, store.location].filter(Boolean).join(' and ');
    const none =
      board.versions.length === 0
        ? `no version of ${model} is in ${places}`
        : `no version of ${model} in ${places} is left by the filters`;
    print(flags, versions, (found) =>
      found.length === 0 ? none : formatList(found, board.aliases, stdoutColumns()),
    );
    warnOfRest(board);
  });
}

function warnOfRest({ isComplete, notes }: Leaderboard): void {
  notes.forEach(warn);
  if (!isComplete) {
    notify('the repository has more commits than were read: older ones are not listed');
  }
}
