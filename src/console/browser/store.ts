/** The state of the page: the last data of the server, requested every two seconds. */
import type { ConsoleData } from '../../api/console.ts';
import type { ModelCard } from '../../api/model.ts';
import { errorText, RefusedError, requestJson, storedKey, storeKey } from './api.ts';
import type { Actions, State } from './state.ts';

const INTERVAL_MS = 2000;
const TIMEOUT_MS = 5000;

export interface Store extends Actions {
  state(): State;
  start(): void;
}

/** @param onChange called after each change of the state. */
export function createStore(onChange: () => void): Store {
  let state: Omit<State, 'ageSeconds'> = {
    data: undefined,
    contact: 'answered',
    isKeyRefused: false,
    isPaused: false,
    card: undefined,
    cardError: undefined,
  };
  let receivedAt = performance.now();
  let timer: number | undefined;
  let isRequesting = false;
  let isLoadingCard = false;

  const change = (changed: Partial<typeof state>): void => {
    state = { ...state, ...changed };
    onChange();
  };

  /** Loads the card of a version that has none yet; after an error, the next poll tries again. */
  const loadCard = async ({ model }: ConsoleData): Promise<void> => {
    if (!model || model.commit === state.card?.commit || isLoadingCard) {
      return;
    }
    isLoadingCard = true;
    try {
      change({ card: await requestJson<ModelCard>('/model'), cardError: undefined });
    } catch (error) {
      change({ card: undefined, cardError: errorText(error) });
    }
    isLoadingCard = false;
  };

  const poll = async (): Promise<void> => {
    clearTimeout(timer);
    if (isRequesting) {
      return;
    }
    isRequesting = true;
    let changed: Partial<typeof state>;
    try {
      const data = await requestJson<ConsoleData>('/console/data', { timeoutMs: TIMEOUT_MS });
      receivedAt = performance.now();
      changed = { data, contact: 'answered', isKeyRefused: false };
      void loadCard(data);
    } catch (error) {
      const needsKey = error instanceof RefusedError && error.needsKey;
      changed = {
        contact: needsKey ? 'needs-key' : 'silent',
        isKeyRefused: needsKey && storedKey() !== null,
      };
    }
    isRequesting = false;
    // Without the right key, another request would be refused as well.
    if (!document.hidden && !state.isPaused && changed.contact !== 'needs-key') {
      timer = setTimeout(poll, INTERVAL_MS);
    }
    change(changed);
  };
  const refresh = (): void => {
    if (!state.isPaused) {
      void poll();
    }
  };

  return {
    state: (): State => ({ ...state, ageSeconds: (performance.now() - receivedAt) / 1000 }),
    start() {
      document.addEventListener('visibilitychange', () => {
        if (!document.hidden) {
          refresh();
        }
      });
      refresh();
    },
    refresh,
    togglePause() {
      change({ isPaused: !state.isPaused });
      if (state.isPaused) {
        clearTimeout(timer);
      } else {
        refresh();
      }
    },
    enterKey(key) {
      storeKey(key);
      void poll();
    },
  };
}
