/** Who publishes and pins, and why a version was published by force: as a store's records allow. */
import { expect, test } from 'vitest';
import { whoRuns } from '../../src/commands/identity.ts';
import { forcedReason } from '../../src/commands/models/judge-publication.ts';
import { formatPublication } from '../../src/version/publication.ts';

test('a name that is very long is cut', async () => {
  const by = await whoRuns({ ...process.env, GIT_COMMITTER_NAME: '😀'.repeat(3_000) });
  expect(by).toMatch(/^😀+…$/u);
  expect(by.length).toBeLessThan(1_000);
});

test('a user without a name, as in a container, is the number', async () => {
  const by = await whoRuns({ PATH: '/nowhere' }, () => {
    throw Object.assign(new Error('no entry'), { syscall: 'uv_os_get_passwd', code: 'ENOENT' });
  });
  expect(by).toBe(`user ${process.getuid?.()}`);
});

test('a reason that is very long is cut, and the version can be published', () => {
  const forced = forcedReason(`to be retrained: ${'code/file.py, '.repeat(1_000)}`);
  expect(forced).toMatch(/^to be retrained: code.*…$/);
  const publication = { time: new Date().toISOString(), by: 'a', forced };
  expect(formatPublication(publication).byteLength).toBeGreaterThan(1_000);
});
