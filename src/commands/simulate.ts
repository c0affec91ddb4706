import { type Command, Option } from 'commander';
import { type Client, createClient } from '../simulate/client.ts';
import { formatProgress, formatReport } from '../simulate/format-report.ts';
import { LANGUAGES } from '../simulate/languages.ts';
import { type Phase, parseMix, parsePhaseDuration, planPhases } from '../simulate/phases.ts';
import { simulate } from '../simulate/run.ts';
import { readTextFile } from '../simulate/text-file.ts';
import type { Mix } from '../simulate/traffic.ts';
import { EXIT } from './exit-code.ts';
import {
  asFlagValue,
  positiveInteger,
  positiveNumber,
  serverAddress,
  share,
  unsigned32,
} from './flag-values.ts';
import { interruptSignal } from './interrupt.ts';
import { asJson, type Flags } from './options.ts';
import { print, stderrStatusLine, warn } from './output.ts';

/** Long enough for a restart of the server. */
const MAX_UNREACHABLE_MS = 30_000;

export function addSimulate(program: Command): void {
  const languages = Object.keys(LANGUAGES).join(', ');
  program
    .command('simulate')
    .description(
      'Send labelled texts, invented or your own, to a running server, at a fixed rate that does not ' +
        'depend on its answers, and compare its predictions with the labels.',
    )
    .option(
      '--url, --server <url>',
      'address of the server',
      serverAddress,
      'http://localhost:8080',
    )
    .addOption(
      new Option(
        '--mix <language=weight,...>',
        `languages of the texts (${languages}) and how frequent each is`,
      )
        .argParser(asFlagValue(parseMix))
        .default({ en: 1 }, 'en=1'),
    )
    .option(
      '--then <language=weight,...>',
      'the mix of a further phase, after the one before; repeatable',
      addMix,
    )
    .addOption(
      new Option(
        '--texts <file>',
        'send the texts of this file: lines of <label><tab><text>, or JSON lines with "text" and perhaps ' +
          '"label" and "language"; any labels',
      ).conflicts(['mix', 'then']),
    )
    .option('--rate <number>', 'texts per second', positiveNumber, 50)
    .addOption(
      new Option(
        '--for <duration,...>',
        'how long each phase lasts, such as 30s, 2m or 1h: one duration for all phases, or one ' +
          'for each',
      )
        .argParser(parseDurations)
        .default([60_000], '1m'),
    )
    .option('--batch <number>', 'texts per request', positiveInteger, 1)
    .option('--connections <number>', 'maximum number of requests in flight', positiveInteger, 64)
    .option(
      '--feedback <share>',
      'share of the predictions, from 0 to 1, whose true label is sent to the server as feedback',
      share,
      0,
    )
    .option('--seed <number>', 'the same seed sends the same texts', unsigned32, 1)
    .option('--api-key <key>', 'an API key of the server, where it needs one')
    .addOption(asJson())
    .addHelpText('after', HELP)
    .action(run);
}

const HELP = `
The report has a row for each phase, language and commit of the model: accuracy (share of the texts with
the right label, of those with a label that the model has), identified (share of the texts whose language
the server identified), and the share of each predicted label. Ctrl-C ends the run early, with its report.

Exit code: 0 where the server predicted a text; 2 where it did not, or for a wrong argument.

Examples:
  node dist/main.js simulate --rate 100 --for 5m
  node dist/main.js simulate --mix en=1 --then en=1,de=1 --for 2m,5m
  node dist/main.js simulate --texts support-mails.tsv --for 30s
`;

interface SimulateFlags {
  readonly server: string;
  readonly mix: Mix;
  readonly then?: readonly Mix[];
  readonly texts?: string;
  readonly for: readonly number[];
  readonly rate: number;
  readonly batch: number;
  readonly connections: number;
  readonly feedback: number;
  readonly seed: number;
  readonly apiKey?: string;
}

async function run(given: Flags, command: Command): Promise<void> {
  const flags = given as unknown as SimulateFlags;
  const phases = plan(flags, command);
  const texts = flags.texts === undefined ? undefined : await readTextFile(flags.texts);
  const client = createClient({ ...flags, url: flags.server });
  if (!(await isReachable(client))) {
    process.exitCode = EXIT.failed;
    return;
  }
  const { server: url, rate, batch, connections, feedback, seed } = flags;
  const status = stderrStatusLine();
  const report = await simulate(
    {
      phases,
      texts,
      rate,
      batch,
      connections,
      feedback,
      seed,
      maxUnreachableMs: MAX_UNREACHABLE_MS,
      client,
      onProgress: (progress) => status.draw(() => formatProgress(progress, phases.length)),
    },
    interruptSignal(),
  );
  status.clear();
  print(given, { url, seed, ...report }, (value) => formatReport(value));
  if (report.rows.length === 0) {
    const isRefused = ['401', '403'].some((refusal) => refusal in report.statuses);
    warn(`nothing was predicted${isRefused ? ': --api-key must be a key of the server' : ''}`);
    process.exitCode = EXIT.failed;
  }
}

function plan(flags: SimulateFlags, command: Command): Phase[] {
  try {
    const mixes = flags.texts === undefined ? [flags.mix, ...(flags.then ?? [])] : [{}];
    return planPhases(mixes, flags.for);
  } catch (error) {
    return command.error(`error: option '--for': ${(error as RangeError).message}`);
  }
}

async function isReachable(client: Client): Promise<boolean> {
  try {
    await client.reach();
    return true;
  } catch (error) {
    warn(`${(error as Error).message}; start one with npm start, or set its address with --server`);
    return false;
  }
}

function addMix(value: string, previous: readonly Mix[] = []): readonly Mix[] {
  return [...previous, asFlagValue(parseMix)(value)];
}

function parseDurations(value: string): readonly number[] {
  return value.split(',').map(asFlagValue(parsePhaseDuration));
}
