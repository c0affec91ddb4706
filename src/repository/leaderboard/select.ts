/** Sorts and filters the leaderboard. */
import { ModelError } from '../../version/errors.ts';
import type { ListedVersion } from './leaderboard.ts';

export interface Selection {
  /** A column, or a data set. */
  readonly sort: string;
  readonly branch?: string | undefined;
  /** Only versions with scores on data in this language, and only these scores. */
  readonly language?: string | undefined;
  /** By data set; a version without a score on it is left out. */
  readonly minScores: ReadonlyMap<string, number>;
}

type Key = (version: ListedVersion) => string | number | null | undefined;

/** Ascending where smaller is better or text is sorted; of dates, the newest is first. */
const COLUMNS: Readonly<Record<string, { readonly key: Key; readonly isDescending?: boolean }>> = {
  date: { key: ({ date }) => date, isDescending: true },
  tag: { key: ({ tag }) => tag, isDescending: true },
  branch: { key: ({ branches }) => branches[0] },
  author: { key: ({ author }) => author },
  size: { key: ({ modelBytes }) => modelBytes },
  latency: { key: ({ latencyMs }) => latencyMs },
};

/** What `--sort` accepts, besides data sets. */
export const SORT_COLUMNS = Object.keys(COLUMNS);

/** @throws ModelError `bad-reference` for a column, a data set or a language that no version has. */
export function selectVersions(
  versions: readonly ListedVersion[],
  { sort, branch, language, minScores }: Selection,
): ListedVersion[] {
  const datasets = new Set(versions.flatMap(({ scores }) => Object.keys(scores)));
  for (const name of minScores.keys()) {
    assertKnown('--min-score', name, datasets);
  }
  if (language !== undefined) {
    const known = versions.flatMap(({ languages }) => Object.values(languages));
    assertKnown('--language', language, new Set(known));
  }
  const selected = versions.flatMap((version) => {
    const reaches = [...minScores].every(([name, min]) => (version.scores[name] ?? -1) >= min);
    const isOnBranch = branch === undefined || version.branches.includes(branch);
    const shown = language === undefined ? version : onlyLanguage(version, language);
    return reaches && isOnBranch && shown ? [shown] : [];
  });
  const column = Object.hasOwn(COLUMNS, sort) ? COLUMNS[sort] : undefined;
  if (!column) {
    assertKnown('--sort', sort, new Set([...SORT_COLUMNS, ...datasets]));
  }
  return sortBy(selected, column ?? { key: ({ scores }) => scores[sort], isDescending: true });
}

function onlyLanguage(version: ListedVersion, language: string): ListedVersion | undefined {
  const names = Object.keys(version.scores).filter((name) => version.languages[name] === language);
  const pick = <T>(values: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(names.map((name) => [name, values[name] as T]));
  return names.length === 0
    ? undefined
    : { ...version, scores: pick(version.scores), languages: pick(version.languages) };
}

/** Versions without a value are last, in the order that they had. */
function sortBy(
  versions: readonly ListedVersion[],
  { key, isDescending = false }: { readonly key: Key; readonly isDescending?: boolean },
): ListedVersion[] {
  return [...versions].sort((a, b) => {
    const [left, right] = [key(a), key(b)].map((value) => value ?? undefined);
    if (left === undefined || right === undefined) {
      return Number(left === undefined) - Number(right === undefined);
    }
    const order =
      typeof left === 'string'
        ? left.localeCompare(String(right), 'en', { numeric: true })
        : left - Number(right);
    return isDescending ? -order : order;
  });
}

function assertKnown(option: string, found: string, known: ReadonlySet<string>): void {
  if (!known.has(found)) {
    const expected = [...known].sort().join(', ') || 'nothing, since no version has any';
    throw new ModelError('bad-reference', `${option}: expected one of ${expected}; found ${found}`);
  }
}
