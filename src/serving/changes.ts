/** Changes of the models, one at a time: each is made as a whole, or not at all. */
import { ChangeError, toChangeError } from './errors.ts';
import type { ChangeAuthor, ChangeOutcome, ModelChange, PreparedChange } from './model-change.ts';

/** A change that has ended. */
export interface EndedChange extends ChangeAuthor {
  readonly change: ModelChange;
  readonly durationMs: number;
  readonly result:
    | { readonly status: 'done'; readonly outcome: ChangeOutcome }
    | { readonly status: 'failed'; readonly error: unknown };
}

export interface Changes {
  /** @throws ChangeError; what served goes on to serve. */
  run(change: ModelChange, author: ChangeAuthor): Promise<ChangeOutcome>;
  /** Resolves when no change is being made: one that is run at once is not refused for another one. */
  idle(): Promise<void>;
}

/** A change that all processes have prepared. */
type Prepared = Omit<PreparedChange, 'apply'> & { apply(): void | Promise<void> };

export interface ChangesOptions {
  /** Loads what the change needs, in every process. */
  readonly prepare: (change: ModelChange) => Promise<Prepared>;
  /** Called once for each change. */
  readonly onEnd: (ended: EndedChange) => void;
}

export function createChanges({ prepare, onEnd }: ChangesOptions): Changes {
  let underWay: string | undefined;
  /** Settles with the change that was begun last. */
  let last: Promise<unknown> = Promise.resolve();
  return {
    idle: async () => {
      while (underWay !== undefined) {
        await last;
      }
    },
    run: async (change, author) => {
      const start = performance.now();
      const end = (result: EndedChange['result']): void =>
        onEnd({ ...author, change, durationMs: performance.now() - start, result });
      try {
        if (underWay !== undefined) {
          throw new ChangeError(
            'change-in-progress',
            `Another change is being made: ${underWay}; try again when it has ended`,
          );
        }
        underWay = describeChange(change);
        let outcome: ChangeOutcome;
        try {
          const making = prepare(change).then(make);
          last = making.catch(() => undefined);
          outcome = await making;
        } finally {
          underWay = undefined;
        }
        end({ status: 'done', outcome });
        return outcome;
      } catch (cause) {
        const error = toChangeError(cause);
        end({ status: 'failed', error });
        throw error;
      }
    },
  };
}

/** Such as `swap to fbd5e27f…`. */
function describeChange(change: ModelChange): string {
  return 'commit' in change && change.commit !== undefined
    ? `${change.type} to ${change.commit}`
    : change.type;
}

async function make(prepared: Prepared): Promise<ChangeOutcome> {
  try {
    await prepared.apply();
    return prepared.outcome;
  } catch (error) {
    await prepared.abandon();
    throw error;
  }
}
