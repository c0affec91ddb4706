/** Questions to another process that wait for their answer. */
export interface Pending<T> {
  /**
   * @param send sends the question under its id.
   * @returns the answer; undefined where none comes within `timeoutMs`.
   */
  ask(send: (id: number) => void, timeoutMs: number): Promise<T | undefined>;
  answer(id: number, value: T): void;
}

export function createPending<T>(): Pending<T> {
  const open = new Map<number, (value: T | undefined) => void>();
  let lastId = 0;
  return {
    ask: (send, timeoutMs) =>
      new Promise((resolve) => {
        lastId++;
        const id = lastId;
        const settle = (value: T | undefined): void => {
          clearTimeout(timer);
          open.delete(id);
          resolve(value);
        };
        const timer = setTimeout(settle, timeoutMs, undefined);
        open.set(id, settle);
        send(id);
      }),
    answer: (id, value) => open.get(id)?.(value),
  };
}
