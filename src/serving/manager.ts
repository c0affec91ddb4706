/**
 * Which version serves. The state here is the only one: `/readyz`, `/model`, headers, gauges and the log
 * read it. A served model is held by leases, so that it ends when its last request has its answer
 * (TensorFlow Serving's manager and servable handles).
 */
import { ServingError } from './errors.ts';
import type { ServedModel } from './served-model.ts';
import {
  addFailure,
  describeTrouble,
  type StoreFailure,
  type StoreTrouble,
} from './store-trouble.ts';

export type ServingState =
  /** The commit is unknown until a remote store has answered which one it pins. */
  | LoadingState
  | { readonly status: 'ready'; readonly commit: string; readonly model: ServedModel }
  /** Not ready any more. What serves answers accepted requests, and new ones while `isAccepting`. */
  | {
      readonly status: 'draining';
      readonly isAccepting: boolean;
      readonly commit: string | undefined;
      readonly model: ServedModel | undefined;
    };

interface LoadingState {
  readonly status: 'loading';
  readonly commit: string | undefined;
  /** Undefined while the store answers. */
  readonly trouble: StoreTrouble | undefined;
}

/** A hold on the served model for one request. */
export interface Lease {
  readonly model: ServedModel;
  /** To be called once, when the request no longer needs the model. */
  release(): void;
}

/** Brings the first version to where it can serve. */
export interface Load {
  /**
   * @param onCommit called when the commit becomes known.
   * @param onStore called when the store has failed, or answers again.
   */
  run(
    onCommit: (commit: string) => void,
    onStore: (failure: StoreFailure | undefined) => void,
  ): Promise<ServedModel>;
  /** Awaited between loading and serving, such as for other processes that load the same version. */
  beforeServing?(model: ServedModel): Promise<void>;
}

export interface Manager {
  state(): ServingState;
  /** The model that serves, also while the server drains. */
  model(): ServedModel | undefined;
  /** The model, where the server is ready. @throws ServingError `not-ready` or `draining`. */
  readyModel(): ServedModel;
  /**
   * The model that new requests are answered by, without a lease: for what is read at once.
   *
   * @throws ServingError `not-ready` or `draining` where no new request is accepted.
   */
  acceptingModel(): ServedModel;
  /** The same, held until the lease is released. @throws as `acceptingModel`. */
  acquire(): Lease;
  /** Whether a model answers requests: it serves, or its last requests have not ended. No candidate does. */
  isAnswering(model: ServedModel): boolean;
  /** Loads the first version and then serves it. Rejects with the load's error. */
  start(load: Load): Promise<ServedModel>;
  /**
   * Answers new requests by another model; where the server drains, those that it still accepts.
   *
   * @returns the model before, which stays open until `retire`.
   */
  replace(model: ServedModel): ServedModel | undefined;
  /** Closes a model that answers no new requests, when its last lease has been released. */
  retire(model: ServedModel): Promise<void>;
  /** From now on it is not ready; new requests are still accepted. */
  drain(): void;
  /** From now on nothing new is accepted; waits until the leases have been released, and closes the model. */
  close(): Promise<void>;
}

/** A model and the leases on it. */
interface Servable {
  readonly model: ServedModel;
  leases: number;
  /** Called when the last lease is released; set once it is retired. */
  onUnused?: () => void;
  /** Resolves when it is closed; set once it is retired. */
  closed?: Promise<void>;
}

/** @param commit of the version that is loaded first, if it is known already. */
export function createManager(commit: string | undefined): Manager {
  let state: ServingState = { status: 'loading', commit, trouble: undefined };
  let current: Servable | undefined;
  /** Those that have answered requests and are not closed. */
  const open = new Map<ServedModel, Servable>();

  const hold = (model: ServedModel): Servable => {
    const servable = open.get(model) ?? { model, leases: 0 };
    open.set(model, servable);
    return servable;
  };
  const onLoading: OnLoading = (change) => {
    state = state.status === 'loading' ? { ...state, ...change(state) } : state;
  };
  const drain = (isAccepting: boolean): void => {
    state = { status: 'draining', isAccepting, commit: state.commit, model: current?.model };
  };
  const replace = (model: ServedModel): ServedModel | undefined => {
    const before = current?.model;
    current = hold(model);
    state =
      state.status === 'draining'
        ? { ...state, commit: model.commit, model }
        : { status: 'ready', commit: model.commit, model };
    return before;
  };
  const retire = (model: ServedModel): Promise<void> => {
    const servable = hold(model);
    servable.closed ??= untilUnused(servable).then(async () => {
      open.delete(model);
      await model.classifier.close();
    });
    return servable.closed;
  };
  return {
    state: () => state,
    model: () => current?.model,
    readyModel: () => modelIfReady(state),
    acceptingModel: () => acceptingModel(state),
    acquire: () => {
      acceptingModel(state);
      return lease(current as Servable);
    },
    isAnswering: (model) => model === current?.model || (open.get(model)?.leases ?? 0) > 0,
    start: async (load) => {
      const model = await runLoad(load, onLoading);
      // It shows in the gauges from now on; it predicts once the others are ready.
      current = hold(model);
      await load.beforeServing?.(model);
      replace(model);
      return model;
    },
    replace,
    retire,
    drain: () => drain(state.status === 'ready'),
    close: async () => {
      drain(false);
      await Promise.all([...open.keys()].map(retire));
    },
  };
}

type OnLoading = (change: (before: LoadingState) => Partial<LoadingState>) => void;

function runLoad(load: Load, onLoading: OnLoading): Promise<ServedModel> {
  return load.run(
    (commit) => onLoading(() => ({ commit, trouble: undefined })),
    (failure) =>
      onLoading(({ trouble }) => ({
        trouble: failure && addFailure(trouble, failure, performance.now()),
      })),
  );
}

function modelIfReady(state: ServingState): ServedModel {
  switch (state.status) {
    case 'ready':
      return state.model;
    case 'loading':
      throw new ServingError('not-ready', describeLoading(state));
    case 'draining':
      throw new ServingError('draining', 'The server answers what it has accepted, then ends');
  }
}

function describeLoading({ commit, trouble }: LoadingState): string {
  const step =
    commit === undefined
      ? 'The store has not yet returned which model to serve'
      : `Model ${commit} is being loaded and checked`;
  return trouble ? `${step}: ${describeTrouble(trouble, performance.now())}` : step;
}

/** The model that new requests are answered by. */
function acceptingModel(state: ServingState): ServedModel {
  const { status } = state;
  return status === 'draining' && state.isAccepting && state.model
    ? state.model
    : modelIfReady(state);
}

function lease(servable: Servable): Lease {
  servable.leases++;
  let isReleased = false;
  return {
    model: servable.model,
    release: () => {
      if (isReleased) {
        return;
      }
      isReleased = true;
      servable.leases--;
      if (servable.leases === 0) {
        servable.onUnused?.();
      }
    },
  };
}

async function untilUnused(servable: Servable): Promise<void> {
  if (servable.leases > 0) {
    await new Promise<void>((resolve) => {
      servable.onUnused = resolve;
    });
  }
}
