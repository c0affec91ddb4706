import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRepository, PLAIN_GIT, temporaryFolder } from '../support/git-version.ts';
import { createModelRepository } from '../support/model-repository.ts';
import { MODEL, PINNED, pinnedJson } from '../support/pinned.ts';
import { MAIN, ROOT, runCommand } from '../support/server.ts';

interface Golden {
  readonly texts: {
    readonly kind: string;
    readonly text: string;
    readonly ids?: number[];
    readonly scores: Record<string, number>;
  }[];
}

const readGolden = (folder: string): Golden =>
  JSON.parse(readFileSync(join(folder, 'golden.json'), 'utf8'));

/** A repository with the files of the pinned model. */
function createModelFolder(): string {
  const { folder } = createRepository();
  for (const path of ['model.onnx', 'tokenizer.json', 'config.json']) {
    cpSync(join(ROOT, 'models', MODEL, PINNED, path), join(folder, path));
  }
  return folder;
}

function makeGolden(folder: string, texts: string | Buffer, ...args: string[]) {
  const file = join(temporaryFolder(), 'texts');
  writeFileSync(file, texts);
  return runCommand(
    ['models', 'golden', 'make', '--texts', file, '--repository', folder, ...args],
    PLAIN_GIT,
  );
}

test('models golden make writes the scores that the training of the version recorded', async () => {
  const folder = createModelFolder();
  const recorded = pinnedJson<Golden>('golden.json');
  const lines = recorded.texts.map(({ kind, text }) => JSON.stringify({ kind, text }));
  const { code, stdout } = await makeGolden(folder, lines.join('\n'), '--json');
  expect(code).toBe(0);
  const made = readGolden(folder);
  expect(JSON.parse(stdout)).toEqual({
    path: 'golden.json',
    texts: recorded.texts.length,
    withIds: 0,
  });
  made.texts.forEach(({ kind, text, scores }, at) => {
    expect({ kind, text }).toEqual({
      kind: recorded.texts[at]?.kind,
      text: recorded.texts[at]?.text,
    });
    for (const [label, score] of Object.entries(scores)) {
      expect(score).toBeCloseTo(recorded.texts[at]?.scores[label] as number, 2);
    }
  });
});

test('models golden make has texts of its own, which models commit accepts', async () => {
  const repository = await createModelRepository();
  const { code, stdout } = await runCommand(
    ['models', 'golden', 'make', '--repository', repository.folder],
    PLAIN_GIT,
  );
  expect(code).toBe(0);
  const { texts } = readGolden(repository.folder);
  expect(stdout).toBe(`golden.json: ${texts.length} texts, 0 of them with token ids\n`);
  const listed = await runCommand(['models', 'golden', 'texts']);
  expect(
    listed.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual(texts.map(({ kind, text }) => ({ kind, text })));
  repository.train();
  expect(await repository.commitVersion()).toMatchObject({ code: 0, stderr: '' });
});

test('models golden make reads a text a line from standard input', () => {
  const folder = createModelFolder();
  const args = [MAIN, 'models', 'golden', 'make', '--texts', '-', '--repository', folder];
  execFileSync(process.execPath, args, { input: 'What a day!\r\n\nGuten Morgen\n' });
  expect(readGolden(folder).texts.map(({ kind, text }) => [kind, text])).toEqual([
    ['own', 'What a day!'],
    ['own', 'Guten Morgen'],
  ]);
});

/** “What a day!”, of the pinned version. */
const IDS = [101, 2054, 1037, 2154, 999, 102];

test('token ids of the training are kept if the server has the same, and refused otherwise', async () => {
  const folder = createModelFolder();
  const line = (ids: number[]): string => JSON.stringify({ text: 'What a day!', ids });
  expect((await makeGolden(folder, line(IDS))).code).toBe(0);
  expect(readGolden(folder).texts[0]?.ids).toEqual(IDS);
  for (const [ids, expected, found] of [
    [[...IDS.slice(0, 3), 7, ...IDS.slice(4)], 'token 3: expected 7', 'found 2154'],
    [IDS.slice(0, -1), 'token 5: expected the end', 'found 102'],
    [[...IDS, 102], 'token 6: expected 102', 'found the end'],
  ] as const) {
    const { code, stderr } = await makeGolden(folder, line([...ids]));
    expect(code).toBe(2);
    expect(stderr).toContain(`tokenizer.json: "What a day!": ${expected}, ${found}`);
  }
});

test('a version whose golden ids the server does not compute is refused by commit', async () => {
  const repository = await createModelRepository();
  const record = (ids: number[]): void => {
    repository.edit('golden.json', (golden) => {
      const texts = golden.texts as object[];
      Object.assign(texts.find((each) => 'text' in each && each.text === 'ok') as object, { ids });
    });
    repository.train();
  };
  record([101, 1, 102]);
  const refused = await repository.commitVersion();
  expect(refused.stderr).toContain(
    'tokenizer.json: "ok": token 1: expected 1, found 7929: the server reads this tokenizer differently',
  );
  expect(refused.code).not.toBe(0);
  record([101, 7929, 102]);
  expect(await repository.commitVersion()).toMatchObject({ code: 0, stderr: '' });
});

test.each<[string, string, string]>([
  ['no text', '\n', 'texts: expected a text a line, or JSON lines such as {"text": "What a day!"}'],
  ['a broken line', '{"text": "a"}\n{"text"\n', 'texts:2 is not JSON'],
  ['another key', '{"txt": "a"}\n', 'texts:1: '],
  ['a blank text', '{"text": " "}\n', 'texts:1: text: expected a text that is not blank'],
])('models golden make refuses %s', async (_, texts, message) => {
  const { code, stdout, stderr } = await makeGolden(createModelFolder(), texts);
  expect(stderr).toContain(message);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});

test('models golden make needs a model', () => {
  const { folder } = createRepository();
  const args = [MAIN, 'models', 'golden', 'make', '--repository', folder];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(status).toBe(2);
  expect(stderr).toContain('model.onnx does not exist: train the model first');
});

test.each([
  ['another encoding', Buffer.from('gr\u00fcn\n', 'latin1'), 'expected text in UTF-8, found bytes'],
  ['a byte order mark', '\ufeff{"text": "a"}\n', 'expected UTF-8 without a byte order mark'],
])('texts in %s are refused', async (_, texts, message) => {
  const { code, stderr } = await makeGolden(createModelFolder(), texts);
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
});
