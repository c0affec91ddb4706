/**
 * The models of a running server: the primary answers, the candidate is only compared, the one before can be
 * taken back. Each change is prepared (fetched, proven, loaded, checked by its golden texts) before anything
 * that serves is touched.
 */
import { checkCommit } from '../version/version.ts';
import {
  assertComparable,
  endShadow,
  prepareEndShadow,
  prepareShadow,
  startShadow,
} from './candidate.ts';
import { ChangeError } from './errors.ts';
import {
  close,
  dropPrevious,
  dropPreviousLater,
  type LoadedModels,
  loadOrKeep,
  type ModelControlOptions,
  type Previous,
  readyModel,
} from './loaded-models.ts';
import type { ModelChange, PreparedChange } from './model-change.ts';
import type { ServedModel } from './served-model.ts';
import type { Shadow } from './shadow.ts';

export interface ModelControl {
  shadow(): Shadow | undefined;
  previous(): Previous | undefined;
  /** Rejects with what `load` throws or a ChangeError, and then nothing has changed. */
  prepare(change: ModelChange): Promise<PreparedChange>;
  /** Another process knows which version served before. */
  setPrevious(commit: string): void;
  /** Closes what is loaded, besides the primary, and what is being loaded. */
  close(): Promise<void>;
}

export function createModelControl(options: ModelControlOptions): ModelControl {
  const state: LoadedModels = {
    ...options,
    shadow: undefined,
    previous: undefined,
    previousTimer: undefined,
    closing: Promise.resolve(),
    preparing: Promise.resolve(),
    prepared: undefined,
  };
  return {
    shadow: () => state.shadow,
    previous: () => state.previous,
    prepare: (change) => {
      // A process that replaces another one may still be loading the candidate.
      const preparing = state.preparing.then(() => prepareOnce(state, change));
      state.preparing = preparing.catch(() => undefined);
      return preparing;
    },
    setPrevious: (commit) => {
      state.previous = { commit, model: undefined };
    },
    close: async () => {
      await state.preparing;
      await state.prepared?.abandon();
      if (state.shadow) {
        close(state, state.shadow.model);
        state.shadow.stop();
      }
      dropPrevious(state);
      await state.closing;
    },
  };
}

async function prepareOnce(state: LoadedModels, change: ModelChange): Promise<PreparedChange> {
  const { outcome, apply, abandon } = await prepare(state, change);
  const prepared: PreparedChange = {
    outcome,
    apply: () => {
      apply();
      state.prepared = undefined;
    },
    abandon: () => {
      state.prepared = undefined;
      return abandon();
    },
  };
  state.prepared = prepared;
  return prepared;
}

async function prepare(state: LoadedModels, change: ModelChange): Promise<PreparedChange> {
  const primary = readyModel(state.manager);
  if ('commit' in change && change.commit !== undefined) {
    checkCommit(change.commit, 'commit');
  }
  switch (change.type) {
    case 'swap':
      return prepareSwitch(state, 'swap', change.commit);
    case 'promote':
      if (!state.shadow) {
        throw new ChangeError(
          'no-candidate',
          'No candidate is loaded: PUT /admin/shadow loads one',
        );
      }
      return prepareSwitch(state, 'promote', state.shadow.model.commit);
    case 'rollback': {
      const commit = change.commit ?? state.previous?.commit;
      if (commit === undefined) {
        const message = 'No other version has served since the server started';
        throw new ChangeError('no-previous', message);
      }
      return prepareSwitch(state, 'rollback', commit);
    }
    case 'shadow':
      return prepareShadow(state, primary, change);
    case 'end-shadow':
      return prepareEndShadow(state);
  }
}

async function prepareSwitch(
  state: LoadedModels,
  type: ModelChange['type'],
  commit: string,
): Promise<PreparedChange> {
  const { manager } = state;
  const before = readyModel(manager);
  const outcome = { type, from: before.commit, to: commit, isChanged: before.commit !== commit };
  if (!outcome.isChanged) {
    return {
      outcome: { ...outcome, warnings: [] },
      apply: state.observer.onAlreadyServing,
      abandon: async () => undefined,
    };
  }
  const { model, abandon } = await loadOrKeep(state, commit);
  const reason = whyNotComparable(state.shadow, model);
  return {
    outcome: {
      ...outcome,
      warnings: [...labelWarnings(before, model), ...(reason === undefined ? [] : [reason])],
      ...(reason === undefined ? {} : { endsCandidate: true }),
    },
    apply: () => {
      readyModel(manager);
      if (reason !== undefined) {
        prepareEndShadow(state).apply();
      }
      switchTo(state, model);
    },
    abandon,
  };
}

/** Undefined where the candidate can be compared with what is to serve, or becomes it. */
function whyNotComparable(shadow: Shadow | undefined, primary: ServedModel): string | undefined {
  if (!shadow || shadow.model === primary) {
    return undefined;
  }
  try {
    assertComparable(primary, shadow.model, shadow.labelMap);
    return undefined;
  } catch (error) {
    return `The candidate has ended: ${(error as Error).message}`;
  }
}

/** New requests are answered by `model`; the one before becomes the previous one. */
function switchTo(state: LoadedModels, model: ServedModel): void {
  const { manager, observer, keepPreviousMs, shadow } = state;
  const before = manager.replace(model) as ServedModel;
  observer.onServing(model);
  if (shadow?.model === model) {
    endShadow(state);
  } else if (shadow) {
    // It is compared with another primary from now on.
    startShadow(state, shadow.model, shadow);
  }
  if (state.previous?.model !== model) {
    dropPrevious(state);
  }
  const isKept = keepPreviousMs > 0;
  state.previous = { commit: before.commit, model: isKept ? before : undefined };
  if (isKept) {
    dropPreviousLater(state);
  } else {
    close(state, before);
  }
}

function labelWarnings(before: ServedModel, after: ServedModel): string[] {
  const [from, to] = [before, after].map(({ classifier }) => classifier.labels.join(', '));
  return from === to ? [] : [`The labels differ: ${from} before, ${to} now`];
}
