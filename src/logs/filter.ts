/** Which entries are shown. */
import type { Entry } from './entry.ts';

/** A filter that is undefined lets every entry through. */
export interface Filters {
  readonly languages?: ReadonlySet<string> | undefined;
  /** In lower case. */
  readonly labels?: ReadonlySet<string> | undefined;
  readonly scoreBelow?: number | undefined;
  /** The first characters of the commit, in lower case. */
  readonly commit?: string | undefined;
  /** Searched in the text. */
  readonly grep?: RegExp | undefined;
  /** Milliseconds since 1970. */
  readonly since?: number | undefined;
}

export function isSince({ timestamp }: Entry, { since }: Filters): boolean {
  return since === undefined || Date.parse(timestamp) >= since;
}

/** A filter on predictions hides all other events. */
export function passes(entry: Entry, filters: Filters): boolean {
  const { languages, labels, scoreBelow, commit, grep } = filters;
  if (!isSince(entry, filters)) {
    return false;
  }
  if (entry.kind === 'event') {
    return (languages ?? labels ?? scoreBelow ?? commit ?? grep) === undefined;
  }
  return (
    (languages?.has(entry.language) ?? true) &&
    (labels?.has(entry.label.toLowerCase()) ?? true) &&
    (scoreBelow === undefined || entry.score < scoreBelow) &&
    (commit === undefined || entry.commit.startsWith(commit)) &&
    (grep === undefined || (entry.input !== undefined && grep.test(entry.input)))
  );
}
