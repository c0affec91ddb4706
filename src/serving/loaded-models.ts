/** The models that a process has loaded: the primary, a candidate, and for a while the one before. */
import { collectGarbageSoon } from '../inference/garbage.ts';
import { ChangeError } from './errors.ts';
import type { Manager } from './manager.ts';
import type { PreparedChange } from './model-change.ts';
import type { Observer } from './observer.ts';
import type { ServedModel } from './served-model.ts';
import type { Shadow } from './shadow.ts';

export interface ModelControlOptions {
  readonly manager: Manager;
  /** @throws ModelError, ClassifierError, or ChangeError `insufficient-memory`. */
  readonly load: (commit: string) => Promise<ServedModel>;
  /** How long the model before stays loaded; 0: not at all. */
  readonly keepPreviousMs: number;
  readonly observer: Pick<
    Observer,
    | 'onModelLoaded'
    | 'onModelFailed'
    | 'onAlreadyServing'
    | 'onServing'
    | 'onCandidate'
    | 'onShadowPrediction'
    | 'onShadowDropped'
    | 'onShadowError'
  >;
}

/** The version that served before. */
export interface Previous {
  readonly commit: string;
  /** While it is still loaded. */
  readonly model: ServedModel | undefined;
}

export interface LoadedModels extends ModelControlOptions {
  shadow: Shadow | undefined;
  previous: Previous | undefined;
  previousTimer: NodeJS.Timeout | undefined;
  /** Models that are being closed. */
  closing: Promise<unknown>;
  /** Settles when nothing is being prepared. */
  preparing: Promise<unknown>;
  /** Prepared, and neither applied nor abandoned. */
  prepared: PreparedChange | undefined;
}

/** @throws ChangeError `not-ready` or `draining`. */
export function readyModel(manager: Manager): ServedModel {
  const { status } = manager.state();
  if (status !== 'ready') {
    throw status === 'draining'
      ? new ChangeError('draining', 'The server is stopping')
      : new ChangeError('not-ready', 'The first model is still being loaded');
  }
  return manager.readyModel();
}

function loadedModel({ shadow, previous }: LoadedModels, commit: string): ServedModel | undefined {
  return [shadow?.model, previous?.model].find((model) => model?.commit === commit);
}

/** Loads a version when those that are being closed have returned their memory. */
async function load(state: LoadedModels, commit: string): Promise<ServedModel> {
  const { observer } = state;
  dropPrevious(state);
  await state.closing;
  try {
    const model = await state.load(commit);
    observer.onModelLoaded(model);
    collectGarbageSoon();
    return model;
  } catch (error) {
    // A stop ends a download: that is no failure of the version.
    readyModel(state.manager);
    observer.onModelFailed(error, commit);
    throw error;
  }
}

/** The version before stays known, and is loaded again if it is needed. */
export function dropPrevious(state: LoadedModels): void {
  clearTimeout(state.previousTimer);
  if (state.previous?.model) {
    close(state, state.previous.model);
    state.previous = { commit: state.previous.commit, model: undefined };
  }
}

/** From now on, or anew. */
export function dropPreviousLater(state: LoadedModels): void {
  clearTimeout(state.previousTimer);
  state.previousTimer = setTimeout(() => dropPrevious(state), state.keepPreviousMs).unref();
}

/**
 * The version, loaded now or before. What `abandon` closes or not; until one of both is called, the version
 * before is not dropped: other processes may need minutes to load it.
 */
export async function loadOrKeep(
  state: LoadedModels,
  commit: string,
): Promise<{ readonly model: ServedModel; abandon(): Promise<void> }> {
  const loaded = loadedModel(state, commit);
  if (!loaded) {
    const model = await load(state, commit);
    return { model, abandon: () => model.classifier.close() };
  }
  const isPrevious = loaded === state.previous?.model;
  if (isPrevious) {
    clearTimeout(state.previousTimer);
  }
  return {
    model: loaded,
    abandon: async () => {
      if (isPrevious) {
        dropPreviousLater(state);
      }
    },
  };
}

/** In the background: requests that it answers are waited for. */
export function close(state: LoadedModels, model: ServedModel): void {
  const closed = state.manager.retire(model);
  state.closing = Promise.all([state.closing, closed]).then(collectGarbageSoon);
}
