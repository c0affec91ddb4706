/** Requests to another process that wait for their response. */
export interface Pending<T> {
  /**
   * @param send sends the request with its id.
   * @returns the response; undefined where none comes within `timeoutMs`.
   */
  request(send: (id: number) => void, timeoutMs: number): Promise<T | undefined>;
  resolve(id: number, value: T): void;
}

export function createPending<T>(): Pending<T> {
  const open = new Map<number, (value: T | undefined) => void>();
  let lastId = 0;
  return {
    request: (send, timeoutMs) =>
      new Promise((resolve) => {
        lastId++;
        const id = lastId;
        const settle = (value: T | undefined): void => {
          clearTimeout(timer);
          open.delete(id);
          resolve(value);
        };
        // What else keeps the process running is what could respond.
        const timer = setTimeout(settle, timeoutMs, undefined).unref();
        open.set(id, settle);
        send(id);
      }),
    resolve: (id, value) => open.get(id)?.(value),
  };
}
