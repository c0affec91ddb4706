/** `models golden make`: the scores of a model for golden texts, which every load of the version is checked with. */
import { z } from 'zod';
import { decodePlainUtf8 } from '../artifacts/decode-utf8.ts';
import type { Golden } from '../artifacts/golden.ts';
import { tokenIdsSchema } from '../artifacts/golden.ts';
import { readModelConfig } from '../artifacts/model-config.ts';
import type { ModelFiles } from '../artifacts/read.ts';
import { mismatch } from '../errors.ts';
import { assertGoldenIds } from '../inference/golden-ids.ts';
import { openClassifier, type Progress } from '../inference/offline.ts';
import { createTokenizer } from '../inference/tokenizer/tokenizer.ts';
import { ModelError } from '../version/errors.ts';
import { checkJson, parseJson } from '../version/json.ts';

const goldenTextSchema = z.strictObject({
  text: z.string().refine((text) => text.trim() !== '', 'expected a text that is not blank'),
  kind: z.string().min(1).default('own'),
  ids: tokenIdsSchema.optional(),
});

export type GoldenText = z.infer<typeof goldenTextSchema>;

/**
 * Reads a text a line, or JSON lines with `text`, and perhaps `kind` and `ids`.
 *
 * @param origin of the lines, for messages.
 * @throws ModelError `unfit` with the number of the line that is wrong, for other bytes than UTF-8, or where there is
 * no text.
 */
export function parseGoldenTexts(content: Buffer, origin: string): GoldenText[] {
  const lines = decodePlainUtf8(content, origin).split(/\r?\n/);
  const isJson = lines.find((line) => line.trim() !== '')?.startsWith('{') ?? false;
  const texts = lines.flatMap((line, index) => {
    if (line.trim() === '') {
      return [];
    }
    const where = `${origin}:${index + 1}`;
    const value = isJson ? parseJson(line, where) : { text: line };
    return [checkJson(goldenTextSchema, value, where)];
  });
  if (texts.length === 0) {
    const expected = 'a text a line, or JSON lines such as {"text": "What a day!"}';
    throw new ModelError('unfit', mismatch(origin, expected, 'no line'));
  }
  return texts;
}

/**
 * Classifies each text in a request of its own.
 *
 * @param files `model.onnx`, `tokenizer.json` and `config.json`; they are not proven.
 * @returns what `golden.json` has, with scores to six digits.
 * @throws ClassifierError `bad-model` where the model can't be used, or the server’s tokenizer has other ids
 * than those of a text.
 */
export async function makeGolden(
  files: ModelFiles,
  texts: readonly GoldenText[],
  onProgress: Progress,
): Promise<Golden> {
  if (texts.some(({ ids }) => ids !== undefined)) {
    assertGoldenIds(texts, createTokenizer(readModelConfig(files)));
  }
  const classifier = await openClassifier(files, { hasGolden: false });
  try {
    const golden: Golden['texts'] = [];
    for (const { kind, text, ids } of texts) {
      const [answer] = await classifier.classify([text]);
      const scores = answer?.classification.scores ?? {};
      golden.push({ kind, text, ...(ids && { ids: [...ids] }), scores: rounded(scores) });
      onProgress(golden.length, texts.length);
    }
    return { texts: golden };
  } finally {
    await classifier.close();
  }
}

function rounded(scores: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(scores).map(([label, score]) => [label, Math.round(score * 1e6) / 1e6]),
  );
}
