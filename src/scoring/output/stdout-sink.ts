/** Standard output, as fast as its reader takes it. */
import { hasSystemCode } from '../../errors.ts';
import { ScoringError } from '../scoring-error.ts';
import type { Sink } from './sink.ts';

/** @throws ScoringError `reader-gone`, by `write`, where the reader has closed its end of the pipe. */
export function openStdout(): Sink {
  return {
    write: (text) =>
      new Promise((resolve, reject) => {
        process.stdout.write(text, (error) => {
          if (!error) {
            resolve();
          } else if (hasSystemCode(error, 'EPIPE')) {
            const message = 'the reader of standard output has gone';
            reject(new ScoringError('reader-gone', message, { cause: error }));
          } else {
            reject(Object.assign(error, { path: 'standard output' }));
          }
        });
      }),
    checkpoint: async () => undefined,
    complete: async () => undefined,
    close: async () => undefined,
  };
}
