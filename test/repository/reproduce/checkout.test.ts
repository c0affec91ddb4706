/** The folders of a reproduction. */
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeSystemError } from '../../../src/errors.ts';
import { writeFiles } from '../../../src/repository/reproduce/checkout.ts';

test.runIf(existsSync('/dev/full'))(
  'a full disk is reported with the file that has no space',
  async () => {
    const error = await writeFiles('/dev', new Map([['full', Buffer.from('ingredient')]])).catch(
      (reason: NodeJS.ErrnoException) => reason,
    );
    expect(describeSystemError(error as NodeJS.ErrnoException)).toBe(
      "/dev/full can't be written: no space is left on the disk",
    );
  },
);
