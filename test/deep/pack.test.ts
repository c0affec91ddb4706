/** The archive of `npm run pack`, installed with the registry of npm. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import lock from '../../package-lock.json' with { type: 'json' };
import { temporaryFolder } from '../support/git-version.ts';
import { PINNED } from '../support/pinned.ts';
import { ROOT } from '../support/server.ts';

interface Locked {
  readonly version?: string;
  readonly dev?: boolean;
}

const run = (cwd: string, file: string, ...args: string[]): string =>
  execFileSync(file, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** The version of each package of the lock file in a folder, by its path. */
function installedVersions(folder: string): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.keys(lock.packages)
      .filter((path) => path !== '')
      .map((path) => {
        const file = join(folder, path, 'package.json');
        return [
          path,
          existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : undefined,
        ];
      }),
  );
}

test('npm installs the archive with the versions of the lock file, in both ways', () => {
  const folder = temporaryFolder();
  const archive = run(ROOT, 'node', 'tools/pack.mjs', folder).trim();
  const install = ['--ignore-scripts', '--no-audit', '--no-fund'];
  const expected = Object.fromEntries(
    Object.entries(lock.packages as Record<string, Locked>)
      .filter(([path]) => path !== '')
      .map(([path, { version, dev }]) => [path, dev ? undefined : version]),
  );

  const prefix = join(folder, 'prefix');
  run(folder, 'npm', 'install', '--global', '--prefix', prefix, ...install, archive);
  const installed = join(prefix, 'lib/node_modules/tweet-sentiment-server');
  expect(installedVersions(installed)).toEqual(expected);
  const command = join(prefix, 'bin/tweet-sentiment');
  expect(run(ROOT, command, 'models', 'verify')).toContain(`${PINNED} is proven`);

  run(folder, 'tar', 'xzf', archive);
  run(join(folder, 'package'), 'npm', 'ci', '--omit=dev', ...install);
  expect(installedVersions(join(folder, 'package'))).toEqual(expected);
});
