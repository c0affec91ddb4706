/** Who publishes and pins, and why a version was published by force: as a store's records allow. */
import { expect, test, vi } from 'vitest';
import { whoRuns } from '../../src/commands/identity.ts';
import { judgePublication } from '../../src/commands/models/judge-publication.ts';
import { ModelError } from '../../src/version/errors.ts';
import { formatPublication } from '../../src/version/publication.ts';
import { createFolderStore } from '../../src/version/stores/folder.ts';
import { sha } from '../support/models.ts';

const { userInfo } = vi.hoisted(() => ({ userInfo: vi.fn() }));
vi.mock('node:os', async (original) => ({ ...(await original<object>()), userInfo }));
vi.mock('../../src/repository/publishable.ts', () => ({
  assertPublishable: async () => {
    throw new ModelError('unfit', `to be retrained: ${'code/file.py, '.repeat(1_000)}`);
  },
}));

test('a name that is very long is cut', async () => {
  vi.stubEnv('GIT_COMMITTER_NAME', '😀'.repeat(3_000));
  const by = await whoRuns();
  expect(by).toMatch(/^😀+…$/u);
  expect(by.length).toBeLessThan(1_000);
});

test('a user without a name, as in a container, is the number', async () => {
  vi.stubEnv('PATH', '');
  userInfo.mockImplementation(() => {
    throw Object.assign(new Error('no entry'), { syscall: 'uv_os_get_passwd', code: 'ENOENT' });
  });
  expect(await whoRuns()).toBe(`user ${process.getuid?.()}`);
});

test('a reason that is very long is cut, and the version can be published', async () => {
  userInfo.mockReturnValue({ username: 'user' });
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const publication = await judgePublication(createFolderStore('.'), 'model', sha('a'), true);
  expect(publication.forced).toMatch(/^to be retrained: code.*…$/);
  expect(formatPublication(publication).byteLength).toBeGreaterThan(1_000);
});
