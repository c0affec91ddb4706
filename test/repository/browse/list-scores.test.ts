/** The score that the list shows of each version. */
import { expect, test } from 'vitest';
import type { Metrics } from '../../../src/artifacts/metrics.ts';
import {
  chooseScores,
  decisiveScores,
  type ListedCommit,
} from '../../../src/repository/browse/list-scores.ts';

type Sets = Record<string, [rows: number, score: number]>;

function metrics(sets: Sets, primary: Metrics['primary'] = 'accuracy'): Metrics {
  const datasets = Object.entries(sets).map(([name, [rows, score]]) => [
    name,
    { rows, fp32: { macro_recall: score, macro_f1: 0, accuracy: score, labels: {} } },
  ]);
  return { primary, datasets: Object.fromEntries(datasets) };
}

/** @param all the newest first. */
function choose(...all: (Metrics | undefined)[]): unknown[] {
  const commits = all.map((_, index) => ({ commit: String(index) }) as ListedCommit);
  const scores = new Map(all.map((each, index) => [String(index), decisiveScores(each)]));
  const { score, commits: listed } = chooseScores(commits, scores);
  return [
    score && `${score.metric} ${score.dataset}`,
    ...listed.map((each) => each.score && `${each.score.dataset} ${each.score.value}`),
  ];
}

const FIRST = metrics({ 'examples/dev': [100, 0.773] });
const BOTH = metrics({ 'examples/dev': [100, 0.8], 'reviews/dev': [900, 0.4] });
const OTHER = metrics({ 'reviews/dev': [900, 0.5] });

test('of the data set that the most versions have; another one keeps its name', () => {
  expect(choose(OTHER, BOTH, FIRST, FIRST)).toEqual([
    'accuracy examples/dev',
    'reviews/dev 0.5',
    ...['examples/dev 0.8', 'examples/dev 0.773', 'examples/dev 0.773'],
  ]);
});

test('of two that are equally frequent, the one of the newest version', () => {
  expect(choose(OTHER, BOTH, FIRST)).toEqual([
    'accuracy reviews/dev',
    ...['reviews/dev 0.5', 'reviews/dev 0.4', 'examples/dev 0.773'],
  ]);
});

test('another metric on the same data set is another score', () => {
  const recall = metrics({ 'reviews/dev': [900, 0.6] }, 'macro_recall');
  const { commits, score } = chooseScores(
    [{ commit: '0' }, { commit: '1' }, { commit: '2' }] as ListedCommit[],
    new Map([recall, OTHER, OTHER].map((each, i) => [String(i), decisiveScores(each)])),
  );
  expect(score).toEqual({ metric: 'accuracy', dataset: 'reviews/dev' });
  expect(commits.map((commit) => commit.score?.metric)).toEqual([
    'macro_recall',
    'accuracy',
    'accuracy',
  ]);
});

test('without scores', () => {
  expect(choose(undefined, metrics({}))).toEqual([undefined, undefined, undefined]);
  expect(choose(undefined, FIRST)).toEqual([
    'accuracy examples/dev',
    undefined,
    'examples/dev 0.773',
  ]);
});
