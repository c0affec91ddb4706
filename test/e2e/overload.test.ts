/** Requests that take long, beside others. */
import { expect, test } from 'vitest';
import { MULTILINGUAL } from '../support/pinned.ts';
import { startServer } from '../support/server.ts';

test('a single text is answered while 64 texts are classified that take as long as a text can', async () => {
  const server = await startServer({
    ...{ MODEL_COMMIT: MULTILINGUAL, WORKERS: '1', REQUEST_TIMEOUT_MS: '60000' },
  });
  // The tokenizer replaces each character by 18 letters.
  const inputs = Array.from({ length: 64 }, (_, index) =>
    `${index}${'\ufdfa'.repeat(10_000)}`.slice(0, 10_000),
  );
  const answered: string[] = [];
  const large = server.predict({ inputs }).then(({ status }) => {
    answered.push('large');
    return status;
  });
  await server.untilCounted('classifier_queue_length');
  const { status } = await server.predict({ inputs: 'a single text' });
  answered.push('single');
  expect([status, await large]).toEqual([200, 200]);
  expect(answered).toEqual(['single', 'large']);
  await server.stop();
});
