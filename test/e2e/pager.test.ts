/** Long results on a terminal go through a pager, as with git. `script` gives the command a terminal. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { columnsOf } from '../../src/terminal/columns.ts';
import { MAIN, ROOT } from '../support/server.ts';

/** What a person sees who runs a command in a terminal of 24 lines. */
function onTerminal(command: string, PAGER: string): string {
  const line = `stty rows 24 columns 80; "${process.execPath}" "${MAIN}" models ${command}`;
  const { stdout, error } = spawnSync('script', ['-qec', line, '/dev/null'], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 120_000,
    env: { ...process.env, PAGER, NO_COLOR: '1' },
  });
  if (error) {
    throw error;
  }
  return stdout.replaceAll('\r', '');
}

const PAGE = `sed 's/^/paged: /'`;

test('a long result is given to the pager, a short one is printed', () => {
  const long = onTerminal('diff v1.0.0 v2.0.0', PAGE);
  expect(long).toMatch(/^(?:paged: .*\n)+$/);
  expect(long).toContain('paged: hyper-parameters\n');
  const short = onTerminal('diff v1.0.0 v2.0.0 --stat', PAGE);
  expect(short).toMatch(/^model +23\.5 MB → 55 MB$/m);
  expect(short).not.toContain('paged: ');
});

test.each(['', 'cat', '/nowhere/pager'])('PAGER=%s prints all of it', (pager) => {
  const printed = onTerminal('show v1.2.0', pager);
  expect(printed).toContain('hyper-parameters\n');
  expect(printed).toContain('scores (macro_recall)\n');
});

test('a pager that ends early is no error', () => {
  expect(onTerminal('diff v1.0.0 v2.0.0 ; echo code $?', 'head -n 2')).toMatch(
    /^- [0-9a-f]{40}.*\n.*\ncode 0\n$/,
  );
});

test('nothing is paged in a pipe, and sections have 80 columns', () => {
  const { stdout } = spawnSync(process.execPath, [MAIN, 'models', 'diff', 'v1.0.0', 'v2.0.0'], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 120_000,
    env: { ...process.env, PAGER: PAGE },
  });
  expect(stdout).not.toContain('paged: ');
  const sections = stdout.slice(stdout.indexOf('\nfiles\n'), stdout.indexOf('\ntexts\n'));
  const long = sections.split('\n').filter((line) => columnsOf(line) > 80);
  // A word that is longer stays whole.
  expect(long.filter((line) => !line.includes('{"type":'))).toEqual([]);
});
