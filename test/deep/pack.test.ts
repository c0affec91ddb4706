/** The archive of `npm run pack`, installed with the registry of npm. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
  expectClient(join(folder, 'package'));
});

/** A program in TypeScript that has the package finds its client, with types. */
function expectClient(installed: string): void {
  const program = join(temporaryFolder(), 'program.ts');
  const folder = dirname(program);
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(installed, join(folder, 'node_modules/tweet-sentiment-server'));
  writeFileSync(
    program,
    `import { createClient, type Prediction } from 'tweet-sentiment-server/client';
    const client = createClient({ baseUrl: 'http://client.invalid', maxAttempts: 1 });
    export const labelsOf = async (): Promise<Prediction['label'][]> =>
      (await client.predict('a text')).predictions.map(({ label }) => label);
    // @ts-expect-error: texts are text.
    export const wrong = () => client.predict([1]);
    await labelsOf().catch(({ name, isSent }) => console.log(name, isSent));`,
  );
  const options = ['--module', 'nodenext', '--target', 'es2023', '--strict', '--types', ''];
  const libraries = ['--lib', 'es2023,dom'];
  const compiler = join(ROOT, 'node_modules/.bin/tsc');
  run(folder, compiler, program, ...options, ...libraries);
  expect(run(folder, process.execPath, join(folder, 'program.js'))).toBe('ConnectionError false\n');
}
