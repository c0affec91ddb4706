/** Text that people and their programs wrote. */
import { constants } from 'node:buffer';
import { mismatch } from '../errors.ts';
import { ModelError } from '../version/errors.ts';

/**
 * A byte order mark is kept.
 *
 * @param origin of the bytes, for the message.
 * @throws ModelError `unfit` for bytes that are no UTF-8: they would be replaced otherwise.
 */
export function decodeUtf8(bytes: Uint8Array, origin: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const [expected, found] =
      code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
        ? ['text in UTF-8', 'bytes of another encoding']
        : [`at most ${constants.MAX_STRING_LENGTH} characters`, 'more: divide it'];
    throw new ModelError('unfit', mismatch(origin, expected, found), { cause });
  }
}

/** @throws ModelError `unfit` also for a byte order mark. */
export function decodePlainUtf8(bytes: Uint8Array, origin: string): string {
  const text = decodeUtf8(bytes, origin);
  if (text.startsWith('\ufeff')) {
    throw new ModelError('unfit', mismatch(origin, 'UTF-8 without a byte order mark', 'one'));
  }
  return text;
}
