/**
 * Which version serves. The state here is the only one: `/readyz`, `/model`, headers, gauges and the log
 * read it. A served model is held by leases, so that it ends when its last request has its answer
 * (TensorFlow Serving's manager and servable handles).
 */
import { ServingError } from './errors.ts';
import type { ServedModel } from './served-model.ts';

export type ServingState =
  /** The commit is unknown until a remote store has answered which one it pins. */
  | { readonly status: 'loading'; readonly commit: string | undefined }
  /** `next` is the commit that is being loaded to replace the model. */
  | {
      readonly status: 'ready';
      readonly commit: string;
      readonly model: ServedModel;
      readonly next?: string | undefined;
    }
  /** Not ready any more. What serves answers accepted requests, and new ones while `isAccepting`. */
  | {
      readonly status: 'draining';
      readonly isAccepting: boolean;
      readonly commit: string | undefined;
      readonly model: ServedModel | undefined;
    };

/** A hold on the served model for one request. */
export interface Lease {
  readonly model: ServedModel;
  /** To be called once, when the request no longer needs the model. */
  release(): void;
}

/** Brings a version to where it can serve. */
export interface Load {
  /** Undefined until a remote store has answered. */
  readonly commit: string | undefined;
  /** @param onCommit called when the commit becomes known. */
  run(onCommit: (commit: string) => void): Promise<ServedModel>;
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
  /**
   * Loads a version and then serves it; the one before is closed when its last lease is released.
   *
   * Rejects with the load's error, and what served goes on to serve.
   */
  serve(load: Load): Promise<ServedModel>;
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
}

/** @param commit of the version that is loaded first, if it is known already. */
export function createManager(commit: string | undefined): Manager {
  let state: ServingState = { status: 'loading', commit };
  let current: Servable | undefined;

  const announce = (next: string | undefined): void => {
    if (state.status === 'loading') {
      state = { status: 'loading', commit: next };
    } else if (state.status === 'ready') {
      state = { ...state, next };
    }
  };
  const drain = (isAccepting: boolean): void => {
    state = { status: 'draining', isAccepting, commit: state.commit, model: current?.model };
  };
  const replaceBy = (loaded: Servable): void => {
    const previous = current === loaded ? undefined : current;
    current = loaded;
    const { model } = loaded;
    if (state.status !== 'draining') {
      state = { status: 'ready', commit: model.commit, model };
    }
    if (previous) {
      void retire(previous);
    }
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
    serve: async (load) => {
      announce(load.commit);
      try {
        const loaded = await prepare(load, announce, (servable) => {
          // The first one shows in the gauges from now on; it predicts once the others are ready.
          current ??= servable;
          return current === servable;
        });
        replaceBy(loaded);
        return loaded.model;
      } catch (error) {
        announce(state.status === 'ready' ? undefined : state.commit);
        throw error;
      }
    },
    drain: () => drain(state.status === 'ready'),
    close: async () => {
      drain(false);
      if (current) {
        await retire(current);
      }
    },
  };
}

/** @param onLoaded returns whether the model is kept even where `beforeServing` fails. */
async function prepare(
  load: Load,
  onCommit: (commit: string) => void,
  onLoaded: (servable: Servable) => boolean,
): Promise<Servable> {
  const servable: Servable = { model: await load.run(onCommit), leases: 0 };
  const isKept = onLoaded(servable);
  try {
    await load.beforeServing?.(servable.model);
  } catch (error) {
    if (!isKept) {
      await retire(servable);
    }
    throw error;
  }
  return servable;
}

function modelIfReady(state: ServingState): ServedModel {
  switch (state.status) {
    case 'ready':
      return state.model;
    case 'loading':
      throw new ServingError(
        'not-ready',
        state.commit === undefined
          ? 'The store has not yet returned which model to serve'
          : `Model ${state.commit} is being loaded and checked`,
      );
    case 'draining':
      throw new ServingError('draining', 'The server answers what it has accepted, then ends');
  }
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

async function retire(servable: Servable): Promise<void> {
  if (servable.leases > 0) {
    await new Promise<void>((resolve) => {
      servable.onUnused = resolve;
    });
  }
  await servable.model.classifier.close();
}
