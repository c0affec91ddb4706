/** `models profile`: measures a version's training data with the server's own code. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Classifier } from './inference/classifier.ts';
import { createClassifier } from './inference/classifier.ts';
import { availableCpus } from './inference/cpu-quota.ts';
import { createLanguageIdentifier, UNDETERMINED } from './telemetry/language.ts';
import { LANGUAGES } from './telemetry/metrics.ts';
import { createTally, type Profile } from './telemetry/profile.ts';

/** Texts handed over at once: enough to keep every worker busy, few enough to show progress. */
const CHUNK = 512;
const MAX_BATCH = 16;

/**
 * Classifies every text of the data files and tells how they are distributed.
 *
 * @param folder with `model.onnx`, `tokenizer.json` and `config.json`, such as a checkout.
 * @param dataFiles tab-separated, with a header that has a `text` column.
 * @param onProgress told of texts done and texts in all.
 */
export async function profileData(
  folder: string,
  dataFiles: readonly string[],
  onProgress: (done: number, total: number) => void,
): Promise<Profile> {
  const texts = (await Promise.all(dataFiles.map(readTexts))).flat();
  const identifyLanguage = await createLanguageIdentifier();
  const classifier = await openFolder(folder);
  try {
    const tally = createTally(classifier.labels, [...LANGUAGES, UNDETERMINED]);
    const { signal } = new AbortController();
    for (let start = 0; start < texts.length; start += CHUNK) {
      const chunk = texts.slice(start, start + CHUNK);
      const classifications = await classifier.classify(chunk, signal);
      classifications.forEach((classification, index) => {
        tally.add({ ...classification, language: identifyLanguage(chunk[index] as string) });
      });
      onProgress(start + chunk.length, texts.length);
    }
    return tally.profile();
  } finally {
    await classifier.close();
  }
}

/** A classifier of files that are not committed yet, so nothing proves them and no golden text is due. */
async function openFolder(folder: string): Promise<Classifier> {
  const files = new Map<string, Buffer>();
  for (const path of ['model.onnx', 'tokenizer.json', 'config.json']) {
    files.set(path, await readFile(join(folder, path)));
  }
  return createClassifier({
    files,
    workers: availableCpus(),
    maxBatch: MAX_BATCH,
    queueCapacity: CHUNK,
    golden: false,
    observer: {
      onDequeue: () => undefined,
      onRun: () => undefined,
      onWorkerRestart: (cause) => process.stderr.write(`a worker was replaced: ${cause.message}\n`),
    },
  });
}

/** @throws Error naming file and line where a row has no text. */
async function readTexts(path: string): Promise<string[]> {
  const [header = '', ...rows] = (await readFile(path, 'utf8')).split(/\r?\n/);
  const column = header.split('\t').indexOf('text');
  if (column < 0) {
    throw new Error(
      `${path}: expected a header with a "text" column, found ${JSON.stringify(header)}`,
    );
  }
  return rows.flatMap((row, index) => {
    const text = row.split('\t')[column];
    if (text === undefined && row !== '') {
      throw new Error(`${path}:${index + 2}: the row has no text`);
    }
    return text === undefined ? [] : [text];
  });
}
