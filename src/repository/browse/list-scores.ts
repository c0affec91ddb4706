/** The score that the list shows of each version: of one data set, as far as the versions share one. */
import type { HistoryCommit, ModelHistory } from '../../api/history.ts';
import { type Metrics, servedScores } from '../../artifacts/metrics.ts';

/** The score that decides, by data set, the one with the most texts first. */
export interface DecisiveScores {
  readonly metric: Metrics['primary'];
  readonly values: ReadonlyMap<string, number>;
}

/** Without the score. */
export type ListedCommit = Omit<HistoryCommit, 'score'>;

export function decisiveScores(metrics: Metrics | undefined): DecisiveScores | undefined {
  if (!metrics) {
    return undefined;
  }
  const { primary, datasets } = metrics;
  const sets = [...servedScores(metrics)].sort(
    ([a], [b]) => (datasets[b]?.rows ?? 0) - (datasets[a]?.rows ?? 0),
  );
  return {
    metric: primary,
    values: new Map(sets.map(([name, scores]) => [name, scores[primary]])),
  };
}

/**
 * Chooses a score for each commit: on the data set that the most versions were measured on, else, as that of
 * another one, on the largest that it has.
 *
 * @param commits the newest first.
 */
export function chooseScores(
  commits: readonly ListedCommit[],
  scores: ReadonlyMap<string, DecisiveScores | undefined>,
): Pick<ModelHistory, 'commits' | 'score'> {
  const shared = mostShared(commits.flatMap(({ commit }) => scores.get(commit) ?? []));
  return {
    score: shared,
    commits: commits.map((commit) => ({
      ...commit,
      score: scoreOf(scores.get(commit.commit), shared),
    })),
  };
}

/** Of those that are equally frequent, the largest data set of the newest version. */
function mostShared(all: readonly DecisiveScores[]): ModelHistory['score'] {
  const counts = new Map<string, { score: NonNullable<ModelHistory['score']>; versions: number }>();
  for (const { metric, values } of all) {
    for (const dataset of values.keys()) {
      const key = `${metric} ${dataset}`;
      const versions = (counts.get(key)?.versions ?? 0) + 1;
      counts.set(key, { score: { metric, dataset }, versions });
    }
  }
  // Sorting keeps the order of what is equal.
  return [...counts.values()].sort((a, b) => b.versions - a.versions)[0]?.score;
}

function scoreOf(
  scores: DecisiveScores | undefined,
  shared: ModelHistory['score'],
): HistoryCommit['score'] {
  if (!scores) {
    return undefined;
  }
  const { metric, values } = scores;
  const value = metric === shared?.metric ? values.get(shared.dataset) : undefined;
  if (shared && value !== undefined) {
    return { ...shared, value };
  }
  const [first] = values;
  return first && { metric, dataset: first[0], value: first[1] };
}
