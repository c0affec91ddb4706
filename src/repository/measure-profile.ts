/** `models profile`: measures a version's training data with the server's own code. */
import { readFile } from 'node:fs/promises';
import { readColumn } from '../artifacts/data-table.ts';
import { COUNTED_LANGUAGES } from '../drift/languages.ts';
import { emptyProfile, type Profile, profileOf } from '../drift/profile.ts';
import { createLanguageIdentifier } from '../inference/language.ts';
import { classifyAll, openClassifier, type Progress } from '../inference/offline.ts';

/**
 * Classifies every text of the data files and tells how they are distributed.
 *
 * @param files `model.onnx`, `tokenizer.json` and `config.json`; nothing proves them.
 * @param dataFiles tab-separated, with a header that has a `text` column.
 */
export async function profileData(
  files: ReadonlyMap<string, Buffer>,
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
    const classifications = await classifyAll(classifier, texts, onProgress);
    return profileOf(emptyProfile(classifier.labels, COUNTED_LANGUAGES), classifications);
  } finally {
    await classifier.close();
  }
}
