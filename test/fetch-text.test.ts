/** Answers of servers that are slow or large. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'rolldown';
import { expect, test } from 'vitest';
import { fetchText } from '../src/fetch-text.ts';
import { answering } from './support/answering.ts';
import { ROOT } from './support/server.ts';

test('the text, status and headers of an answer', async () => {
  const url = await answering((req, res) => {
    res.writeHead(418, { 'x-seen': `${req.method} ${req.headers['x-sent']}` }).end('é');
  });
  const answer = await fetchText(url, {
    ...{ method: 'POST', headers: { 'x-sent': '1' } },
    timeoutMs: 60_000,
  });
  expect([answer.status, answer.headers.get('x-seen'), answer.text]).toEqual([418, 'POST 1', 'é']);
});

test('the time is over although the body goes on and garbage was collected', async () => {
  const url = await answering((_req, res) => {
    const timer = setInterval(() => res.write(' '), 50);
    res.on('close', () => clearInterval(timer));
    res.write('{');
  });
  // In a process of its own: what runs tests keeps objects from being collected.
  const { output } = await build({
    input: join(ROOT, 'src/fetch-text.ts'),
    ...{ platform: 'node', write: false },
  });
  const script = `${output[0].code}
    setTimeout(() => { for (let i = 0; i < 5; i++) gc(); }, 700);
    setTimeout(() => { console.log('still reading'); process.exit(); }, 30_000);
    console.log(await fetchText('${url}', { redirect: 'error', timeoutMs: 1_500 }).catch(({ name }) => name));
    process.exit();`;
  const run = promisify(execFile)(process.execPath, [
    '--expose-gc',
    '--input-type=module',
    '-e',
    script,
  ]);
  expect((await run).stdout).toBe('TimeoutError\n');
});

test('a large answer is not read to its end', async () => {
  const url = await answering((_req, res) => {
    const write = (): void => {
      while (res.write('x'.repeat(65_536))) {}
      res.once('drain', write);
    };
    write();
  });
  const failing = fetchText(url, { timeoutMs: 60_000, maxBytes: 100_000 });
  await expect(failing).rejects.toMatchObject({ code: 'too-large' });
});
