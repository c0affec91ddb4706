/** Files of a version, and diffs, as the page gets them. */
import type {
  ProfileView,
  VersionCard,
  VersionChanges,
  VersionDiffView,
} from '../../api/history.ts';
import { type Datasets, languageOf } from '../../artifacts/datasets.ts';
import { type Metrics, servedScores } from '../../artifacts/metrics.ts';
import { binNames, type Profile } from '../../artifacts/profile.ts';
import { capitalized } from '../../terminal/quantities.ts';
import { type Change, mapChange, pairs } from '../diff/change.ts';
import type { VersionDiff } from '../diff/diff.ts';
import { chanceOf, isAtChance, leastDifference } from '../diff/noise.ts';

export function viewProfile({ texts, features }: Profile): ProfileView {
  return {
    texts,
    features: Object.fromEntries(
      Object.entries(features).map(([name, distribution]) => [
        name,
        { bins: binNames(distribution), ratios: distribution.ratios },
      ]),
    ),
  };
}

export function viewScores(metrics: Metrics, datasets: Datasets): VersionCard['scores'] {
  const { primary } = metrics;
  return [...servedScores(metrics)].map(([name, all]) => {
    const { labels, calibration_error: calibrationError, ...scores } = all;
    const rows = metrics.datasets[name]?.rows ?? 0;
    return {
      ...{ name, language: languageOf(name, datasets), rows, labels },
      scores: { [primary]: scores[primary], ...scores },
      calibrationError,
      guess: isAtChance(all, primary, rows) ? chanceOf(all, primary) : undefined,
    };
  });
}

/** The score that decides, by data set. */
export function viewPrimaryScores(
  metrics: Change<Metrics>,
  datasets: Change<Datasets>,
): VersionChanges['scores'] {
  const metric = metrics.new?.primary ?? metrics.old?.primary;
  if (metric === undefined) {
    return [];
  }
  return pairs(mapChange(metrics, servedScores)).map(({ name, ...sides }) => {
    const scores = mapChange(sides, (side) => side[metric]);
    const rows = metrics.new?.datasets[name]?.rows ?? metrics.old?.datasets[name]?.rows ?? 0;
    return {
      ...{ dataset: name, rows, metric, ...scores },
      language: languageOf(name, datasets.new ?? []) ?? languageOf(name, datasets.old ?? []),
      isNotable: Math.abs((scores.new ?? 0) - (scores.old ?? 0)) >= leastDifference(rows),
    };
  });
}

/** Characters of a unified diff, and of all of them. */
const MAX_PATCH = 60_000;
const MAX_PATCHES = 600_000;

export function viewDiff(diff: VersionDiff): VersionDiffView {
  const { environment, tokenizer } = diff;
  return {
    files: diff.files,
    hyperparameters: diff.hyperparameters,
    configuration: diff.configuration,
    dataFiles: diff.datasets.datasets
      .flatMap(({ files }) => files)
      .map(({ path, status, rows }) => ({ path, status, rows })),
    python: environment.python,
    settings: environment.settings,
    packages: environment.packages,
    weights: diff.weights?.size,
    tokenizer: tokenizer && { ...tokenizer },
    stability: diff.profile.features.map(({ feature, stabilityIndex }) => ({
      feature,
      index: stabilityIndex,
    })),
    texts: cutPatches(diff.texts),
    notes: diff.notes.map((note) => `${capitalized(note)}.`),
  };
}

function cutPatches(texts: VersionDiff['texts']): VersionDiffView['texts'] {
  let left = MAX_PATCHES;
  return texts.map(({ path, status, patch }) => {
    const text = patch.slice(0, Math.min(MAX_PATCH, left));
    left -= text.length;
    return { path, status, patch: text, isCut: text.length < patch.length };
  });
}
