/** The steps of a change in one member: prepared first, then applied or abandoned. */
import type { ChangeOutcome, ModelChange, PreparedChange } from '../serving/model-change.ts';
import { toResult } from './change-result.ts';
import type { ChangeResult } from './messages.ts';

export interface Steps {
  prepare(change: ModelChange): Promise<ChangeResult>;
  /** Waits for a preparation that has not ended, as where the primary gave it up: it leaves nothing. */
  settle(isApplied: boolean): Promise<ChangeResult>;
}

const NO_CHANGE: ChangeOutcome = {
  type: 'swap',
  from: undefined,
  to: undefined,
  isChanged: false,
  warnings: [],
};

export function createSteps(prepare: (change: ModelChange) => Promise<PreparedChange>): Steps {
  /** Neither applied nor abandoned yet. */
  let preparing: Promise<PreparedChange> | undefined;
  return {
    prepare: (change) => {
      const prepared = prepare(change);
      preparing = prepared;
      return toResult(async () => (await prepared).outcome);
    },
    settle: (isApplied) => {
      const settled = preparing;
      preparing = undefined;
      return toResult(async () => {
        const change = await settled?.catch(() => undefined);
        await (isApplied ? change?.apply() : change?.abandon());
        return change?.outcome ?? NO_CHANGE;
      });
    },
  };
}
