import { expect, test } from 'vitest';
import { createPending } from '../../src/cluster/pending.ts';

const timers = (): number =>
  process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;

test('a request that nobody answers any more does not keep the process running', () => {
  const before = timers();
  void createPending().request(() => undefined, 60_000);
  expect(timers()).toBe(before);
});

test('a request is answered once, or not in time', async () => {
  const pending = createPending<string>();
  const answered = pending.request((id) => {
    pending.resolve(id, 'first');
    pending.resolve(id, 'second');
  }, 60_000);
  expect(await answered).toBe('first');
  const keepsRunning = setInterval(() => undefined, 1_000);
  expect(await pending.request(() => undefined, 1)).toBeUndefined();
  clearInterval(keepsRunning);
});
