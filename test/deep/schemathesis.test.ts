/** Schemathesis, which generates requests out of /openapi.json, finds nothing with all of its checks. */
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/git-version.ts';
import { startServer } from '../support/server.ts';

const PROGRAM = 'schemathesis';
const hasProgram = spawnSync(PROGRAM, ['--version']).status === 0;

const API_KEY = 'a-known-key';
const ADMIN_TOKEN = 'sixteen-characters';
const CONFIGURATION = `
[auth.openapi.bearerKey]
bearer = "${API_KEY}"
[auth.openapi.headerKey]
api_key = "${API_KEY}"
[auth.openapi.adminToken]
bearer = "${ADMIN_TOKEN}"
`;

test.skipIf(!hasProgram)('schemathesis finds nothing', async () => {
  // The description has a shape for each number of texts, and Schemathesis tries each.
  const server = await startServer({ API_KEYS: API_KEY, ADMIN_TOKEN, MAX_INPUTS: '4' });
  const folder = temporaryFolder();
  const configuration = join(folder, 'schemathesis.toml');
  writeFileSync(configuration, CONFIGURATION);
  const child = spawn(
    PROGRAM,
    [
      ...['--config-file', configuration, 'run', `${server.url}/openapi.json`],
      ...['--checks', 'all', '--seed', '1', '--max-examples', '5', '--continue-on-failure'],
    ],
    { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [output, status] = await Promise.all([
    text(child.stdout),
    new Promise((resolve) => child.once('close', resolve)),
  ]);
  expect(output).toMatch(/Operations: +2\d selected/);
  expect({ status, output }).toEqual({ status: 0, output });
  await server.stop();
});
