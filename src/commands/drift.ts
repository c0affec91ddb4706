import { writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { readArtifact } from '../artifacts/read.ts';
import { DEFAULT_BASELINES, pathOfNormal, readNormal } from '../drift/normal.ts';
import { DRIFT_POLICY } from '../drift/policy.ts';
import { withTopic } from '../drift/profile.ts';
import { profileOfNormal, REFERENCES, type ReferenceKind } from '../drift/reference.ts';
import { formatPage } from '../drift/report/html-report.ts';
import { driftOfLogs, type Reference } from '../drift/report/log-report.ts';
import type { DriftReport } from '../drift/report/report.ts';
import { driftOfServer } from '../drift/report/server-report.ts';
import { formatReport } from '../drift/report/terminal-report.ts';
import { ModelError } from '../version/errors.ts';
import { readTag } from '../version/tag.ts';
import { openVersion } from '../version/version.ts';
import { EXIT } from './exit-code.ts';
import { pageFile, positiveNumber, serverAddress, since, waitingTime } from './flag-values.ts';
import { asJson, type Flags, isGiven } from './options.ts';
import { print, progressBar, stdoutColumns, warn } from './output.ts';
import { openVersionAccess, type VersionAccess, withVersionFlags } from './version-access.ts';

export function addDrift(program: Command): void {
  withVersionFlags(program.command('drift'), ['modelStore', 'modelName', 'baselines'])
    .description(
      'Measure drift: how much the texts that a server classified differ from the data that its ' +
        'model was trained on. Reads log files, or the metrics of a running server.',
    )
    .argument(
      '[files...]',
      'the LOG_FILE of the server and its rotated files, also .gz or of Docker (json-file), in any ' +
        'order; without them, or with -, standard input',
    )
    .addOption(
      new Option('--server <url>', 'read what a running server has observed since its start')
        .argParser(serverAddress)
        .conflicts(['since', 'commit']),
    )
    .addOption(
      new Option(
        '--window <duration>',
        'with --server: observe it from now on for a time, such as 10m, in place of since its start',
      ).argParser(waitingTime),
    )
    .addOption(
      new Option(
        '--reference <name>',
        'what the traffic is compared with: the training data of its version, or the normal traffic ' +
          'that the command baseline has measured',
      )
        .choices(REFERENCES)
        .default('training'),
    )
    .option(
      '--api-key <key>',
      'an API key of the server; without one, a server with API keys sends no example texts',
    )
    .addOption(
      new Option(
        '--since <time>',
        'only predictions since a time, such as 2026-01-31T12:00 (UTC), or of the last 30s, 10m, ' +
          '2h or 1d',
      ).argParser(since),
    )
    .option(
      '--commit <sha>',
      'the version of the model to report (default: the version of the newest prediction)',
    )
    .option(
      '--threshold <index>',
      'a stability index above this value is drift',
      positiveNumber,
      DRIFT_POLICY.psi.changed,
    )
    .option('--html <file>', 'also write the report to a file, as an HTML page', pageFile)
    .addOption(asJson())
    .addHelpText('after', HELP)
    .action(run);
}

const { psi, minObservations, foreignLanguage } = DRIFT_POLICY;

const HELP = `
The report has a population stability index (PSI) for each feature of the texts: language, label, score,
number of tokens, share of unknown tokens; with --reference normal, of the topics too. 0 means the same
distribution as in the reference; below ${psi.moving} it is called stable, above ${psi.changed} changed. An index needs ${minObservations}
predictions. Next to it is its noise, the index to expect without any change: about (bins - 1) / predictions.
It is not subtracted.

A language is foreign if its share of the reference is below ${foreignLanguage.maxReference * 100} %, and its share of the traffic
is more than ${foreignLanguage.minExcess * 100} percentage point larger, with at least ${foreignLanguage.minTexts} texts. This needs ${foreignLanguage.minObservations} predictions. Known
languages in other proportions are no drift.

Exit code: 0 no drift, or too few predictions; 1 an index above the threshold, or a foreign language; 2 a wrong
argument, or what can't be read or compared.

--json: {source, model, commit, tag, from, to, predictions, threshold, reference, drifted, features: [{feature,
observations, psi, noise, verdict, drifted, bins: [{bin, count, observed, reference, contribution}]}],
foreign_languages: [{bin, …}], examples: [{feature, bin, contribution, texts: [{timestamp, id, language,
label, score, text}]}], texts, windows: [{from, seconds, predictions, psi}], other_commits: [{commit,
predictions}]}; a verdict is one of too_few, stable, moving, changed.

Examples:
  node dist/main.js drift server.log*
  node dist/main.js drift server.log --since 1h --html drift.html
  node dist/main.js drift --server http://localhost:8080 --window 10m
  node dist/main.js drift server.log --reference normal --baselines /var/lib/baselines
`;

interface DriftFlags {
  readonly server?: string;
  readonly apiKey?: string;
  readonly since?: number;
  readonly commit?: string;
  readonly threshold: number;
  readonly reference: ReferenceKind;
  readonly window?: number;
  readonly html?: string;
}

async function run(files: readonly string[], given: Flags, command: Command): Promise<void> {
  const flags = given as unknown as DriftFlags;
  checkUsage(files, flags, command);
  const report =
    flags.server === undefined
      ? await reportLogs(files, flags, given)
      : await driftOfServer(flags.server, {
          ...flags,
          apiKey: flags.apiKey,
          windowMs: flags.window,
        });
  await show(report, given, flags);
}

function checkUsage(files: readonly string[], flags: DriftFlags, command: Command): void {
  if (flags.server !== undefined && files.length > 0) {
    command.error('error: name log files or --server, not both');
  }
  if (flags.server === undefined && flags.apiKey !== undefined) {
    command.error("error: option '--api-key <key>' is for --server");
  }
  if (flags.server === undefined && flags.window !== undefined) {
    command.error("error: option '--window <duration>' is for --server; log files have --since");
  }
  if (flags.server === undefined && files.length === 0 && process.stdin.isTTY) {
    command.error('error: name log files, pipe a log, or use --server');
  }
}

async function reportLogs(
  files: readonly string[],
  flags: DriftFlags,
  given: Flags,
): Promise<DriftReport> {
  const onProgress = progressBar();
  const opened: { close(): Promise<void> }[] = [];
  try {
    return await driftOfLogs(files.length === 0 ? ['-'] : [...new Set(files)], {
      threshold: flags.threshold,
      reference: flags.reference,
      since: flags.since,
      openVersions: async (model) => {
        const isNamed = isGiven(given, 'modelName') || model === undefined;
        const versions = await openVersionAccess(isNamed ? given : { ...given, modelName: model });
        opened.push(versions);
        return {
          model: versions.config.modelName,
          commit: flags.commit === undefined ? undefined : await versions.resolve(flags.commit),
          findReference: (commit) => findReference(versions, commit, flags.reference),
        };
      },
      onProgress: (share) => onProgress(Math.floor(share * 100), 100),
    });
  } finally {
    await Promise.all(opened.map((versions) => versions.close()));
  }
}

/** @throws ModelError where there is no such version, or it has no profile. */
async function findReference(
  { anyStore, config }: VersionAccess,
  commit: string,
  reference: ReferenceKind,
): Promise<Reference> {
  const { modelName } = config;
  const version = await openVersion(anyStore, modelName, commit);
  const profile = await readArtifact(version, 'profile.json');
  if (!profile || profile.texts === 0) {
    const found = profile ? 'a profile.json of 0 texts' : 'no profile.json';
    throw new ModelError(
      'unfit',
      `${commit} has ${found}: there is nothing to compare traffic with`,
    );
  }
  const tag = await readTag(anyStore, modelName, commit);
  if (reference === 'training') {
    return { profile, tag };
  }
  const folder = config.baselines ?? DEFAULT_BASELINES;
  const normal = await readNormal(folder, modelName, commit);
  if (!normal) {
    throw new ModelError(
      'unfit',
      `${pathOfNormal(folder, modelName, commit)} does not exist: the command baseline writes it`,
    );
  }
  return { profile: profileOfNormal(withTopic(profile), normal), tag };
}

async function show(report: DriftReport, flags: Flags, { html }: DriftFlags): Promise<void> {
  process.exitCode = report.drifted ? EXIT.negative : EXIT.ok;
  print(flags, report, (value, paint) => formatReport(value, stdoutColumns(), paint));
  if (html !== undefined) {
    await writeFile(html, formatPage(report));
    warn(`page written to ${html}`);
  }
}
