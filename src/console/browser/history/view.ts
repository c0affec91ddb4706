/** What the page shows, as the fragment of its address, so that a view can be sent to somebody. */
import type { ModelHistory } from '../../../api/history.ts';
import { shortCommit } from '../../../terminal/quantities.ts';

/** Commits are full SHAs. */
export type View =
  | { readonly type: 'start' }
  | { readonly type: 'version'; readonly commit: string }
  | { readonly type: 'compare'; readonly old: string; readonly new: string }
  | { readonly type: 'unknown'; readonly name: string };

export function fragmentOf(view: View): string {
  switch (view.type) {
    case 'version':
      return `#version=${view.commit}`;
    case 'compare':
      return `#compare=${view.old}..${view.new}`;
    default:
      return '#';
  }
}

/** A commit in a fragment may also be a tag, a branch or the beginning of a SHA. */
export function parseFragment(fragment: string, history: ModelHistory): View {
  const [, kind, value = ''] = /^#(version|compare)=(.+)$/.exec(decode(fragment)) ?? [];
  if (kind === undefined) {
    return { type: 'start' };
  }
  const names = kind === 'version' ? [value] : value.split('..');
  const commits = names.map((name) => findCommit(name, history));
  const missing = commits.indexOf(undefined);
  const [first = '', second = ''] = commits as string[];
  if (missing >= 0 || (kind === 'compare' && commits.length !== 2)) {
    return { type: 'unknown', name: names[missing] ?? value };
  }
  return kind === 'version'
    ? { type: 'version', commit: first }
    : { type: 'compare', old: first, new: second };
}

function decode(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

function findCommit(name: string, { commits }: ModelHistory): string | undefined {
  const exact = commits.find(
    ({ commit, tags, branches }) =>
      commit === name || tags.includes(name) || branches.includes(name),
  );
  const isShort = /^[0-9a-f]{7,}$/.test(name);
  const begins = isShort ? commits.filter(({ commit }) => commit.startsWith(name)) : [];
  const found = exact ?? (begins.length === 1 ? begins[0] : undefined);
  // A version of the store that the history does not have.
  return found?.commit ?? (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(name) ? name : undefined);
}

/** The tag of a commit, its branch, or the beginning of its SHA. */
export function nameOf(commit: string, { commits }: ModelHistory): string {
  const found = commits.find((each) => each.commit === commit);
  return found?.tags[0] ?? found?.branches[0] ?? shortCommit(commit);
}

/** Two commits, the older one first. */
export function inOrder(
  [a, b]: readonly [string, string],
  { commits }: ModelHistory,
): { readonly old: string; readonly new: string } {
  const positionOf = (sha: string): number => commits.findIndex(({ commit }) => commit === sha);
  return positionOf(a) > positionOf(b) ? { old: a, new: b } : { old: b, new: a };
}
