import { type Command, Option } from 'commander';
import { gate } from '../../repository/gate/gate.ts';
import { EXIT, judging } from '../exit-code.ts';
import { minScore, positiveNumber, share } from '../flag-values.ts';
import { asJson, type Flags } from '../options.ts';
import { print, progressBar } from '../output.ts';
import { SERVED_REVISION, withVersionAccess, withVersionFlags } from '../version-access.ts';
import { formatChecks } from './gate-text.ts';

export function addGate(models: Command): void {
  withVersionFlags(models.command('gate'))
    .description(
      'Check whether a version may go into production: that its weights were trained from its ' +
        'ingredients, and its golden texts, scores and latency. Exit code 1 if it may not.',
    )
    .argument('[commit]', SERVED_REVISION)
    .option(
      '--against <commit>',
      'version in production, whose scores this version is compared with (default: none)',
    )
    .option(
      '--data <folder>',
      'measure the recorded scores again, on the data in this folder; files are found by digest',
    )
    .option(
      '--max-drop <share>',
      'how far the primary score on a data set may fall below that of --against',
      share,
      0.02,
    )
    .option(
      '--max-label-drop <share>',
      'how far the F1 of a label may fall below that of --against',
      share,
      0.05,
    )
    .addOption(
      new Option(
        '--min-score <set=share...>',
        'minimum primary score on a data set, such as semeval-en/dev=0.7',
      )
        .argParser(minScore)
        .default(new Map(), 'none'),
    )
    .option(
      '--max-latency-ms <ms>',
      'maximum median latency of a request with one text, in milliseconds',
      positiveNumber,
      50,
    )
    .addOption(asJson())
    .action(judging(run));
}

interface GateFlags extends Flags {
  readonly against?: string;
  readonly data?: string;
}

interface Limits {
  readonly maxDrop: number;
  readonly maxLabelDrop: number;
  readonly minScore: ReadonlyMap<string, number>;
  readonly maxLatencyMs: number;
}

function run(revision: string | undefined, flags: GateFlags & Limits): Promise<void> {
  return withVersionAccess(flags, async ({ anyStore, open }) => {
    const candidate = await open(revision);
    const production = flags.against === undefined ? undefined : await open(flags.against);
    const checks = await gate(anyStore, candidate, production, {
      maxDrop: flags.maxDrop,
      maxLabelDrop: flags.maxLabelDrop,
      minScores: flags.minScore,
      maxLatencyMs: flags.maxLatencyMs,
      dataFolder: flags.data,
      onProgress: progressBar(),
    });
    const passed = checks.every(({ result }) => result !== 'failed');
    const result = {
      commit: candidate.commit,
      against: production?.commit ?? null,
      passed,
      checks,
    };
    print(flags, result, (value) => formatChecks(value.checks));
    process.exitCode = passed ? EXIT.ok : EXIT.negative;
  });
}
