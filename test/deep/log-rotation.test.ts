/** The prediction log while its file is rotated, under load, and when the server stops. */
import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { poll } from '../../tools/launch.mjs';
import { temporaryFolder } from '../support/git-version.ts';
import { startServer } from '../support/server.ts';

/**
 * Lines of 10 kB fill the 64 MiB of a file soon; a word that long is one token to the model. No text
 * comes twice: repeats would fill more files than are kept.
 */
const TEXT = `a long word: ${'abcdefghij'.repeat(980)}`;
const CONNECTIONS = 8;
const BATCH = 16;

test('each answered prediction has one line, and no other has one', async () => {
  const folder = temporaryFolder();
  const log = { LOG_FILE: join(folder, 'server.log'), LOG_INPUT_CHARS: '10000' };
  const server = await startServer({ ...log, CACHE_SIZE: '0' });
  onTestFinished(() => void server.process.kill('SIGKILL'));
  const answered: string[] = [];
  let isStopping = false;
  let sent = 0;
  const next = (): string => {
    sent++;
    return `${TEXT}${sent}`;
  };
  const client = async (): Promise<void> => {
    while (!isStopping) {
      const response = await server.predict({ inputs: Array.from({ length: BATCH }, next) });
      if (response.status === 200) {
        const { predictions } = (await response.json()) as { predictions: { id: string }[] };
        answered.push(...predictions.map(({ id }) => id));
      }
    }
  };
  // A client that is refused or cut off by the stop has no answer, and ends.
  const clients = Array.from({ length: CONNECTIONS }, () => client().catch(() => undefined));
  const found = await poll(() => readdirSync(folder), {
    accept: (names) => names.includes('server.log.2'),
    timeoutMs: 200_000,
  });
  expect(found).toContain('server.log.2');
  // Sent while all of them wait for an answer.
  const stopped = server.stop('SIGTERM');
  isStopping = true;
  await Promise.all(clients);
  expect((await stopped).code).toBe(0);

  const logged: string[] = [];
  for (const name of readdirSync(folder)) {
    for await (const line of createInterface({ input: createReadStream(join(folder, name)) })) {
      const { event, id } = JSON.parse(line) as { event: string; id: string };
      if (event === 'prediction') {
        logged.push(id);
      }
    }
  }
  expect(logged.length).toBe(answered.length);
  expect(logged.sort()).toEqual(answered.sort());
});
