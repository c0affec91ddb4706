/** The texts of a running batch whose results are not needed any more. */

/**
 * @returns one element for each text; 1 means that it was given up. The memory is shared with the worker
 * that runs the batch: it receives no messages while it is busy.
 */
export function createGivenUp(texts: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(texts));
}
