/** How a candidate is loaded beside the primary, and how it ends. */
import { ChangeError } from './errors.ts';
import { close, type LoadedModels, loadOrKeep, readyModel } from './loaded-models.ts';
import type { LabelMap, ModelChange, PreparedChange } from './model-change.ts';
import type { ServedModel } from './served-model.ts';
import { createShadow, mapLabel } from './shadow.ts';

type ShadowChange = Extract<ModelChange, { type: 'shadow' }>;

export async function prepareShadow(
  state: LoadedModels,
  primary: ServedModel,
  { commit, share, labelMap }: ShadowChange,
): Promise<PreparedChange> {
  if (commit === primary.commit) {
    throw new ChangeError(
      'not-comparable',
      `${commit} is the version that serves: nothing to compare`,
    );
  }
  const before = state.shadow;
  const outcome = { type: 'shadow', from: before?.model.commit, to: commit, warnings: [] } as const;
  if (before?.model.commit === commit && labelMap === undefined) {
    return {
      outcome: { ...outcome, isChanged: before.share !== share },
      apply: () => {
        before.share = share;
      },
      abandon: async () => undefined,
    };
  }
  const { model, abandon } = await loadOrKeep(state, commit);
  try {
    assertComparable(primary, model, labelMap);
  } catch (error) {
    await abandon();
    throw error;
  }
  return {
    outcome: { ...outcome, isChanged: true },
    apply: () => {
      readyModel(state.manager);
      if (before && before.model !== model) {
        close(state, before.model);
      }
      if (state.previous?.model === model) {
        state.previous = { commit, model: undefined };
      }
      startShadow(state, model, { share, labelMap });
    },
    abandon,
  };
}

/** @throws ChangeError `not-comparable` where a label of the candidate is none of the primary. */
export function assertComparable(
  { classifier: { labels } }: ServedModel,
  candidate: ServedModel,
  labelMap: LabelMap | undefined,
): void {
  const { labels: own } = candidate.classifier;
  const unknown = Object.keys(labelMap ?? {}).find((label) => !own.includes(label));
  if (unknown !== undefined) {
    throw new ChangeError(
      'not-comparable',
      `labelMap: ${JSON.stringify(unknown)} is no label of the candidate, which has ${own.join(', ')}`,
    );
  }
  for (const label of own) {
    const mapped = mapLabel(label, labelMap);
    if (!labels.includes(mapped)) {
      throw new ChangeError(
        'not-comparable',
        `The candidate's label ${JSON.stringify(mapped)} is none of ${labels.join(', ')}: ` +
          'give "labelMap" with a label of the version that serves for each label of the candidate',
      );
    }
  }
}

export function startShadow(
  state: LoadedModels,
  model: ServedModel,
  { share, labelMap }: { share: number; labelMap?: LabelMap | undefined },
): void {
  const { manager, observer } = state;
  state.shadow?.stop();
  const isPrimaryBusy = (): boolean => {
    const stats = manager.model()?.classifier.stats();
    return stats !== undefined && (stats.queueLength > 0 || stats.workers.idle === 0);
  };
  const primary = manager.model();
  state.shadow = createShadow({
    ...{ model, share, labelMap, isPrimaryBusy, observer },
    primary: primary?.commit,
  });
  observer.onCandidate(model, primary?.classifier.labels ?? []);
}

/** Its model is not closed. */
export function endShadow(state: LoadedModels): void {
  state.shadow?.stop();
  state.shadow = undefined;
  state.observer.onCandidate(undefined, []);
}

export function prepareEndShadow(state: LoadedModels): PreparedChange {
  const { shadow } = state;
  return {
    outcome: {
      type: 'end-shadow',
      from: shadow?.model.commit,
      to: undefined,
      isChanged: shadow !== undefined,
      warnings: [],
    },
    apply: () => {
      if (shadow) {
        endShadow(state);
        close(state, shadow.model);
      }
    },
    abandon: async () => undefined,
  };
}
