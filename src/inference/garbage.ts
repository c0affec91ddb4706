/** Frees the memory that loading a model has used. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const DELAY_MS = 1_000;

/**
 * Collects this thread's garbage once, soon. V8 would keep what loading has left until requests allocate
 * enough: docs/decisions/0009-batching-and-sessions.md.
 */
export function collectGarbageSoon(): void {
  setTimeout(() => {
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
  }, DELAY_MS).unref();
}
