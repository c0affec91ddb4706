import { type Command, Option } from 'commander';
import { readArtifact } from '../artifacts/read.ts';
import { DEFAULT_BASELINES, type Normal, writeNormal } from '../drift/normal.ts';
import { type MeasuredNormal, normalOfPrometheus } from '../drift/normal-of-prometheus.ts';
import { DRIFT_POLICY } from '../drift/policy.ts';
import { withTopic } from '../drift/profile.ts';
import { normalOfLogs } from '../drift/report/normal-of-logs.ts';
import { KnownError, mismatch } from '../errors.ts';
import { formatMinutes } from '../terminal/time.ts';
import { ModelError } from '../version/errors.ts';
import { formatNormal } from './baseline-text.ts';
import { duration, webAddress } from './flag-values.ts';
import { asJson, commandConfigOf, type Flags } from './options.ts';
import { print, progressBar, warn } from './output.ts';
import { withVersionAccess, withVersionFlags } from './version-access.ts';

export function addBaseline(program: Command): void {
  withVersionFlags(program.command('baseline'), ['modelStore', 'modelName', 'baselines'])
    .description(
      'Measure the normal traffic of a version while all is well, and keep it: the server exports it, ' +
        'and traffic that departs from it is an alarm. Reads Prometheus, or log files.',
    )
    .argument(
      '[files...]',
      'the LOG_FILE of the server and its rotated files, also .gz, in any order; with -, standard input',
    )
    .addOption(
      new Option(
        '--prometheus <url>',
        'read what Prometheus has recorded of all replicas, with the rules of deploy/prometheus; with ' +
          'user and password in the address if it needs them',
      ).argParser(webAddress),
    )
    .addOption(
      new Option('--window <duration>', 'how long until now, such as 30m, 12h or 7d')
        .argParser(duration)
        .default(7 * 86_400_000, '7d'),
    )
    .option(
      '--commit <sha>',
      'the version (default with --prometheus: the only one observed; with log files: the one that the server would serve)',
    )
    .addOption(new Option('--job <name>', 'the job in Prometheus (default: the only one)'))
    .addOption(asJson('print the baseline as JSON, and do not write it'))
    .addHelpText('after', HELP)
    .action(run);
}

const HELP = `
The baseline is written to <BASELINES>/<MODEL_NAME>/<commit>.json (BASELINES is "baselines" if it is unset).
Start the server with the same BASELINES: it exports the baseline as classifier_normal_ratio, and reads a
new one without a restart. Choose a time in which nothing was wrong with the traffic: it warns where alerts
about the traffic fired in it.

Exit code: 0 written; 2 there was nothing to measure, or it could not be read or written.

Examples:
  node dist/main.js baseline --prometheus http://localhost:9090 --window 7d
  node dist/main.js baseline server.log* --window 1d --baselines /var/lib/baselines
`;

const DAY_SECONDS = 86_400;

interface BaselineFlags {
  readonly prometheus?: string;
  readonly window: number;
  readonly commit?: string;
  readonly job?: string;
}

async function run(files: readonly string[], given: Flags, command: Command): Promise<void> {
  const flags = given as unknown as BaselineFlags;
  if ((flags.prometheus === undefined) === (files.length === 0)) {
    command.error('error: name log files or --prometheus, one of them');
  }
  const { normal, alerts } =
    flags.prometheus === undefined
      ? { normal: await measureLogs(files, flags, given), alerts: [] }
      : await measurePrometheus(flags.prometheus, flags, given);
  const { minObservations } = DRIFT_POLICY;
  if (normal.texts < minObservations) {
    const message = mismatch('the texts of this time', `${minObservations} or more`, normal.texts);
    throw new KnownError('too-few-texts', message);
  }
  const seconds = (Date.parse(normal.to) - Date.parse(normal.from)) / 1000;
  if (seconds < DAY_SECONDS) {
    warn(`measured over ${formatMinutes(1000 * seconds)} min: the hours of a day are not alike`);
  }
  if (alerts.length > 0) {
    warn(`alerts about this traffic fired in this window: ${alerts.join(', ')}; is it normal?`);
  }
  const { baselines = DEFAULT_BASELINES } = commandConfigOf(given);
  const path = given.json ? undefined : await writeNormal(baselines, normal);
  print(given, normal, formatNormal);
  if (path !== undefined) {
    warn(`written to ${path}`);
  }
}

function measurePrometheus(
  url: string,
  { window, commit, job }: BaselineFlags,
  flags: Flags,
): Promise<MeasuredNormal> {
  return commit === undefined
    ? normalOfPrometheus(url, { windowSeconds: window / 1000, commit, job })
    : withVersionAccess(flags, async ({ resolve }) =>
        normalOfPrometheus(url, {
          windowSeconds: window / 1000,
          commit: await resolve(commit),
          job,
        }),
      );
}

function measureLogs(
  files: readonly string[],
  { window, commit: revision }: BaselineFlags,
  flags: Flags,
): Promise<Normal> {
  return withVersionAccess(flags, async ({ config, open }) => {
    const version = await open(revision);
    const { commit } = version;
    const profile = await readArtifact(version, 'profile.json');
    if (!profile) {
      throw new ModelError('unfit', `${commit} has no profile.json, which has the bins to count`);
    }
    const onProgress = progressBar();
    return normalOfLogs([...new Set(files)], {
      ...{
        commit,
        profile: withTopic(profile),
        model: config.modelName,
        since: Date.now() - window,
      },
      onProgress: (share) => onProgress(Math.floor(share * 100), 100),
    });
  });
}
