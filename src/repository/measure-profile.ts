/** `models profile`: measures the reference profile of a version's training data. */
import { readFile } from 'node:fs/promises';
import { readColumn } from '../artifacts/data-table.ts';
import { digestModel } from '../artifacts/digests.ts';
import type { Profile } from '../artifacts/profile.ts';
import type { ModelFiles } from '../artifacts/read.ts';
import { COUNTED_LANGUAGES } from '../drift/languages.ts';
import { emptyProfile, profileOf } from '../drift/profile.ts';
import { createLanguageIdentifier } from '../inference/language.ts';
import { classifyAll, openClassifier, type Progress } from '../inference/offline.ts';

/**
 * Classifies every text of the data files, and counts languages, labels, scores, lengths and unknown
 * tokens.
 *
 * @param files `model.onnx`, `tokenizer.json` and `config.json`; they are not proven.
 * @param dataFiles tab-separated, with a header that has a `text` column.
 */
export async function measureProfile(
  files: ModelFiles,
  dataFiles: readonly string[],
  onProgress: Progress,
): Promise<Profile> {
  const texts: string[] = [];
  for (const path of dataFiles) {
    texts.push(...readColumn(await readFile(path), path, 'text'));
  }
  const classifier = await openClassifier(files, {
    hasGolden: false,
    identifyLanguage: await createLanguageIdentifier(),
  });
  try {
    const bins = emptyProfile(classifier.labels, COUNTED_LANGUAGES);
    const profile = profileOf(bins, await classifyAll(classifier, texts, onProgress));
    return { ...profile, model: digestModel(files) };
  } finally {
    await classifier.close();
  }
}
