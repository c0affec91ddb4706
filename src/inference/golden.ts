/** The proof at start that this machine gives the scores that the version was released with. */
import { type ModelFiles, parseJsonFile } from '../artifacts/read.ts';
import { ClassifierError, orBadModel } from './errors.ts';
import { softmax } from './logits.ts';
import type { BatchResult } from './messages.ts';

const GOLDEN_TOLERANCE = 1e-2;
/** How far a text's score may depend on what else is in its batch. */
const BATCH_TOLERANCE = 1e-4;

/** A score is not the one that the version was released with. */
export class GoldenError extends ClassifierError {
  constructor(message: string) {
    super('bad-model', message);
  }
}

/**
 * Classifies the texts of `golden.json`, each alone and then all in mixed batches.
 *
 * @param run the real path: a batch of texts on some worker.
 * @throws GoldenError at the first score that is not the expected one; ClassifierError `bad-model`
 * where there is no such file, or its shape is another one.
 */
export async function checkGolden(
  files: ModelFiles,
  labels: readonly string[],
  maxBatch: number,
  run: (texts: readonly string[]) => Promise<BatchResult>,
): Promise<void> {
  const { texts } = orBadModel(() => parseJsonFile(files, 'golden.json'));
  // One after the other: what comes alone may run otherwise than what has company.
  const single: (number[] | undefined)[] = [];
  for (const { text } of texts) {
    single.push(scoresOf(await run([text]))[0]);
  }
  const batches: Promise<number[][]>[] = [];
  for (let start = 0; start < texts.length; start += maxBatch) {
    const batch = texts.slice(start, start + maxBatch).map(({ text }) => text);
    batches.push(run(batch).then(scoresOf));
  }
  const mixed = (await Promise.all(batches)).flat();

  texts.forEach(({ kind, text, scores }, at) => {
    labels.forEach((label, index) => {
      const found = single[at]?.[index] ?? Number.NaN;
      const foundMixed = mixed[at]?.[index] ?? Number.NaN;
      const where = `golden.json: ${kind} ${JSON.stringify(text.slice(0, 40))}: ${label}`;
      expectNear(`${where}, alone`, scores[label] ?? Number.NaN, found, GOLDEN_TOLERANCE);
      expectNear(`${where}, in a batch instead of alone`, found, foundMixed, BATCH_TOLERANCE);
    });
  });

  function scoresOf({ logits }: BatchResult): number[][] {
    const rows: number[][] = [];
    for (let start = 0; start < logits.length; start += labels.length) {
      rows.push(softmax(logits.subarray(start, start + labels.length)));
    }
    return rows;
  }
}

function expectNear(what: string, expected: number, found: number, tolerance: number): void {
  // Written so that NaN fails.
  if (!(Math.abs(expected - found) <= tolerance)) {
    throw new GoldenError(
      `${what}: expected ${expected.toFixed(4)} ± ${tolerance}, found ${found.toFixed(4)}`,
    );
  }
}
