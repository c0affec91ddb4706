import { cpus } from 'node:os';
import { cutText } from '../../terminal/cut-text.ts';
import { hasCode } from '../../version/errors.ts';
import type { Publication } from '../../version/publication.ts';
import type { Store } from '../../version/stores/store.ts';
import { whoRuns } from '../identity.ts';
import { warn } from '../output.ts';

/** In a model with many golden texts, a reason can be longer than a store's record allows. */
const MAX_REASON_CHARS = 1_500;

/**
 * Checks whether a version may be published, and describes its publication for the store.
 *
 * @param isForced a version that is refused is published nevertheless, and the reason is in the record.
 * @throws ModelError `unfit` for a version that is refused.
 */
export async function judgePublication(
  source: Store,
  model: string,
  commit: string,
  isForced: boolean,
): Promise<Publication> {
  const { assertPublishable } = await import('../../repository/publishable.ts');
  const publication = { time: new Date().toISOString(), by: await whoRuns() };
  try {
    const latencyMs = await assertPublishable(source, model, commit);
    const cpu = cpus()[0]?.model;
    return latencyMs === undefined || cpu === undefined
      ? publication
      : { ...publication, latencyMs: Number(latencyMs.toFixed(2)), cpu };
  } catch (error) {
    if (isForced && hasCode(error, 'unfit')) {
      warn(
        `${error.message}; published nevertheless, since --force was given: the store records it`,
      );
      return { ...publication, forced: forcedReason(error.message) };
    }
    throw error;
  }
}

export function forcedReason(message: string): string {
  return cutText(message, MAX_REASON_CHARS);
}
