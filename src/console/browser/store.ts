/** The state of the page: the last data of the server, requested every two seconds. */
import type { ConsoleData, FleetHistory } from '../../api/console.ts';
import type { ModelCard } from '../../api/model.ts';
import { errorText, RefusedError, requestJson, storedKey, storeKey } from './api.ts';
import type { Actions, Scope, State } from './state.ts';

const INTERVAL_MS = 2000;
const TIMEOUT_MS = 5000;
/** As often as the server asks Prometheus. */
const FLEET_INTERVAL_MS = 10_000;

export interface Store extends Actions {
  state(): State;
  start(): void;
}

/** @param onChange called after each change of the state. */
export function createStore(onChange: () => void): Store {
  let state: Omit<State, 'ageSeconds' | 'scope'> = {
    data: undefined,
    contact: 'answered',
    fleet: undefined,
    isKeyRefused: false,
    isPaused: false,
    card: undefined,
    cardError: undefined,
  };
  let chosenScope: Scope | undefined;
  let receivedAt = performance.now();
  let fleetAt = Number.NEGATIVE_INFINITY;
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

  const scope = (): Scope =>
    chosenScope ?? (hasPrometheus(state.data?.fleet.status) ? '1h' : 'replica');

  const loadFleet = async (): Promise<void> => {
    const range = scope();
    const isFresh = performance.now() - fleetAt < FLEET_INTERVAL_MS;
    if (range === 'replica' || isFresh) {
      return;
    }
    fleetAt = performance.now();
    const fleet = await requestJson<FleetHistory>(`/console/fleet?range=${range}`).catch(
      (error): FleetHistory => ({ status: 'unavailable', reason: errorText(error) }),
    );
    // Another one may have been chosen meanwhile.
    if (range === scope()) {
      change({ fleet });
    }
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
      // With the new data, the scope may be another one.
      setTimeout(loadFleet);
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
    state: (): State => ({
      ...state,
      scope: scope(),
      ageSeconds: (performance.now() - receivedAt) / 1000,
    }),
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
    showScope(wanted) {
      chosenScope = wanted;
      fleetAt = Number.NEGATIVE_INFINITY;
      change({});
      void loadFleet();
    },
    enterKey(key) {
      storeKey(key);
      void poll();
    },
  };
}

/** Also where it can't be reached: the reader learns it. */
function hasPrometheus(status: ConsoleData['fleet']['status'] | undefined): boolean {
  return status === 'ok' || status === 'unavailable';
}
