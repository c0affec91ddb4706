import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { retrainingMark } from '../../src/artifacts/lineage.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { temporaryFolder } from '../support/git-version.ts';
import { saturates } from '../support/int8-weights.ts';
import {
  copyOfPinned,
  MODEL,
  MULTILINGUAL,
  PINNED,
  pinnedJson,
  variantOfPinned,
} from '../support/pinned.ts';
import { ROOT, runCommand, startServer, type TestServer } from '../support/server.ts';

/** Refused: exit code 2, one clear line, no stack. */
async function expectRefused(env: Record<string, string>, message: string): Promise<void> {
  const { code, stderr } = await runCommand(['serve'], env);
  expect(stderr).toContain(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr).not.toMatch(/\n? {4}at /);
  expect(code).toBe(2);
}

describe('a start is refused', () => {
  test.each<[string, Record<string, string>, string]>([
    ['a branch as commit', { MODEL_COMMIT: 'main' }, 'MODEL_COMMIT must be a full commit SHA'],
    ['a short SHA', { MODEL_COMMIT: PINNED.slice(0, 7) }, 'must be a full commit SHA'],
    ['a SHA that is too long', { MODEL_COMMIT: `${PINNED}0` }, 'must be a full commit SHA'],
    [
      'a SHA that the store has not',
      { MODEL_COMMIT: 'f'.repeat(40) },
      `commit.json does not exist; MODEL_STORE is ${join(ROOT, 'models')}: set it to the store`,
    ],
    [
      'a store that is not there',
      { MODEL_STORE: '/nowhere' },
      '/nowhere/tweet-sentiment/PINNED does not exist',
    ],
    [
      'a model that is not there',
      { MODEL_NAME: 'other' },
      'models/other/PINNED does not exist: expected the full SHA of the version to serve there, or in ' +
        `MODEL_COMMIT; MODEL_STORE is ${join(ROOT, 'models')}: set it to the store`,
    ],
  ])('for %s', (_, env, message) => expectRefused(env, message));

  test.each<[string, (folder: string) => void, string]>([
    [
      'a changed byte in the weights',
      (folder) => {
        const bytes = readFileSync(join(folder, 'model.onnx'));
        bytes[1_000_000] = (bytes[1_000_000] as number) ^ 1;
        writeFileSync(join(folder, 'model.onnx'), bytes);
      },
      'model.onnx: sha256: expected',
    ],
    [
      'a changed byte in the tokenizer',
      (folder) => {
        const text = readFileSync(join(folder, 'tokenizer.json'), 'utf8');
        writeFileSync(join(folder, 'tokenizer.json'), text.replace('@user', '@usar'));
      },
      'tokenizer.json: git blob id: expected',
    ],
    [
      'a file that is missing',
      (folder) => rmSync(join(folder, 'golden.json')),
      'golden.json does not exist',
    ],
    [
      'a file too many',
      (folder) => writeFileSync(join(folder, 'notes.txt'), ''),
      'notes.txt: not a file of commit',
    ],
    [
      'a longer file',
      (folder) => appendFileSync(join(folder, 'config.json'), ' '),
      'config.json is larger',
    ],
    [
      'a truncated commit.json',
      (folder) => truncateSync(join(folder, 'commit.json'), 99),
      'commit.json is not JSON',
    ],
  ])('for %s', async (_, spoil, message) => {
    const { store, folder } = copyOfPinned();
    spoil(folder);
    await expectRefused({ MODEL_STORE: store }, message);
  });

  test('for scores that are not the golden ones', async () => {
    type Golden = { texts: { text: string; scores: Record<string, number> }[] };
    const golden = pinnedJson<Golden>('golden.json');
    const [first] = golden.texts as [Golden['texts'][0]];
    first.scores = { negative: 0.2, neutral: 0.3, positive: 0.5 };
    const { store } = variantOfPinned({ 'golden.json': JSON.stringify(golden) });
    await expectRefused({ MODEL_STORE: store }, 'golden.json: ');
  });

  test.each<[string, string | Buffer, string]>([
    ['model.onnx', 'not a model', 'the model can’t be loaded'],
    ['tokenizer.json', '{}', 'tokenizer.json: model'],
    [
      'tokenizer.json',
      JSON.stringify({ ...pinnedJson<object>('tokenizer.json'), normalizer: { type: 'Other' } }),
      'tokenizer.json: normalizer: expected one of BertNormalizer',
    ],
    [
      'tokenizer.json',
      JSON.stringify({
        ...pinnedJson<object>('tokenizer.json'),
        model: { type: 'WordLevel', vocab: { a: 0 }, unk_token: '[UNK]' },
      }),
      'tokenizer.json: WordLevel.unk_token: expected a token of the vocabulary, found [UNK]',
    ],
    ['config.json', '{"id2label": {"1": "a"}}', 'config.json: id2label: no label for index 0'],
    ['golden.json', '{"texts": []}', 'golden.json: texts'],
  ])('for a %s that is proven and no good', async (path, content, message) => {
    const { store } = variantOfPinned({ [path]: content });
    await expectRefused({ MODEL_STORE: store }, message.replace('’', "'"));
  });

  test.each<[string, string, string, string]>([
    [
      'a file that a merge has left to be retrained',
      'tokenizer.json',
      retrainingMark('tokenizer.json', { base: undefined, ours: 'a', theirs: 'b' }),
      'tokenizer.json is to be retrained: two versions were merged',
    ],
    [
      'weights that were trained from other ingredients',
      'hyperparameters.json',
      '{}',
      'to be retrained: the ingredients are not those that the weights were trained from',
    ],
  ])('for %s', async (_, path, content, message) => {
    const { store } = variantOfPinned({ [path]: content });
    await expectRefused({ MODEL_STORE: store }, message);
  });

  test('for a flag or a command that is not known', async () => {
    for (const args of [['serve', '--prot', '1'], ['server']]) {
      const { code, stderr } = await runCommand(args);
      expect(stderr).toMatch(/^error: unknown (option|command)/);
      expect(code).toBe(2);
    }
  });
});

const cpu = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '';
const eventsOf = ({ lines }: TestServer): string[] => lines.map(({ event }) => event);

describe('a start of the pinned version', () => {
  const home = temporaryFolder();
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ HOME: home, CI: '' });
    await server.predict({ inputs: 'a text' });
    await server.stop();
  });

  test('listens, so that it is seen to be alive, and is ready once the model is loaded', () => {
    expect(eventsOf(server).slice(0, 2)).toEqual(['listening', 'ready']);
  });

  test('does not depend on the CPU’s int8 products', () => {
    expect(saturates(PINNED)).toBe(false);
    expect(eventsOf(server)).not.toContain('exact_products');
  });

  test('reports nothing to anyone, and writes nothing at home', () => {
    expect(readdirSync(home)).toEqual([]);
  });
});

test('a start with the SHA of a SHA-256 repository', async () => {
  const { store, sha } = variantOfPinned({}, 'sha256');
  expect(sha).toHaveLength(64);
  const server = await startServer({ MODEL_STORE: store, MODEL_COMMIT: sha });
  const { predictions } = (await (await server.predict({ inputs: 'I love it' })).json()) as {
    predictions: { label: string }[];
  };
  expect(predictions[0]?.label).toBe('positive');
  await server.stop();
});

test.runIf(/avx2/.test(cpu))(
  'int8 products that saturate are computed exactly, and logged, where the CPU lacks VNNI',
  async () => {
    const server = await startServer({ MODEL_COMMIT: MULTILINGUAL });
    await server.stop();
    const isExact = eventsOf(server).includes('exact_products');
    expect(isExact).toBe(saturates(MULTILINGUAL) && !/avx512_vnni|avx_vnni/.test(cpu));
  },
);

describe('models', () => {
  test('list marks the pinned version', async () => {
    const { stdout, code } = await runCommand(['models', 'list']);
    expect(stdout).toContain(`* ${PINNED.slice(0, 7)} `);
    expect(code).toBe(0);
    const json = JSON.parse((await runCommand(['models', 'list', '--json'])).stdout) as object[];
    expect(json).toContainEqual(expect.objectContaining({ commit: PINNED, pinned: true }));
  });

  test('show prints the ingredients', async () => {
    const { stdout } = await runCommand(['models', 'show', PINNED]);
    expect(stdout).toContain(`commit   ${PINNED}`);
    expect(stdout).toMatch(/model\.onnx +[\d.]+ MB {2}sha256:[0-9a-f]{64}/);
  });

  test('verify proves, and refuses what is spoilt with exit code 1', async () => {
    const good = await runCommand(['models', 'verify']);
    expect(good).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(`^${PINNED} is proven: `),
    });
    const { store, folder } = copyOfPinned();
    appendFileSync(join(folder, 'README.md'), '!');
    const bad = await runCommand(['models', 'verify', '--model-store', store]);
    expect(bad).toMatchObject({ code: 1, stderr: expect.stringContaining('README.md') });
  });

  test('profile measures texts with the server’s own code', async () => {
    const data = join(temporaryFolder(), 'data.tsv');
    const rows = [
      'label\ttext',
      'positive\tI love this',
      'negative\tDas ist wirklich schrecklich',
      '',
    ];
    writeFileSync(data, rows.join('\n'));
    const folder = join('models', MODEL, PINNED);
    const { stdout, code } = await runCommand(['models', 'profile', folder, data]);
    expect(code).toBe(0);
    const { texts, features } = JSON.parse(stdout) as {
      texts: number;
      features: Record<string, { categories: string[]; ratios: number[] }>;
    };
    expect(texts).toBe(2);
    for (const { ratios } of Object.values(features)) {
      expect(ratios.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    }
    const { categories, ratios } = features.language!;
    expect(ratios[categories.indexOf('de')]).toBe(0.5);
  });

  test.each([
    ['no header', 'positive\tI love this\n', 'expected a header with a "text" column'],
    ['a row without text', 'label\ttext\npositive\n', 'data.tsv:2: the row has no text'],
  ])('profile refuses data with %s', async (_, content, message) => {
    const data = join(temporaryFolder(), 'data.tsv');
    writeFileSync(data, content);
    const { stderr, code } = await runCommand([
      'models',
      'profile',
      join('models', MODEL, PINNED),
      data,
    ]);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});

test('serve --help has each setting with its variable, its default and its text', async () => {
  const { stdout, code } = await runCommand(['serve', '--help']);
  expect(code).toBe(0);
  const help = stdout.replaceAll(/\s+/g, ' ');
  for (const { variable, fallback, doc } of Object.values(SETTINGS)) {
    const flag = `--${variable.toLowerCase().replaceAll('_', '-')} <value>`;
    const origin = fallback ? `${variable}, default ${fallback}` : variable;
    expect.soft(help, variable).toContain(`${flag} ${doc} (${origin})`);
  }
});
