/** Filters that no prediction could pass: mistyped, or of something that the log does not have. */
import { formatQuantity } from '../terminal/numbers.ts';
import type { PredictionEntry } from './entry.ts';
import type { Filters } from './filter.ts';

/** Values that are remembered, of each field; a log has fewer. */
const MAX_VALUES = 1_000;
const MAX_SHOWN = 12;
/** The digits of a commit that are shown. */
const SHORT_COMMIT = 12;

export interface FilterCheck {
  add(prediction: PredictionEntry): void;
  /** A sentence for each value that no prediction had, with the values that were there. */
  messages(): string[];
}

export function createFilterCheck({ languages, labels, commit, grep }: Filters): FilterCheck {
  const seen = {
    languages: new Set<string>(),
    labels: new Set<string>(),
    commits: new Set<string>(),
  };
  const texts = { predictions: 0, none: 0, hashed: 0, cut: 0 };
  const missing = (noun: string, wanted: ReadonlySet<string> = new Set(), found: Set<string>) =>
    [...wanted]
      .filter((value) => ![...found].some((each) => each.toLowerCase() === value))
      .map((value) => `no prediction has the ${noun} ${value}; found: ${listOf(found)}`);
  return {
    add: (prediction) => {
      addTo(seen.languages, prediction.language);
      addTo(seen.labels, prediction.label);
      addTo(seen.commits, prediction.commit);
      const { input, isCut } = prediction;
      texts.predictions++;
      texts.none += input === undefined ? 1 : 0;
      texts.hashed += input !== undefined && /^sha256:[0-9a-f]{64}$/.test(input) ? 1 : 0;
      texts.cut += isCut ? 1 : 0;
    },
    messages: () => {
      if (texts.predictions === 0) {
        return [];
      }
      const commits = [...seen.commits];
      return [
        ...missing('language', languages, seen.languages),
        ...missing('label', labels, seen.labels),
        ...(commit === undefined || commits.some((each) => each.startsWith(commit))
          ? []
          : [`no prediction is of a commit ${commit}…; found: ${listOf(commits.map(short))}`]),
        ...(grep === undefined ? [] : grepMessages(texts)),
      ];
    },
  };
}

function grepMessages({
  predictions,
  none,
  hashed,
  cut,
}: Readonly<Record<'predictions' | 'none' | 'hashed' | 'cut', number>>): string[] {
  if (none + hashed === predictions) {
    const reason = hashed > 0 ? 'hash' : 'none';
    return [`--grep: the log has no texts (LOG_INPUT=${reason})`];
  }
  return cut > 0
    ? [
        `--grep: only the beginning of ${formatQuantity(cut, 'text')} was searched (LOG_INPUT_CHARS)`,
      ]
    : [];
}

function addTo(values: Set<string>, value: string): void {
  if (values.size < MAX_VALUES) {
    values.add(value);
  }
}

function short(commit: string): string {
  return commit.slice(0, SHORT_COMMIT);
}

function listOf(values: Iterable<string>): string {
  const all = [...new Set(values)].sort();
  const shown = all.slice(0, MAX_SHOWN).join(', ');
  return all.length > MAX_SHOWN ? `${shown} and ${all.length - MAX_SHOWN} more` : shown;
}
