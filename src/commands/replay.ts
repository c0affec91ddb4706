import { writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { inTimeOrder, STDIN } from '../logs/log-files.ts';
import type { AnswerSource } from '../replay/answers.ts';
import { REMEMBERED_PREDICTIONS } from '../replay/compare.ts';
import { formatPage } from '../replay/html-report.ts';
import { type ReplayOptions, replay } from '../replay/replay.ts';
import { isProven, missingOf, type ReplayReport } from '../replay/report.ts';
import { describeMissing } from '../replay/report-texts.ts';
import { openServerAnswers } from '../replay/server-answers.ts';
import { formatReport } from '../replay/terminal-report.ts';
import { openTextFile } from '../replay/text-file.ts';
import { openVersionAnswers } from '../replay/version-answers.ts';
import { formatCount } from '../terminal/numbers.ts';
import { readTag } from '../version/tag.ts';
import { EXIT } from './exit-code.ts';
import { pageFile, serverAddress } from './flag-values.ts';
import { asJson, type Flags } from './options.ts';
import { print, progressBar, stderrStatusLine, stdoutColumns, warn } from './output.ts';
import {
  REVISION,
  type VersionAccess,
  withVersionAccess,
  withVersionFlags,
} from './version-access.ts';

export function addReplay(program: Command): void {
  withVersionFlags(program.command('replay'), ['modelStore', 'modelName'])
    .description(
      'Run the texts of a prediction log through a version. Predictions that this version made are ' +
        'checked: every label and every score must be the same. Those of other versions are compared ' +
        'with what this version answers.',
    )
    .argument(
      '<logs...>',
      'the LOG_FILE of a server with LOG_INPUT=full and its rotated files, also .gz or of Docker ' +
        '(json-file), in any order; - is standard input',
    )
    .requiredOption('--against <commit>', `the version: ${REVISION}`)
    .option(
      '--texts <file>',
      'the texts of a log with LOG_INPUT=hash: one a line, or JSON lines with "text"',
    )
    .addOption(
      new Option(
        '--server <url>',
        'classify by requests to a running server, which must serve the version; it counts and logs ' +
          'them as any other (default: in this process)',
      ).argParser(serverAddress),
    )
    .option('--api-key <key>', 'an API key of the server, where it needs one')
    .option('--html <file>', 'also write the report to a file, as an HTML page', pageFile)
    .addOption(asJson())
    .addHelpText('after', HELP)
    .action(run);
}

const HELP = `
A score is the same if it differs by at most 0.000001, one unit of the last digit in the log. In this process,
a text whose answer is another one is classified again, alone and beside longer texts. The first 100 predictions
that differ are shown.

The comparison of another version uses the feedback in the log, where it comes at most ${formatCount(REMEMBERED_PREDICTIONS)}
predictions after its own. The report has the texts of the log as they are.

Exit code: 0 every prediction was replayed, and none of the version's own differs; 1 one differs or could not
be replayed; 2 a wrong argument, or nothing could be replayed. Which of two versions is better does not change it.

--json: {files, model, against: {commit, tag}, lines: {predictions, events, broken}, missing: {none, cut, masked,
hash, unknown-hash}, checked: {predictions, differ, differences: [{file, line, requestId, text, expected,
found, scores}], sameInOtherBatch, maybeMasked}, compared: [{commit, tag, predictions, summary, verdict, examples}],
notCompared: {otherLabels, furtherVersions}, feedback: {counted, withoutPrediction}}

Examples:
  node dist/main.js replay server.log* --against v1.2.0
  node dist/main.js replay server.log --against v2.0.0 --html replay.html
  node dist/main.js replay server.log --against <sha> --server http://localhost:8080
`;

interface ReplayFlags {
  readonly against: string;
  readonly texts?: string;
  readonly server?: string;
  readonly apiKey?: string;
  readonly html?: string;
}

async function run(logs: readonly string[], given: Flags, command: Command): Promise<void> {
  const flags = given as unknown as ReplayFlags;
  if (flags.server === undefined && flags.apiKey !== undefined) {
    command.error("error: option '--api-key <key>' is for --server");
  }
  if (logs.includes(STDIN) && process.stdin.isTTY) {
    command.error('error: standard input is a terminal: name log files, or pipe a log');
  }
  const report = await withVersionAccess(given, (versions) => replayLogs(logs, flags, versions));
  await show(report, given, flags);
}

async function replayLogs(
  logs: readonly string[],
  flags: ReplayFlags,
  versions: VersionAccess,
): Promise<ReplayReport> {
  const { anyStore, config } = versions;
  const { modelName: model } = config;
  const commit = await versions.resolve(flags.against);
  const files = await inTimeOrder([...new Set(logs)]);
  const texts = flags.texts === undefined ? undefined : await openTextFile(flags.texts);
  let answers: AnswerSource | undefined;
  const progress = createProgress();
  try {
    answers = await openAnswers(flags, versions, commit);
    return await replay(files, {
      ...{ model, commit, answers, texts },
      readTag: (sha) => readTag(anyStore, model, sha),
      onProgress: progress.show,
    });
  } finally {
    progress.clear();
    await answers?.close();
    await texts?.close();
  }
}

function openAnswers(
  { server, apiKey }: ReplayFlags,
  { anyStore, config }: VersionAccess,
  commit: string,
): Promise<AnswerSource> | AnswerSource {
  return server === undefined
    ? openVersionAnswers(anyStore, config.modelName, commit)
    : openServerAnswers({ url: server, apiKey, commit });
}

/** A bar where the size of the log is known, else the number of predictions. */
function createProgress(): { readonly show: ReplayOptions['onProgress']; clear(): void } {
  const bar = progressBar();
  const status = stderrStatusLine();
  return {
    show: (predictions, share) => {
      if (share === undefined) {
        status.draw(() => `${formatCount(predictions)} predictions`);
      } else {
        bar(Math.floor(share * 100), 100);
      }
    },
    clear: status.clear,
  };
}

async function show(report: ReplayReport, flags: Flags, { html }: ReplayFlags): Promise<void> {
  process.exitCode = isProven(report) ? EXIT.ok : EXIT.negative;
  print(flags, report, (value, paint) => formatReport(value, stdoutColumns(), paint));
  if (missingOf(report.missing) > 0) {
    warn(describeMissing(report));
  }
  if (html !== undefined) {
    await writeFile(html, formatPage(report));
    warn(`page written to ${html}`);
  }
}
