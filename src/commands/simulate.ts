import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Client, createClient } from '../simulate/client.ts';
import { formatProgress, formatReport } from '../simulate/format-report.ts';
import { LANGUAGES } from '../simulate/languages.ts';
import { type Phase, parseDuration, parseMix, planPhases } from '../simulate/phases.ts';
import { type Progress, simulate } from '../simulate/run.ts';
import type { Mix } from '../simulate/traffic.ts';
import { asJson, type Flags, print, warn, webAddress } from './options.ts';

/** A restart of the server is waited for, its end is not. */
const PATIENCE_MS = 30_000;

const FRAME_MS = 100;

export function addSimulate(program: Command): void {
  const languages = Object.keys(LANGUAGES).join(', ');
  program
    .command('simulate')
    .description(
      'Send real-looking, labelled texts to a running server, at a rate that does not depend on ' +
        'its answers, and hold its answers against the labels.',
    )
    .option('--url <url>', 'the server', webAddress, 'http://localhost:8080')
    .addOption(
      new Option('--mix <language=weight,...>', `languages of the texts (${languages})`)
        .argParser(explained(parseMix))
        .default({ en: 1 }, 'en=1'),
    )
    .option(
      '--then <language=weight,...>',
      'another phase, with another mix; may be repeated',
      addMix,
    )
    .option('--rate <number>', 'texts a second', above0, 50)
    .addOption(
      new Option('--for <duration,...>', 'how long each phase lasts, such as 30s, 2m or 1h')
        .argParser(addDurations)
        .default([60_000], '1m'),
    )
    .option('--batch <number>', 'texts in a request', wholeFrom1, 1)
    .option('--connections <number>', 'most requests in flight', wholeFrom1, 64)
    .option('--feedback <share>', 'of the predictions that are told their true label', share, 0)
    .option('--seed <number>', 'the same seed gives the same texts', wholeFrom0, 1)
    .option('--api-key <key>', 'where the server asks for one')
    .addOption(asJson())
    .action(run);
}

interface SimulateFlags {
  readonly url: string;
  readonly mix: Mix;
  readonly then?: readonly Mix[];
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
  const client = createClient(flags);
  if (!(await isReached(client))) {
    process.exitCode = 1;
    return;
  }
  // Asked a second time, it ends as programs do: without waiting for anything.
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  const { rate, batch, connections, feedback, seed } = flags;
  const report = await simulate(
    {
      phases,
      rate,
      batch,
      connections,
      feedback,
      seed,
      patienceMs: PATIENCE_MS,
      client,
      onProgress: progressLine(phases.length),
    },
    controller.signal,
  );
  if (process.stderr.isTTY) {
    process.stderr.write('\r\x1b[K');
  }
  print(given, { url: flags.url, seed, ...report }, formatReport(report));
  if (report.rows.length === 0) {
    warn('nothing was answered');
    process.exitCode = 1;
  }
}

function plan(flags: SimulateFlags, command: Command): Phase[] {
  try {
    return planPhases([flags.mix, ...(flags.then ?? [])], flags.for);
  } catch (error) {
    return command.error(`error: option '--for': ${(error as RangeError).message}`);
  }
}

async function isReached(client: Client): Promise<boolean> {
  try {
    await client.reach();
    return true;
  } catch (error) {
    warn(`${(error as Error).message}; npm start starts one, --url says where it is`);
    return false;
  }
}

/** Drawn on a terminal only, ten times a second at most. */
function progressLine(phases: number): (progress: Progress) => void {
  let drawnAt = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const now = performance.now();
    if (process.stderr.isTTY && now - drawnAt >= FRAME_MS) {
      drawnAt = now;
      const line = formatProgress(progress, phases, process.stderr.columns - 1);
      process.stderr.write(`\r${line}\x1b[K`);
    }
  };
}

/** Makes what a parser of text throws an error of the command line. */
function explained<T>(parse: (value: string) => T): (value: string) => T {
  return (value) => {
    try {
      return parse(value);
    } catch (error) {
      throw new InvalidArgumentError((error as RangeError).message);
    }
  };
}

function addMix(value: string, previous: readonly Mix[] = []): readonly Mix[] {
  return [...previous, explained(parseMix)(value)];
}

function addDurations(value: string): readonly number[] {
  return value.split(',').map(explained(parseDuration));
}

function number(expected: string, isRight: (value: number) => boolean): (value: string) => number {
  return (value) => {
    const parsed = Number(value);
    if (value.trim() === '' || !Number.isFinite(parsed) || !isRight(parsed)) {
      throw new InvalidArgumentError(`expected ${expected}`);
    }
    return parsed;
  };
}

const above0 = number('a number above 0', (value) => value > 0);
const share = number('a number from 0 to 1', (value) => value >= 0 && value <= 1);
const wholeFrom1 = number('a whole number from 1', (value) => Number.isInteger(value) && value > 0);
const wholeFrom0 = number(
  'a whole number from 0 to 4294967295',
  (value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32,
);
