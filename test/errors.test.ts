import { expect, test } from 'vitest';
import { describeSystemError } from '../src/errors.ts';

test('an error of a file that was open, as on a full disk, has its name', () => {
  const error = Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    syscall: 'write',
  });
  expect(describeSystemError(error, 'store/model/PINNED')).toBe(
    "store/model/PINNED can't be written: no space is left on the disk",
  );
  expect(describeSystemError(error)).toContain('the file');
});
