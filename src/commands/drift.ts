import { writeFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { readArtifact } from '../artifacts/read.ts';
import { DRIFT_POLICY } from '../drift/policy.ts';
import { formatPage } from '../drift/report/html-report.ts';
import type { DriftReport } from '../drift/report/report.ts';
import { DriftError, driftOfLogs, driftOfServer, type Reference } from '../drift/report/sources.ts';
import { formatReport } from '../drift/report/terminal-report.ts';
import { ModelError } from '../version/errors.ts';
import { readTag } from '../version/tag.ts';
import { openVersion } from '../version/version.ts';
import {
  asJson,
  type Flags,
  print,
  progressBar,
  since,
  stdoutPaint,
  warn,
  webAddress,
} from './options.ts';
import { type VersionAccess, withVersionAccess, withVersionFlags } from './version-access.ts';

/** Columns of what is no terminal. */
const COLUMNS = 100;

export function addDrift(program: Command): void {
  withVersionFlags(program.command('drift'), ['modelStore', 'modelName'])
    .description(
      'How far traffic has moved from the data that a version was trained on: log files, or a ' +
        'running server, against the version’s profile.',
    )
    .argument(
      '[files...]',
      'LOG_FILE of the server, and rotated ones; standard input: - or nothing',
    )
    .addOption(
      new Option('--server <url>', 'what a running server observed since its start')
        .argParser(webAddress)
        .conflicts(['since', 'commit']),
    )
    .option('--api-key <key>', 'where the server asks for one before it shows texts')
    .addOption(
      new Option(
        '--since <time>',
        'such as 30s, 10m, 2h, 1d ago, or 2026-01-31T12:00 (UTC)',
      ).argParser(since),
    )
    .option('--commit <sha>', 'the version to report (default: that of the newest prediction)')
    .option(
      '--threshold <index>',
      'largest stability index that is no drift',
      threshold,
      DRIFT_POLICY.psi.changed,
    )
    .option('--html <file>', 'write the report as a page of its own, too', page)
    .addOption(asJson())
    .addHelpText('after', HELP)
    .action(run);
}

const HELP = `
Exit code: 0 no drift, or too few predictions to tell; 1 a stability index above the threshold, a
foreign language, or something went wrong; 2 bad usage. The index of languages decides nothing: known
ones in other proportions are no drift.

An index counts from 200 predictions on. It is not corrected for noise: what it would be on average
without any change, about (bins - 1) / predictions, stands beside it. A language is foreign, from 100
predictions on, that less than 1 % of the training data is in, and at least 10 texts and 1 % more of
all texts are.

--json: {source, model, commit, tag, from, to, predictions, threshold, drifted, features: [{feature,
observations, psi, noise, verdict, drifted, bins: [{bin, count, observed, reference, contribution}]}],
foreign_languages: [{bin, …}], examples: [{feature, bin, contribution, texts: [{timestamp, id, language,
label, score, text}]}], texts, other_commits: [{commit, predictions}]}; a verdict is one of too_few,
stable, moving, changed.

Examples:
  npx tweet-sentiment drift server.log*
  npx tweet-sentiment drift server.log --since 1h --html drift.html
  npx tweet-sentiment drift --server http://localhost:8080 --json
`;

interface DriftFlags {
  readonly server?: string;
  readonly apiKey?: string;
  readonly since?: number;
  readonly commit?: string;
  readonly threshold: number;
  readonly html?: string;
}

async function run(files: readonly string[], given: Flags, command: Command): Promise<void> {
  const flags = given as unknown as DriftFlags;
  checkUsage(files, flags, command);
  try {
    const report =
      flags.server === undefined
        ? await withVersionAccess(given, (versions) => reportLogs(files, flags, versions))
        : await driftOfServer(flags.server, { threshold: flags.threshold, apiKey: flags.apiKey });
    await show(report, given, flags);
  } catch (error) {
    if (!(error instanceof DriftError)) {
      throw error;
    }
    warn(error.message);
    process.exitCode = 1;
  }
}

function checkUsage(files: readonly string[], flags: DriftFlags, command: Command): void {
  if (flags.server !== undefined && files.length > 0) {
    command.error('error: name log files or --server, not both');
  }
  if (flags.server === undefined && flags.apiKey !== undefined) {
    command.error("error: option '--api-key <key>' is for --server");
  }
  if (flags.server === undefined && files.length === 0 && process.stdin.isTTY) {
    command.error('error: name log files, pipe a log, or give --server');
  }
}

async function reportLogs(
  files: readonly string[],
  flags: DriftFlags,
  versions: VersionAccess,
): Promise<DriftReport> {
  const progress = progressBar();
  let shown = 0;
  return driftOfLogs(files.length === 0 ? ['-'] : [...new Set(files)], {
    threshold: flags.threshold,
    since: flags.since,
    commit: flags.commit === undefined ? undefined : await versions.resolve(flags.commit),
    model: versions.config.modelName,
    findReference: (commit) => findReference(versions, commit),
    onProgress: (share) => {
      const percent = Math.floor(share * 100);
      if (percent > shown) {
        shown = percent;
        progress(percent, 100);
      }
    },
  });
}

/** @throws ModelError where the version can't be had, or has no profile. */
async function findReference(
  { anyStore, config }: VersionAccess,
  commit: string,
): Promise<Reference> {
  const { modelName } = config;
  const version = await openVersion(anyStore, modelName, commit);
  const profile = await readArtifact(version, 'profile.json');
  if (!profile || profile.texts === 0) {
    throw new ModelError(
      'unfit',
      `${commit} has no profile.json: there is nothing to hold traffic against`,
    );
  }
  return { profile, tag: await readTag(anyStore, modelName, commit) };
}

async function show(report: DriftReport, given: Flags, { html }: DriftFlags): Promise<void> {
  process.exitCode = report.drifted ? 1 : 0;
  print(given, report, formatReport(report, process.stdout.columns ?? COLUMNS, stdoutPaint()));
  if (html !== undefined) {
    await writeFile(html, formatPage(report));
    warn(`page written to ${html}`);
  }
}

function threshold(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !(number > 0 && number < Number.POSITIVE_INFINITY)) {
    throw new InvalidArgumentError('expected a number above 0');
  }
  return number;
}

/** A shell that makes two names of `--html server.log*` must not cost a log. */
function page(value: string): string {
  if (!/\.html?$/i.test(value)) {
    throw new InvalidArgumentError('expected a file that ends in .html');
  }
  return value;
}
