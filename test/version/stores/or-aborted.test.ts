import { expect, test } from 'vitest';
import { orAborted } from '../../../src/version/stores/or-aborted.ts';

const pending = new Promise<never>(() => undefined);

test('a promise that does not settle ends with the signal, also where it was aborted before', async () => {
  const controller = new AbortController();
  const waiting = orAborted(pending, controller.signal);
  controller.abort(new Error('stopped'));
  await expect(waiting).rejects.toThrow('stopped');
  await expect(orAborted(pending, controller.signal)).rejects.toThrow('stopped');
  await expect(orAborted(Promise.reject(new Error('late')), controller.signal)).rejects.toThrow(
    'stopped',
  );
});

test('otherwise it is the promise', async () => {
  const { signal } = new AbortController();
  expect(await orAborted(Promise.resolve(1), signal)).toBe(1);
  await expect(orAborted(Promise.reject(new Error('own')), signal)).rejects.toThrow('own');
});
