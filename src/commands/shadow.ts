import type { Command } from 'commander';
import { readEnvironment } from '../config/environment.ts';
import { isDigest, parseKey } from '../config/key-schemas.ts';
import { splitList } from '../config/setting.ts';
import { SETTINGS } from '../config/settings.ts';
import { serverAddress } from './flag-values.ts';
import { asJson, type Flags } from './options.ts';
import { print, stdoutColumns } from './output.ts';
import { requestShadow } from './shadow-request.ts';
import { formatShadow } from './shadow-text.ts';

export function addShadow(program: Command): void {
  program
    .command('shadow')
    .description(
      'Show how the candidate of a running server compares with the version that serves: in sentences, and ' +
        'by language.',
    )
    .option(
      '--server <url>',
      'address of the server; with ADMIN_PORT, of that port',
      serverAddress,
      'http://localhost:8080',
    )
    .addOption(asJson('print the answer of GET /admin/shadow'))
    .addHelpText('after', HELP)
    .action(run);
}

const HELP = `
ADMIN_TOKEN in the environment is the admin token of the server, as <token> or <name>:<token>; of several,
the first is used.

The table has a row for each language: how many texts both versions have predicted, the share with the same
label and its interval of 95 %, how many texts have feedback, on how many of these only the candidate, or
only the version that serves, was right, and the p-value that both are right equally often: below 0.01,
divided by the number of languages with feedback, it is a decision.

Exit code: 0 where the server answered; 2 where it did not or has no candidate, for a wrong argument or no
ADMIN_TOKEN.

Examples:
  ADMIN_TOKEN=… node dist/main.js shadow
  ADMIN_TOKEN=… node dist/main.js shadow --server http://localhost:9000 --json
`;

async function run(flags: Flags, command: Command): Promise<void> {
  const status = await requestShadow(String(flags.server), tokenOf(command));
  print(flags, status, (value, paint) => formatShadow(value, stdoutColumns(), paint));
}

function tokenOf(command: Command): string {
  const { variable, schema } = SETTINGS.adminToken;
  const value = readEnvironment()[variable] ?? '';
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    return command.error(`error: ${variable}: ${parsed.error.issues[0]?.message}`);
  }
  const tokens = splitList(value).map((text) => parseKey(text, '').key);
  const digestOnly = tokens.length > 0 ? ', not to its digest' : '';
  return (
    tokens.find((token) => !isDigest(token)) ??
    command.error(`error: set ${variable} to the admin token of the server${digestOnly}`)
  );
}
