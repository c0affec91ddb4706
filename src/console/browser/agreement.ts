/** How often the candidate agrees with the version that serves, over time. */
import type { ConsoleData } from '../../api/console.ts';
import { percent } from '../../terminal/quantities.ts';
import { languageAlarms } from './languages.ts';
import { languageSeries } from './palette.ts';
import { type Column, type Plot, replicaSource, sumsOf, timelineOf } from './series.ts';

/** Each point is the share of the texts of so many seconds. */
export const AGREEMENT_SECONDS = 60;
/** The most frequent ones are shown, and of those the ones with enough texts. */
const MAX_LANGUAGES = 4;
const MIN_TEXTS = 20;

type Compared = ConsoleData['steps'][number]['compared'];

export function agreementPlot(data: ConsoleData): Plot {
  const alarms = languageAlarms(data);
  const texts = sumsOf(
    data,
    ({ compared }) =>
      Object.fromEntries(Object.entries(compared).map(([name, counts]) => [name, counts.texts])),
    Number.POSITIVE_INFINITY,
  );
  const languages = Object.entries(texts)
    .filter(([, count]) => count >= MIN_TEXTS)
    .sort(([, a], [, b]) => b - a)
    .slice(0, MAX_LANGUAGES)
    .map(([name]) => name);
  const columns = [
    rollingShare(data, (compared) => Object.values(compared)),
    ...languages.map((name) => rollingShare(data, (compared) => [compared[name] ?? NONE])),
  ];
  return {
    series: [
      { name: 'all texts', color: '--muted', dashed: true },
      ...languages.map((name) => languageSeries(name, alarms)),
    ],
    times: timelineOf(replicaSource(data)).times,
    columns,
    marks: [],
    now: columns.map((column) => {
      const last = column.at(-1);
      return last == null ? '–' : percent(last);
    }),
  };
}

const NONE = { texts: 0, agreed: 0 };

/** Null where no text was compared. */
function rollingShare(data: ConsoleData, select: (compared: Compared) => (typeof NONE)[]): Column {
  const { column } = timelineOf(replicaSource(data));
  const sumOf = (count: keyof typeof NONE) =>
    column(({ compared }) => select(compared).reduce((sum, each) => sum + each[count], 0), 0);
  const [texts, agreed] = [sumOf('texts'), sumOf('agreed')];
  const steps = AGREEMENT_SECONDS / data.stepSeconds;
  const windowSum = (values: Column, end: number): number =>
    values
      .slice(Math.max(0, end - steps + 1), end + 1)
      .reduce<number>((sum, n) => sum + (n ?? 0), 0);
  return texts.map((_, i) => {
    const total = windowSum(texts, i);
    return total === 0 ? null : windowSum(agreed, i) / total;
  });
}
