import { access, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type Command, Option } from 'commander';
import { readEnvironment } from '../../config/environment.ts';
import {
  DEFAULT_LABELS,
  newRepository,
  TEMPLATES,
  type Template,
} from '../../repository/new-repository.ts';
import { composeExamples, MAX_EXAMPLE_LABELS } from '../../simulate/examples.ts';
import { quoteWord } from '../../terminal/shell.ts';
import { commandLine } from '../command-line.ts';
import { asFlagValue } from '../flag-values.ts';
import { asJson } from '../options.ts';
import { print } from '../output.ts';

export function addNew(models: Command): void {
  models
    .command('new')
    .description(
      'Make a model repository from a template: training code, pinned environment, example texts. It is trained ' +
        'within a minute.',
    )
    .argument('<folder>', 'a folder that does not exist yet; its name is that of the model')
    .addOption(
      new Option('--template <name>', 'what trains the model')
        .choices(TEMPLATES)
        .default('sklearn-tfidf'),
    )
    .addOption(
      new Option('--labels <names>', 'labels, separated by commas')
        .argParser(asFlagValue(parseLabels))
        .default(DEFAULT_LABELS, DEFAULT_LABELS.join(',')),
    )
    .addOption(asJson())
    .action(run);
}

/** Rows of the example data. */
const ROWS = { train: 600, dev: 150 };
const SEED = 1;

interface NewFlags {
  readonly template: Template;
  readonly labels: readonly string[];
  readonly json?: boolean;
}

async function run(folder: string, { template, labels, json }: NewFlags): Promise<void> {
  const commit = await newRepository({
    ...{ folder, template, labels, command: commandLine() },
    examples: {
      train: composeExamples(labels, ROWS.train, 'train', SEED),
      dev: composeExamples(labels, ROWS.dev, 'dev', SEED),
    },
  });
  const next = await nextCommands(folder);
  print({ json }, { folder, template, labels, commit, next }, (made) =>
    [
      `${made.folder}: a repository from the template ${made.template}, with ${ROWS.train + ROWS.dev} example texts`,
      `labels: ${made.labels.join(', ')}`,
      'next:',
      ...made.next.map((line) => `  ${line}`),
    ].join('\n'),
  );
}

function parseLabels(value: string): readonly string[] {
  const labels = value.split(',').map((label) => label.trim());
  if (labels.length > MAX_EXAMPLE_LABELS) {
    throw new RangeError(
      `expected at most ${MAX_EXAMPLE_LABELS} labels: for more there are no examples`,
    );
  }
  return labels;
}

/** Training code runs `tweet-sentiment`, or what the variable TWEET_SENTIMENT names. */
async function nextCommands(folder: string): Promise<string[]> {
  const setUp = [
    `export TWEET_SENTIMENT="${commandLine()}"`,
    // Not a function: a shell runs that in a process of its own, which is what `kill $!` ends.
    `alias tweet-sentiment="${commandLine()}"`,
  ];
  const python = await readFile(join(folder, 'environment/.python-version'), 'utf8');
  return [
    `cd ${quoteWord(folder)}`,
    ...((await isInPath('tweet-sentiment')) ? [] : setUp),
    `uv venv --python ${python.trim()}`,
    // Named, since uv would rather change an environment that is active.
    'uv pip sync --python .venv --require-hashes environment/requirements.txt',
    '.venv/bin/python code/train.py --data data',
    'tweet-sentiment models commit -m "First version" --data data',
  ];
}

async function isInPath(program: string): Promise<boolean> {
  const folders = (readEnvironment().PATH ?? '').split(delimiter).filter(Boolean);
  const found = await Promise.all(
    folders.map((folder) =>
      access(join(folder, program)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}
