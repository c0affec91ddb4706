/** Requests JSON for a component. */
import { useEffect, useState } from 'preact/hooks';
import { errorText, RefusedError, requestJson } from '../api.ts';

export interface Requested<T> {
  /** Undefined until the first answer, and after an error. */
  readonly value: T | undefined;
  /** A sentence for the reader. */
  readonly error: string | undefined;
  readonly needsKey: boolean;
}

const WAITING = { value: undefined, error: undefined, needsKey: false };

/** @param version another number requests it again; the value before stays until then. */
export function useJson<T>(path: string, version = 0): Requested<T> {
  const [state, setState] = useState<Requested<T> & { readonly path: string }>({
    ...WAITING,
    path,
  });
  useEffect(() => {
    let isCurrent = true;
    const set = (requested: Requested<T>): void => {
      if (isCurrent) {
        setState({ ...requested, path });
      }
    };
    requestJson<T>(path).then(
      (value) => set({ value, error: undefined, needsKey: false }),
      (error: unknown) =>
        set({
          value: undefined,
          error: errorText(error),
          needsKey: error instanceof RefusedError && error.needsKey,
        }),
    );
    return () => {
      isCurrent = false;
    };
  }, [path, version]);
  return state.path === path ? state : WAITING;
}
