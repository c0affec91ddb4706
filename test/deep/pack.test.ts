/** The archive of `npm run pack`, installed with the registry of npm. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import lock from '../../package-lock.json' with { type: 'json' };
import { launchServer } from '../../tools/launch.mjs';
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

const archive = run(ROOT, 'node', 'tools/pack.mjs', temporaryFolder()).trim();

test('the archive has what package.json lists and what npm adds, and no test, source or version', () => {
  const paths = run(ROOT, 'tar', 'tzf', archive)
    .trim()
    .split('\n')
    .map((path) => path.replace(/^package\//, ''));
  const added = ['LICENSE', 'README.md', 'npm-shrinkwrap.json', 'package.json'];
  const others = paths.filter(
    (path) => !manifest.files.some((listed) => `${path}/`.startsWith(`${listed}/`)),
  );
  expect(others.sort()).toEqual(added);
  expect(paths.filter((path) => /\.test\.|\.tsx?$|\.onnx$/.test(path)).sort()).toEqual(
    paths.filter((path) => /^dist\/client\/\w+\.d\.ts$/.test(path)).sort(),
  );
});

test("npm refuses to publish it from a machine that can't prove where it was built", () => {
  const nowhere = 'http://127.0.0.1:9/';
  const { status, stderr } = spawnSync(
    'npm',
    [
      'publish',
      archive,
      '--fetch-retries=0',
      '--registry',
      nowhere,
      `--${nowhere.slice(5)}:_authToken=none`,
    ],
    { cwd: temporaryFolder(), encoding: 'utf8', env: { PATH: process.env.PATH } },
  );
  expect(status).not.toBe(0);
  expect(stderr).toContain('Automatic provenance generation not supported');
});

test('npm installs the archive with the versions of the lock file, in both ways', async () => {
  const folder = temporaryFolder();
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
  expect(run(folder, command, '--version')).toBe(`${manifest.version}\n`);
  expect(run(ROOT, command, 'models', 'verify')).toContain(`${PINNED} is proven`);
  await expectServer(join(installed, 'dist/main.js'), folder);

  run(folder, 'tar', 'xzf', archive);
  run(join(folder, 'package'), 'npm', 'ci', '--omit=dev', ...install);
  expect(installedVersions(join(folder, 'package'))).toEqual(expected);
  expectClient(join(folder, 'package'));
});

/** The installed server serves a version of the store that it is given. */
async function expectServer(main: string, cwd: string): Promise<void> {
  const env = { MODEL_STORE: join(ROOT, 'models'), WORKERS: '1' };
  const { eventually, stop } = launchServer(env, { main, cwd });
  await eventually(({ event }) => event === 'ready');
  const { url } = await eventually(({ event }) => event === 'listening');
  const body = JSON.stringify({ inputs: 'What a lovely morning' });
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/predict`, { method: 'POST', headers, body });
  expect(await response.json()).toMatchObject({
    model: { commit: PINNED },
    predictions: [{ label: 'positive' }],
  });
  expect(await stop()).toEqual({ code: 0, signal: null });
}

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
