/** Text of repositories and stores neither controls a terminal nor hides in what commands print. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { createRepository, temporaryFolder } from '../support/git-version.ts';
import { MODEL, PINNED, pinnedJson } from '../support/pinned.ts';
import { ROOT, runCommand } from '../support/server.ts';

/** Commands of a terminal: a colour that this program does not use, a title, a cursor movement, an override. */
const HOSTILE = 'x\u001b[35mA\u001b]0;title\u0007B\u009b2JC\u202eD';
/** git and the manifest refuse C0 characters in paths. */
const HOSTILE_PATH = 'code/x\u009b2JA\u202eB.py';

/** The styles of this program. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const OWN_STYLES = /\u001b\[(?:[124]|2[24]|3[1-46]|39)m/g;

let store: string;
let before: string;
let after: string;

beforeAll(() => {
  store = temporaryFolder();
  const folder = join(ROOT, 'models', MODEL, PINNED);
  const { files } = JSON.parse(readFileSync(join(folder, 'commit.json'), 'utf8')) as {
    files: { path: string }[];
  };
  const pinned = Object.fromEntries(
    files.map(({ path }) => [path, readFileSync(join(folder, path))]),
  );
  const repository = createRepository({ lfs: ['model.onnx'] });
  before = repository.commit(pinned);
  repository.layOut(before, store);
  repository.commit({ ...pinned, ...hostileFiles() }, `subject ${HOSTILE}\n\nbody ${HOSTILE}`);
  repository.git('commit', '--quiet', '--amend', '--no-edit', `--author=${HOSTILE} <a@${HOSTILE}>`);
  after = repository.git('rev-parse', 'HEAD').trim();
  repository.layOut(after, store);
  writeFileSync(join(store, MODEL, 'PINNED'), `${after}\n`);
});

/** Labels, languages, paths, data sets, parameters and texts with commands of a terminal in them. */
function hostileFiles(): Record<string, string> {
  const hostileKeys = <T>(json: Record<string, T>): Record<string, T> =>
    Object.fromEntries(Object.entries(json).map(([key, value]) => [`${key}${HOSTILE}`, value]));
  const datasets = pinnedJson<{ datasets: { name: string; files: Record<string, unknown>[] }[] }>(
    'data/datasets.json',
  );
  for (const dataset of datasets.datasets) {
    dataset.name += HOSTILE;
    for (const file of dataset.files) {
      file.path += HOSTILE;
      file.labels = hostileKeys(file.labels as Record<string, number>);
      file.languages = hostileKeys(file.languages as Record<string, number>);
    }
  }
  const metrics = pinnedJson<{
    datasets: Record<string, unknown>;
    calibration?: { fitted_on: string[] };
  }>('metrics.json');
  metrics.datasets = hostileKeys(metrics.datasets);
  if (metrics.calibration) {
    metrics.calibration.fitted_on = metrics.calibration.fitted_on.map((name) => name + HOSTILE);
  }
  return {
    'README.md': `${HOSTILE}\r\n`,
    [HOSTILE_PATH]: `print("${HOSTILE}")\n`,
    'data/datasets.json': JSON.stringify(datasets, null, 2),
    'hyperparameters.json': JSON.stringify({ [`key${HOSTILE}`]: `value ${HOSTILE}` }, null, 2),
    'metrics.json': JSON.stringify(metrics),
  };
}

describe.each([
  ['plain', {}],
  ['coloured', { FORCE_COLOR: '1' }],
])('%s', (_, environment) => {
  test.each([
    ['models show', () => ['models', 'show', after], 'subject x'],
    ['models show --json', () => ['models', 'show', after, '--json'], 'subject x'],
    ['models list', () => ['models', 'list'], 'macro recall'],
    ['models list --json', () => ['models', 'list', '--json'], 'subject x'],
    ['models diff', () => ['models', 'diff', before, after], 'subject x'],
    ['models diff --json', () => ['models', 'diff', before, after, '--json'], 'subject x'],
    ['models verify', () => ['models', 'verify', after], 'is proven'],
  ])('%s', async (_name, args, expected) => {
    const { stdout, stderr, code } = await runCommand(
      [...args(), '--model-store', store],
      environment,
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(expected);
    const bare = stdout.replace(OWN_STYLES, '');
    expect(bare).not.toMatch(/(?![\n\t])\p{Cc}|\p{Bidi_Control}/u);
  });
});

test('JSON has the original text', async () => {
  const { stdout } = await runCommand(['models', 'show', after, '--json', '--model-store', store]);
  expect(JSON.parse(stdout).message).toBe(`subject ${HOSTILE}\n\nbody ${HOSTILE}\n`);
});

test('the message of an error', async () => {
  const { stderr, code } = await runCommand(['models', 'show', HOSTILE, '--model-store', store]);
  expect(code).toBe(2);
  expect(stderr).toContain('x');
  expect(stderr).not.toMatch(/(?!\n)\p{Cc}|\p{Bidi_Control}/u);
});

test('commands write through output.ts only, which makes texts printable', () => {
  const sources = readdirSync(join(ROOT, 'src', 'commands'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path, text: readFileSync(join(ROOT, 'src', 'commands', path), 'utf8') }))
    .concat({ path: 'main.ts', text: readFileSync(join(ROOT, 'src', 'main.ts'), 'utf8') });
  const writing = sources.filter(({ text }) => /console\.|\b(?:stdout|stderr)\.write\(/.test(text));
  expect(writing.map(({ path }) => path).sort()).toEqual([
    // Entries are made printable cell by cell.
    'logs.ts',
    // Bytes for git.
    join('models', 'lfs.ts'),
    'output.ts',
  ]);
});
