/** Commands of docs/how-to as a reader runs them: copied from the pages to a shell, with a real server. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { poll } from '../../tools/launch.mjs';
import { readDocument } from '../docs/markdown.ts';
import { shellBlocks } from '../docs/shell.ts';
import { temporaryFolder } from '../support/git-version.ts';
import { ROOT, startServer, type TestServer } from '../support/server.ts';

const TEXTS = ['What a wonderful day, @jack!', 'Guten Morgen', 'I want a refund'];
const haveJq = spawnSync('jq', ['--version']).status === 0;

/** A folder that looks like a checkout to the commands of a page. */
function checkout(): string {
  const folder = temporaryFolder();
  for (const name of ['dist', 'models', 'package.json', 'node_modules']) {
    symlinkSync(join(ROOT, name), join(folder, name));
  }
  return folder;
}

const shell = (script: string, cwd: string): string =>
  execFileSync('bash', ['-euo', 'pipefail', '-c', script], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, WORKERS: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

/** The first block of a page that has the text. @throws where there is none. */
function blockWith(page: string, text: string): string {
  const block = shellBlocks(readDocument(page)).find((each) => each.includes(text));
  if (block === undefined) {
    throw new Error(`${page} has no block with ${text}`);
  }
  return block;
}

/** The lines of a page's blocks that begin so and that end by themselves. */
function linesWith(page: string, start: string): string[] {
  return shellBlocks(readDocument(page))
    .flatMap((block) => block.split('\n'))
    .filter((line) => line.startsWith(start) && !/[\\|]$/.test(line));
}

describe('the log of a server', () => {
  const folder = checkout();
  const log = join(folder, 'server.log');
  let server: TestServer;
  let ids: string[] = [];

  const predict = async (inputs: readonly string[]): Promise<string[]> => {
    const response = await server.predict({ inputs });
    const { predictions } = (await response.json()) as { predictions: { id: string }[] };
    return predictions.map(({ id }) => id);
  };
  const isLogged = (id: string | undefined) =>
    poll(() => existsSync(log) && readFileSync(log, 'utf8').includes(String(id)), {
      accept: (found) => found,
    });

  beforeAll(async () => {
    server = await startServer({ LOG_FILE: log });
    ids = await predict(TEXTS);
    expect((await server.predict('{')).status).toBe(400);
    expect(await isLogged(ids.at(-1))).toBe(true);
  });
  afterAll(() => server?.stop());

  const LOGS = linesWith('docs/how-to/logs.md', 'node dist/main.js logs').filter(
    (line) => /--no-follow|--summary/.test(line) && (haveJq || !line.includes('jq')),
  );
  test('docs/how-to/logs.md has commands', () => {
    expect(LOGS.length).toBeGreaterThan(4);
  });
  test.each(LOGS)('%s', (line) => {
    const output = shell(line, folder);
    expect(line.includes('score-below') || output !== '').toBe(true);
  });

  test.skipIf(!haveJq)('the share of each language, from the log alone', () => {
    const output = shell(blockWith('docs/how-to/logs.md', 'map(select('), folder);
    expect(output).toMatch(/^de 33\.3/m);
    expect(output).toMatch(/^en 66\.6/m);
  });

  test.skipIf(!haveJq)(
    'docs/how-to/privacy.md: a text is found and deleted, and no other',
    async () => {
      const page = readDocument('docs/how-to/privacy.md');
      const [example = ''] = /(?<=\.id != ")[\w-]+/.exec(page) ?? [];
      const withId = (block: string): string =>
        block.replaceAll(example, String(ids[1])).replaceAll(example.slice(0, 20), String(ids[1]));
      const find = blockWith('docs/how-to/privacy.md', 'grep -l').split('\n')[0] as string;
      expect(shell(withId(find), folder)).toBe('server.log\n');
      shell(withId(blockWith('docs/how-to/privacy.md', 'mv server.log ')), folder);
      const [later] = await predict(['Good night']);
      expect(await isLogged(later)).toBe(true);
      const all = readdirSync(folder)
        .filter((name) => name.startsWith('server.log'))
        .map((name) => readFileSync(join(folder, name), 'utf8'))
        .join('');
      expect(all).not.toContain(ids[1]);
      expect([ids[0], ids[2], later].filter((id) => !all.includes(String(id)))).toEqual([]);
    },
  );

  test('docs/how-to/privacy.md shows what masking leaves of its example', async () => {
    const page = readDocument('docs/how-to/privacy.md');
    const [, text, masked] = /^`(mail .+)` is logged as\s`(.+)`/m.exec(page) ?? [];
    await predict([String(text)]);
    const line = await server.eventually(({ input }) => String(input).startsWith('mail '));
    expect(line.input).toBe(masked);
  });
});

describe('docs/how-to/score-files.md', () => {
  const folder = checkout();
  beforeAll(() => {
    const lines = TEXTS.map((text, at) => `${at},"${text}"\n`).join('');
    for (const name of ['tweets.csv', 'texts.csv']) {
      writeFileSync(join(folder, name), `n,text\n${lines}`);
    }
    const rows = TEXTS.map((text) => `${JSON.stringify({ full_text: text })}\n`).join('');
    writeFileSync(join(folder, 'texts.jsonl.gz'), gzipSync(rows));
  });

  test('the first command adds label, scores and language to each row', () => {
    shell(blockWith('docs/how-to/score-files.md', 'predict tweets.csv'), folder);
    const [header, ...rows] = readFileSync(join(folder, 'scored.csv'), 'utf8').trim().split('\n');
    expect(header).toMatch(/^n,text,label,/);
    expect(rows).toHaveLength(TEXTS.length);
  });

  test('a complete output has nothing to resume', () => {
    const line = blockWith('docs/how-to/score-files.md', '--resume');
    expect(shell(`${line.trim()} 2>&1`, folder)).toContain('there is nothing to resume');
  });

  test('compressed JSON Lines, and the summary as JSON', () => {
    const lines = linesWith('docs/how-to/score-files.md', 'gzip -dc');
    const [row = ''] = shell(lines.join('\n'), folder).split('\n');
    expect(JSON.parse(row)).toMatchObject({ full_text: TEXTS[0], label: 'positive' });
    const scored = join(folder, 'scored.csv');
    const [json = ''] = linesWith('docs/how-to/score-files.md', 'node dist/main.js predict').filter(
      (line) => line.includes('summary.json'),
    );
    shell(`rm -f ${scored}; ${json}`, folder);
    const summary = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'));
    expect(summary).toMatchObject({ rows: TEXTS.length, errors: 0 });
  });
});

describe('docs/how-to/change-the-model.md', () => {
  const TOKEN = '0123456789abcdef0123456789abcdef';
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ ADMIN_TOKEN: `alice:${TOKEN}`, KEEP_PREVIOUS: '300' });
  });
  afterAll(() => server?.stop());

  const commands = shellBlocks(readDocument('docs/how-to/change-the-model.md'))
    .flatMap((block) => block.replaceAll('\\\n', ' ').split('\n'))
    .filter((line) => line.startsWith('curl -X'));

  test('each of its changes is made', () => {
    const results = commands.map((line) => {
      const script = line
        .replace('localhost:8080', new URL(server.url).host)
        .replace(/ {2,}#.*/, '');
      return JSON.parse(shell(`TOKEN=${TOKEN}; ${script} --no-progress-meter`, ROOT));
    });
    expect(results.map(({ type, changed }) => [type, changed])).toEqual(
      ['swap', 'rollback', 'shadow', 'promote'].map((type) => [type, true]),
    );
  });
});
