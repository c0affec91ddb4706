import type { Command } from 'commander';
import {
  type AddDataOptions,
  type AddedData,
  addData,
  removeData,
} from '../../repository/add-data.ts';
import { openRepository } from '../../repository/git.ts';
import { formatCount } from '../../terminal/numbers.ts';
import { asJson } from '../options.ts';
import { print, warn } from '../output.ts';

export function addDataCommands(models: Command): void {
  const data = models.command('data').description('Record data sets in data/datasets.json.');
  data
    .command('remove')
    .description('Remove a data set from data/datasets.json. Its files stay.')
    .argument('<name>', 'name of the data set, such as examples')
    .option('--repository <path>', 'git clone of the model repository', '.')
    .action(async (name: string, { repository }: { repository: string }) =>
      removeData(await openRepository(repository), name),
    );
  data
    .command('add')
    .description(
      'Record data files by digest, with their rows, labels and languages, or record them again. ' +
        'The files are not copied.',
    )
    .argument('<set>', 'data set and split: train, dev or test; such as reviews/train')
    .argument(
      '<file...>',
      'tab-separated files with a header that has the columns "label", "text" and perhaps "language"',
    )
    .option('--language <code>', 'ISO 639 code of the language of all texts (default: identified)')
    .option('--source <text>', 'where the data come from')
    .option('--license <text>', 'terms of the data, such as CC0-1.0')
    .option('--repository <path>', 'git clone of the model repository', '.')
    .addOption(asJson('print the entries as JSON'))
    .action(run);
}

type Flags = Omit<AddDataOptions, 'set' | 'files'> & {
  readonly repository: string;
  readonly json?: boolean;
};

async function run(set: string, files: readonly string[], flags: Flags): Promise<void> {
  const { repository, json, ...about } = flags;
  const added = await addData(await openRepository(repository), { set, files, ...about });
  print({ json }, added, format);
  const unnamed = (['source', 'license'] as const).filter((key) => added[key] === 'unknown');
  if (unnamed.length > 0) {
    const flags = unnamed.map((key) => `--${key}`).join(' and ');
    warn(`${added.name}: ${unnamed.join(' and ')} recorded as unknown: give ${flags}`);
  }
  if (added.unknownLabels.length > 0) {
    warn(
      `${set}: config.json has no label ${added.unknownLabels.join(', ')}: a typing error, or labels ` +
        'of the next training?',
    );
  }
}

function format({ files, language, isLanguageIdentified }: AddedData): string {
  const identified = isLanguageIdentified ? ' (identified; --language names another)' : '';
  return files
    .flatMap(({ path, role, rows, labels, languages }) => [
      `${path}  ${role}, ${formatCount(rows)} rows, language ${language}${identified}`,
      `  labels: ${formatCounts(labels)}`,
      ...(Object.keys(languages).length > 1 ? [`  languages: ${formatCounts(languages)}`] : []),
    ])
    .join('\n');
}

function formatCounts(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${formatCount(count)}`)
    .join(', ');
}
