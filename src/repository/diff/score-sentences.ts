/** The scores of a diff in sentences: by language, then what single labels lost, and what is not above chance. */
import { type Datasets, languageOf } from '../../artifacts/datasets.ts';
import { type Metrics, type Scores, servedScores } from '../../artifacts/metrics.ts';
import { languageName } from '../../terminal/languages.ts';
import { formatQuantity } from '../../terminal/numbers.ts';
import { capitalized } from '../../terminal/quantities.ts';
import { type Change, groupBy, mapChange, pairs } from './change.ts';
import { chanceOf, isAtChance, leastCalibrationDifference, leastDifference } from './noise.ts';

interface ScoreOptions {
  /** Undefined on a side that has none, or none that can be read. */
  readonly metrics: Change<Metrics>;
  readonly datasets: Change<Datasets>;
}

type Metric = Metrics['primary'];

const METRICS: readonly Metric[] = ['macro_recall', 'macro_f1', 'accuracy'];

/** Scores on one data set. */
interface DatasetScores extends Change<Scores> {
  readonly rows: number;
  readonly language: string;
  /** `English`, and the data set where the language has several. */
  readonly name: string;
  readonly dataset: string;
}

const VERDICTS = ['Better', 'About the same', 'Worse', 'Measured before only', 'New'] as const;
type Verdict = (typeof VERDICTS)[number];

export function describeScores({ metrics, datasets }: ScoreOptions): string[] {
  const primary = metrics.new?.primary ?? metrics.old?.primary;
  if (primary === undefined) {
    return [];
  }
  const all = listScores({ metrics, datasets });
  const others = METRICS.filter((metric) => metric !== primary);
  return [
    ...VERDICTS.flatMap((verdict) => describeVerdict(all, verdict, primary)),
    ...others.flatMap((metric) => {
      const known = all.filter((scores) => verdictOf(scores, primary) !== 'Worse');
      return describeVerdict(known, 'Worse', metric);
    }),
    ...describeLabels(all, primary),
    ...describeCalibration(all),
    ...describeChance(all, primary, datasets.new ?? []),
  ];
}

/** The languages with the most texts first; of a language, the data set with the most texts first. */
function listScores({ metrics, datasets }: ScoreOptions): DatasetScores[] {
  const all = pairs(mapChange(metrics, servedScores)).map(({ name: dataset, ...scores }) => ({
    ...{ dataset, ...scores },
    rows: metrics.new?.datasets[dataset]?.rows ?? metrics.old?.datasets[dataset]?.rows ?? 0,
    language:
      languageOf(dataset, datasets.new ?? []) ?? languageOf(dataset, datasets.old ?? []) ?? dataset,
  }));
  const languages = [...groupBy(all, ({ language }) => language)].map(([language, sets]) =>
    sets
      .toSorted((a, b) => b.rows - a.rows)
      .map((set) => {
        const name = language === set.dataset ? language : capitalized(languageName(language));
        return { ...set, name: sets.length > 1 ? `${name} (${set.dataset})` : name };
      }),
  );
  return languages.toSorted((a, b) => (b[0]?.rows ?? 0) - (a[0]?.rows ?? 0)).flat();
}

function verdictOf(scores: DatasetScores, metric: Metric): Verdict {
  if (!scores.old || !scores.new) {
    return scores.old ? 'Measured before only' : 'New';
  }
  const difference = differenceOf(scores, metric);
  return Math.abs(difference) < leastDifference(scores.rows)
    ? 'About the same'
    : difference > 0
      ? 'Better'
      : 'Worse';
}

function differenceOf(scores: Change<Scores>, metric: Metric): number {
  return (scores.new?.[metric] ?? 0) - (scores.old?.[metric] ?? 0);
}

function describeVerdict(
  all: readonly DatasetScores[],
  verdict: Verdict,
  metric: Metric,
): string[] {
  const sets = all.filter((scores) => verdictOf(scores, metric) === verdict);
  const sorted =
    verdict === 'About the same'
      ? sets
      : sets.toSorted(
          (a, b) => Math.abs(differenceOf(b, metric)) - Math.abs(differenceOf(a, metric)),
        );
  const texts = sorted.map(({ name, ...sides }) => {
    const scores = mapChange(sides, (side) => side[metric]);
    return `${name} ${formatSides(scores)}`;
  });
  return sentence(`${verdict} (${metricName(metric)})`, texts);
}

/**
 * The labels whose recall changed by more than chance: a mean that is about the same hides them. Where the mean rose or
 * fell, only what was lost is said, unless the version before guessed: the recall of a guess is nothing to lose.
 */
function describeLabels(all: readonly DatasetScores[], primary: Metric): string[] {
  const labels = all.flatMap((scores) => {
    const isHidden = verdictOf(scores, primary) === 'About the same';
    const wasGuessed = scores.old !== undefined && isAtChance(scores.old, primary, scores.rows);
    return isHidden || !wasGuessed
      ? changedRecalls(scores).map((change) => ({
          ...{ ...change, isHidden },
          isGuess: scores.new !== undefined && isAtChance(scores.new, primary, scores.rows),
        }))
      : [];
  });
  const told = labels.toSorted(
    (a, b) =>
      Number(a.isGuess) - Number(b.isGuess) ||
      Number(b.isHidden) - Number(a.isHidden) ||
      Math.abs(b.difference) - Math.abs(a.difference),
  );
  const lost = told.filter(({ difference }) => difference < 0);
  const gained = told.filter(({ difference, isHidden }) => difference > 0 && isHidden);
  return [
    ...sentence(
      'Labels that lost (recall)',
      lost.map(({ text }) => text),
    ),
    ...sentence(
      'Labels that gained (recall)',
      gained.map(({ text }) => text),
    ),
  ];
}

function changedRecalls(scores: DatasetScores): { text: string; difference: number }[] {
  const sides = mapChange(scores, (side) => new Map(Object.entries(side.labels)));
  return pairs(sides).flatMap(({ name, old: before, new: after }) => {
    const difference = before && after ? after.recall - before.recall : 0;
    return before && after && Math.abs(difference) >= leastDifference(after.support)
      ? [
          {
            text: `${scores.name} ${name} ${formatSides({ old: before.recall, new: after.recall })}`,
            difference,
          },
        ]
      : [];
  });
}

/** By expected calibration error; a difference that chance explains is left out. */
function describeCalibration(all: readonly DatasetScores[]): string[] {
  const sets = all.map(({ name, rows, ...sides }) => {
    const { old: before, new: after } = mapChange(sides, (side) => side.calibration_error);
    const difference = before && after && after.after - before.after;
    const isNotable =
      difference !== undefined && Math.abs(difference) >= leastCalibrationDifference(rows);
    return { name, before, after, difference: isNotable ? difference : 0 };
  });
  const sides = ({ name, before, after }: (typeof sets)[number]): string =>
    `${name} ${formatSides({ old: before?.after, new: after?.after })}`;
  return [
    ...sentence(
      'Better calibrated (expected calibration error)',
      sets.filter(({ difference }) => difference < 0).map(sides),
    ),
    ...sentence(
      'Worse calibrated (expected calibration error)',
      sets.filter(({ difference }) => difference > 0).map(sides),
    ),
    ...sentence(
      'Newly calibrated (expected calibration error without and with the temperature)',
      sets.flatMap(({ name, before, after }) =>
        before || !after ? [] : [`${name} ${formatSides({ old: after.before, new: after.after })}`],
      ),
    ),
    ...sentence(
      'No longer calibrated',
      sets.flatMap(({ name, before, after }) => (before && !after ? [name] : [])),
    ),
  ];
}

/** Which languages the new version only guesses, and how many texts it was trained on in them. */
function describeChance(
  all: readonly DatasetScores[],
  primary: Metric,
  datasets: Datasets,
): string[] {
  const training = datasets
    .flatMap(({ files }) => files)
    .filter(({ role }) => role === 'train')
    .flatMap(({ languages }) => Object.entries(languages));
  const guessed = all.flatMap(({ name, language, rows, new: after }) => {
    if (!after || !isAtChance(after, primary, rows)) {
      return [];
    }
    const texts = training
      .filter(([code]) => code === language)
      .reduce((total, [, count]) => total + count, 0);
    const note = texts > 0 ? `, with ${formatQuantity(texts, 'training text')}` : '';
    const labels = formatQuantity(Object.keys(after.labels).length, 'label');
    return [
      {
        chance: `${formatScore(chanceOf(after, primary) ?? 0)} with ${labels}`,
        text: `${name} ${formatScore(after[primary])}${note}`,
      },
    ];
  });
  return [...groupBy(guessed, ({ chance }) => chance)].flatMap(([chance, languages]) =>
    sentence(
      `No better than guessing (${chance})`,
      languages.map(({ text }) => text),
    ),
  );
}

function sentence(topic: string, texts: readonly string[]): string[] {
  return texts.length > 0 ? [`${topic}: ${texts.join('; ')}.`] : [];
}

function metricName(metric: Metric): string {
  return metric.replaceAll('_', ' ').replace('f1', 'F1');
}

/** `0.518 → 0.768`; the score of one side where the other has none. */
function formatSides(scores: Change<number>): string {
  return [scores.old, scores.new]
    .flatMap((score) => (score === undefined ? [] : [formatScore(score)]))
    .join(' → ');
}

function formatScore(score: number): string {
  return score.toFixed(3);
}
