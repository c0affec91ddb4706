/** Asks for the data every two seconds, as long as somebody looks. */
import { askJson, Refusal } from './api.ts';
import type { Contact } from './status.ts';
import type { ConsoleData } from './types.ts';

const INTERVAL_MS = 2000;
const TIMEOUT_MS = 5000;

export interface Poll {
  /** The newest that was told, also while the server is silent. */
  readonly data: ConsoleData | undefined;
  readonly contact: Contact;
  /** Seconds since the data came. */
  readonly age: number;
  readonly paused: boolean;
}

export interface Poller {
  current(): Poll;
  /** Asks at once instead of in a while. */
  now(): void;
  setPaused(paused: boolean): void;
}

/** @param onData told of each answer and of each silence. */
export function startPolling(onData: (poll: Poll) => void): Poller {
  let data: ConsoleData | undefined;
  let heardAt = performance.now();
  let failure: 'silent' | 'wants-key' | undefined;
  let paused = false;
  let timer: number | undefined;
  let asking = false;

  const current = (): Poll => {
    const age = (performance.now() - heardAt) / 1000;
    const contact: Contact =
      failure === undefined
        ? { kind: 'answered' }
        : failure === 'silent'
          ? { kind: 'silent', seconds: age }
          : { kind: 'wants-key' };
    return { data, contact, age, paused };
  };

  const poll = async (): Promise<void> => {
    clearTimeout(timer);
    if (asking) {
      return;
    }
    asking = true;
    try {
      data = await askJson<ConsoleData>('/console/data', { timeoutMs: TIMEOUT_MS });
      heardAt = performance.now();
      failure = undefined;
    } catch (error) {
      failure = error instanceof Refusal && error.wantsKey ? 'wants-key' : 'silent';
    }
    asking = false;
    // Without the right key it is of no use to ask again.
    if (!document.hidden && !paused && failure !== 'wants-key') {
      timer = setTimeout(poll, INTERVAL_MS);
    }
    onData(current());
  };
  const now = (): void => void poll();

  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && !paused) {
      now();
    }
  });
  now();
  return {
    current,
    now,
    setPaused(wanted) {
      paused = wanted;
      if (paused) {
        clearTimeout(timer);
      } else {
        now();
      }
    },
  };
}
