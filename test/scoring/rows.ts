/** Rows, windows and a classifier of a test's own. */
import type { BulkClassifier } from '../../src/inference/bulk.ts';
import type { Classification } from '../../src/inference/classification.ts';
import type { Row, RowBlock } from '../../src/scoring/input/row.ts';
import type { PlacedRow, Window } from '../../src/scoring/windows.ts';

export function row(line: number, text = `text ${line}`): Row {
  return { line, kept: { cells: [text] }, text, error: undefined };
}

export function placed(values: Partial<PlacedRow>): PlacedRow {
  return { file: 'a.csv', ...row(1), ...values };
}

export const CLASSIFICATION: Classification = {
  ...{
    label: 'positive',
    score: 0.91234567,
    scores: { negative: 0.08765433, positive: 0.91234567 },
  },
  ...{ tokens: 5, unknownRatio: 0, truncated: false, topic: undefined },
  ...{ language: 'en', languageConfidence: 1, logSumExp: 0 },
};

/** Blocks of 100 rows. */
export async function* blocksOf(count: number, textOf?: (line: number) => string) {
  for (let first = 1; first <= count; first += 100) {
    const rows = Array.from({ length: Math.min(100, count - first + 1) }, (_, at) =>
      row(first + at, textOf?.(first + at)),
    );
    const block: RowBlock = { file: 'a.txt', columns: ['text'], rows, share: first / count };
    yield block;
  }
}

export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of source) {
    found.push(each);
  }
  return found;
}

export function windowOf(rows: readonly PlacedRow[]): Window {
  return { rows, columns: ['text'], share: undefined, end: rows.length, digest: () => '' };
}

/** The label of a text is the text. */
export const echo: Pick<BulkClassifier, 'classify'> = {
  classify: async (texts) => texts.map((text) => ({ ...CLASSIFICATION, label: text })),
};
