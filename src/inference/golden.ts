/** The check at start that this machine computes the scores that the version was released with. */
import { type ModelFiles, parseJsonFile } from '../artifacts/read.ts';
import { mismatch } from '../errors.ts';
import { ClassifierError, orBadModel } from './errors.ts';
import { softmax } from './logits.ts';
import type { BatchResult } from './messages.ts';

/** Maximum difference from the score that the version was released with. */
export const GOLDEN_TOLERANCE = 1e-2;
/** Maximum difference between the scores of a text as a single text and in a batch. */
export const BATCH_TOLERANCE = 1e-4;

/** A score differs from the one that the version was released with. */
export class GoldenError extends ClassifierError {
  constructor(message: string) {
    super('bad-model', message);
  }
}

/**
 * Classifies the texts of `golden.json`, first each as a single text and then all in mixed batches.
 *
 * @param run runs a batch of texts on a worker, as for a request.
 * @returns what the model returned for each as a single text.
 * @throws GoldenError at the first score that is not the expected one; ClassifierError `bad-model` if
 * there is no such file, or it does not match its schema.
 */
export async function checkGolden(
  files: ModelFiles,
  labels: readonly string[],
  maxBatch: number,
  run: (texts: readonly string[]) => Promise<BatchResult>,
): Promise<BatchResult[]> {
  const golden = orBadModel(() => parseJsonFile(files, 'golden.json')).texts;
  const texts = golden.map(({ text }) => text);
  const scoresOf = (result: BatchResult): number[][] => toScores(result, labels.length);
  // One after the other: a single request may run in another session than concurrent ones.
  const results: BatchResult[] = [];
  for (const text of texts) {
    results.push(await run([text]));
  }
  const single = results.flatMap(scoresOf);
  const batches: Promise<number[][]>[] = [];
  for (let start = 0; start < texts.length; start += maxBatch) {
    batches.push(run(texts.slice(start, start + maxBatch)).then(scoresOf));
  }
  const batched = (await Promise.all(batches)).flat();

  golden.forEach(({ kind, text, scores }, at) => {
    labels.forEach((label, index) => {
      const expected = scores[label] ?? Number.NaN;
      const found = single[at]?.[index] ?? Number.NaN;
      const foundInBatch = batched[at]?.[index] ?? Number.NaN;
      const where = `golden.json: ${kind} ${JSON.stringify(text.slice(0, 40))}: ${label}`;
      assertNear(`${where}, as a single text`, expected, found, GOLDEN_TOLERANCE);
      assertNear(`${where}, in a batch`, found, foundInBatch, BATCH_TOLERANCE);
    });
  });
  return results;
}

/** @returns `[texts, labels]` */
function toScores({ logits }: BatchResult, labels: number): number[][] {
  return Array.from({ length: logits.length / labels }, (_, row) =>
    softmax(logits.subarray(row * labels, (row + 1) * labels)),
  );
}

function assertNear(where: string, expected: number, found: number, tolerance: number): void {
  // Written so that NaN fails.
  if (!(Math.abs(expected - found) <= tolerance)) {
    throw new GoldenError(
      mismatch(where, `${expected.toFixed(4)} ± ${tolerance}`, found.toFixed(4)),
    );
  }
}
