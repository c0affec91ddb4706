import { type Command, Option } from 'commander';
import type { Config } from '../config/config.ts';
import { isSystemError } from '../errors.ts';
import { BATCH_TEXTS } from '../inference/bulk.ts';
import { STDIN } from '../logs/log-files.ts';
import type { OutputOptions } from '../scoring/checkpoint.ts';
import {
  INPUT_FORMATS,
  type InputFormat,
  inputFormatOf,
  OUTPUT_FORMATS,
  type OutputFormat,
  outputFormatOf,
} from '../scoring/input/formats.ts';
import { sizeOf } from '../scoring/input/read.ts';
import { openScoringModel, type ScoringModel } from '../scoring/model.ts';
import { type IfExists, isOutputNeeded, openOutput } from '../scoring/output/file-sink.ts';
import { createRowFormat } from '../scoring/output/format-rows.ts';
import { openStdout } from '../scoring/output/stdout-sink.ts';
import { type RunResult, runScoring } from '../scoring/run.ts';
import { ScoringError } from '../scoring/scoring-error.ts';
import { parseShard, type Shard } from '../scoring/shard.ts';
import { formatSummary, summarise } from '../scoring/summary.ts';
import { WINDOW_ROWS } from '../scoring/windows.ts';
import { readDesiredVersion } from '../serving/desired-version.ts';
import type { LoadEvent } from '../serving/observer.ts';
import { EXIT, judging } from './exit-code.ts';
import { asFlagValue } from './flag-values.ts';
import { interruptSignal } from './interrupt.ts';
import { asJson, commandConfigOf, type Flags, withCommandSettings } from './options.ts';
import { handleStdoutErrors, notify, warn } from './output.ts';
import { showScoringProgress } from './predict-progress.ts';

const SETTINGS_USED = [
  ...['modelStore', 'modelName', 'modelCommit', 'modelAlias', 'modelCache', 'modelFetchTimeoutMs'],
  ...['workers', 'maxChars'],
] as readonly (keyof Config)[];

export function addPredict(program: Command): void {
  withCommandSettings(program.command('predict'), SETTINGS_USED)
    .description(
      'Classify the texts of files without a server: the version that a server would serve, and the same ' +
        'scores. The rows are written in their order, with all of their columns.',
    )
    .argument(
      '[files...]',
      'lines, CSV, TSV, JSON Lines or Parquet; the first four also .gz; - is standard input',
    )
    .addOption(
      new Option('--format <format>', 'of the input (default: by the names; lines)').choices(
        INPUT_FORMATS,
      ),
    )
    .option('--text-column <name>', 'the column or field that has the texts', 'text')
    .option('--output <file>', 'where the rows go (default: standard output)')
    .addOption(
      new Option(
        '--output-format <format>',
        'default: by the name of the output; jsonl for JSON Lines and Parquet, else csv',
      ).choices(OUTPUT_FORMATS),
    )
    .option('--prefix <text>', 'what the names of the added columns begin with', '')
    .option('--resume', 'continue where an interrupted run ended; start where there was none')
    .option('--force', 'replace the output')
    .option('--strict', 'end at the first row that has no text to classify')
    .addOption(
      new Option('--shard <i/n>', 'score part i of n of the rows, i from 0').argParser(
        asFlagValue(parseShard),
      ),
    )
    .addOption(asJson('print the summary as JSON'))
    .addHelpText('after', HELP)
    .action(judging(run));
}

const HELP = `
A row without a text that can be classified has an error in the column error; the others are not affected. The
summary is written to standard error.

The output has its name when it is complete; until then, the rows are in <file>.partial, and what --resume needs
in <file>.checkpoint. Shards are consecutive rows, in multiples of ${WINDOW_ROWS}: their outputs, one after the other,
are the output of all rows; only the first has the header of CSV.

Exit code: 0 all rows were written; 1 --strict found a row without a text to classify; 2 a wrong argument, the
input can't be read, or the run was interrupted.

--json: {model, commit, tag, complete, rows, resumed_at, classified, truncated, errors, error_examples,
labels, languages, seconds, rows_per_second, drift: {threshold, drifted, features, foreign_languages}}

Examples:
  node dist/main.js predict texts.csv --output scored.csv
  gzip -dc texts.jsonl.gz | node dist/main.js predict --format jsonl --text-column full_text | head
  node dist/main.js predict texts.jsonl --shard 0/4 --output part-0.jsonl --resume
`;

interface PredictFlags {
  readonly format?: InputFormat;
  readonly textColumn: string;
  readonly output?: string;
  readonly outputFormat?: OutputFormat;
  readonly prefix: string;
  readonly resume?: true;
  readonly force?: true;
  readonly strict?: true;
  readonly shard?: Shard;
  readonly json?: true;
}

async function run(given: readonly string[], rawFlags: Flags, command: Command): Promise<void> {
  const flags = rawFlags as unknown as PredictFlags;
  const files = given.length === 0 ? [STDIN] : given;
  assertFlags(files, flags, command);
  const config = commandConfigOf(rawFlags);
  const { output } = flags;
  await Promise.all(files.map(sizeOf));
  const ifExists = flags.force ? 'replace' : flags.resume ? 'resume' : 'refuse';
  if (output !== undefined && !(await isOutputNeeded(output, files, ifExists))) {
    warn(`${output} is complete: there is nothing to resume`);
    return;
  }
  handleStdoutErrors();
  const signal = interruptSignal(1, ['SIGINT', 'SIGTERM']);
  if (files.includes(STDIN)) {
    // Its writer may be waiting for something else.
    signal.addEventListener('abort', () => process.stdin.destroy(), { once: true });
  }
  const model = await openModel(config, signal);
  try {
    await score(model, { files, flags, config, ifExists, signal });
  } finally {
    await model.classifier.close();
  }
}

function assertFlags(
  files: readonly string[],
  { output, resume, force, shard }: PredictFlags,
  command: Command,
): void {
  const isStdin = files.includes(STDIN);
  if (isStdin && process.stdin.isTTY) {
    command.error('error: standard input is a terminal: name files, or pipe texts');
  }
  if (output === undefined && (resume || force)) {
    command.error(`error: option '--${resume ? 'resume' : 'force'}' is for --output`);
  }
  if (resume && force) {
    command.error("error: option '--resume' cannot be used with option '--force'");
  }
  if (shard && isStdin) {
    command.error(
      "error: option '--shard <i/n>' needs files: they are read twice, to count the rows",
    );
  }
}

/** The version that a server with the same settings would serve. */
async function openModel(config: Config, signal: AbortSignal): Promise<ScoringModel> {
  const onLoadEvent = (event: LoadEvent): void => {
    switch (event.type) {
      case 'store-retry':
        warn(`${event.retry.error.message}; trying again`);
        break;
      case 'store-unavailable':
        warn(`${event.error.message}; using the version that was pinned last, from the cache`);
        break;
      case 'cache-damaged':
        warn(`${event.error.message}; the version is fetched again`);
        break;
      case 'fetching':
        break;
    }
  };
  const desired = await readDesiredVersion(config);
  const located = await desired.locate({ onLoadEvent }, signal);
  return openScoringModel(located, config.modelName, {
    workers: config.workers,
    observer: {
      onWorkerRestart: (cause) => warn(`a worker was replaced: ${cause.message}`),
      onNonSaturatingInt8: () => undefined,
    },
  });
}

interface Job {
  readonly files: readonly string[];
  readonly flags: PredictFlags;
  readonly config: Config;
  readonly ifExists: IfExists;
  readonly signal: AbortSignal;
}

async function score(model: ScoringModel, job: Job): Promise<void> {
  const { files, flags, config, ifExists, signal } = job;
  const inputFormat = flags.format ?? inputFormatOf(files);
  const outputFormat = flags.outputFormat ?? outputFormatOf(flags.output, inputFormat);
  const { labels } = model.classifier;
  const format = createRowFormat(outputFormat, { labels, prefix: flags.prefix });
  const sink =
    flags.output === undefined
      ? openStdout()
      : await openOutput(flags.output, optionsOf(model, job, inputFormat, outputFormat), ifExists);
  const progress = showScoringProgress();
  const start = performance.now();
  try {
    const result = await runScoring(model, {
      files,
      input: { format: inputFormat, textColumn: flags.textColumn, reserved: new Set(format.added) },
      format,
      shard: flags.shard,
      sink,
      maxChars: config.maxChars,
      isStrict: flags.strict ?? false,
      concurrency: concurrencyFor(config.workers),
      signal,
      onProgress: progress.show,
    });
    progress.clear();
    show(model, result, flags, (performance.now() - start) / 1000);
  } catch (error) {
    if (flags.output !== undefined && isSystemError(error)) {
      warn(`${flags.output} is not complete; --resume continues it`);
    }
    // A reader that has enough, such as `head`, is no error.
    if (!(error instanceof ScoringError && error.code === 'reader-gone')) {
      throw error;
    }
  } finally {
    progress.clear();
    await sink.close();
  }
}

/** What the output depends on, beside the input. */
function optionsOf(
  { name, commit }: ScoringModel,
  { flags, config }: Job,
  inputFormat: InputFormat,
  outputFormat: OutputFormat,
): OutputOptions {
  const { textColumn, prefix, shard } = flags;
  return {
    model: name,
    'model commit': commit,
    '--format': inputFormat,
    '--output-format': outputFormat,
    '--text-column': textColumn,
    '--prefix': prefix,
    '--shard': shard ? `${shard.index}/${shard.count}` : 'none',
    MAX_CHARS: String(config.maxChars),
  };
}

/** Enough windows for two batches of each worker, and one whose last batches still run. */
function concurrencyFor(workers: number): number {
  return 1 + Math.ceil((2 * workers * BATCH_TEXTS) / WINDOW_ROWS);
}

function show(model: ScoringModel, result: RunResult, flags: PredictFlags, seconds: number): void {
  const summary = summarise(model, { ...result, seconds });
  const lines = flags.json ? [JSON.stringify(summary)] : formatSummary(summary);
  for (const line of lines) {
    notify(line);
  }
  if (!result.isComplete) {
    process.exitCode = EXIT.failed;
    const hint = flags.output === undefined ? '' : '; --resume continues it';
    warn(`interrupted: the output is not complete${hint}`);
  }
}
