import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Command } from 'commander';
import { openRepository } from '../../repository/git.ts';
import { GOLDEN_TEXTS } from '../../repository/golden-texts.ts';
import { type GoldenText, parseGoldenTexts } from '../../repository/make-golden.ts';
import { formatQuantity } from '../../terminal/numbers.ts';
import { asJson } from '../options.ts';
import { print, printJsonLine, progressBar } from '../output.ts';
import { readModelFiles } from './model-files.ts';

export function addGolden(models: Command): void {
  const golden = models
    .command('golden')
    .description('Record texts with the scores of the model, in golden.json.');
  golden
    .command('make')
    .description(
      'Classify golden texts with the model of a folder and write golden.json: with it, each start of the ' +
        'server checks that it computes the scores of the training.',
    )
    .option(
      '--texts <file>',
      'a text a line, or JSON lines with "text" and perhaps "kind" and "ids", the token ids that the ' +
        'library of the training computes; - is standard input (default: those of `models golden texts`)',
    )
    .option('--repository <path>', 'git clone of the model repository', '.')
    .addOption(asJson('print what was written as JSON'))
    .action(make);
  golden
    .command('texts')
    .description('Print the default golden texts as JSON lines, odd ones among them.')
    .action(printTexts);
}

interface MakeFlags {
  readonly texts?: string;
  readonly repository: string;
  readonly json?: boolean;
}

async function make({ texts: source, repository, json }: MakeFlags): Promise<void> {
  const { folder } = await openRepository(repository);
  const texts = source === undefined ? GOLDEN_TEXTS : await readTexts(source);
  const files = await readModelFiles(folder);
  const { makeGolden } = await import('../../repository/make-golden.ts');
  const golden = await makeGolden(files, texts, progressBar());
  await writeFile(join(folder, 'golden.json'), `${JSON.stringify(golden, null, 2)}\n`);
  const withIds = texts.filter(({ ids }) => ids !== undefined).length;
  print(
    { json },
    { path: 'golden.json', texts: texts.length, withIds },
    (made) =>
      `${made.path}: ${formatQuantity(made.texts, 'text')}, ${made.withIds} of them with token ids`,
  );
}

async function readTexts(source: string): Promise<GoldenText[]> {
  return source === '-'
    ? parseGoldenTexts(await buffer(process.stdin), 'standard input')
    : parseGoldenTexts(await readFile(source), source);
}

function printTexts(): void {
  for (const each of GOLDEN_TEXTS) {
    printJsonLine(each);
  }
}
