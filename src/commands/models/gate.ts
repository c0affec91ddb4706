import type { Command } from 'commander';
import { formatChecks } from '../../repository/gate/checks/recorded-scores.ts';
import { gate } from '../../repository/gate/gate.ts';
import { share } from '../flag-values.ts';
import { asJson, type Flags } from '../options.ts';
import { print, progressBar } from '../output.ts';
import { withVersionFlags, withVersions } from '../versions.ts';

export function addGate(models: Command): void {
  withVersionFlags(models.command('gate'))
    .description(
      'Judge whether a version may go into production: that it is trained from its ingredients, ' +
        'its golden texts, scores, latency. Exit code 1 where it may not.',
    )
    .argument('[sha]', 'commit; without it, the one that would be served')
    .option('--against <sha>', 'the version in production; its scores are what to hold')
    .option('--data <folder>', 'measure the scores again on the data, found by digest')
    .option('--max-drop <share>', 'how far the primary score on a data set may fall', share, 0.02)
    .option('--max-label-drop <share>', 'how far the F1 of a label may fall', share, 0.05)
    .option(
      '--min-score <set=share...>',
      'least primary score on a data set, such as semeval-en/dev=0.7',
      minScore,
      new Map(),
    )
    .option('--max-latency-ms <ms>', 'most milliseconds for one text, at the median', Number, 50)
    .addOption(asJson())
    .action(run);
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
  return withVersions(flags, async ({ all, open }) => {
    const candidate = await open(revision);
    const production = flags.against === undefined ? undefined : await open(flags.against);
    const checks = await gate(all, candidate, production, {
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
    process.exitCode = passed ? 0 : 1;
  });
}

function minScore(
  value: string,
  previous: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const [name = '', score = ''] = value.split(/=(?=[^=]*$)/);
  return new Map([...previous, [name, share(score)]]);
}
