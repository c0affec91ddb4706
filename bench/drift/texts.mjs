// Labelled tweets, classified once by a version as the server does it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { classifyAll, createLanguageIdentifier, openClassifier } from '#dist/toolkit.js';

/** The rows of a data set with columns `label` and `text`, separated by tabs. */
function readRows(path) {
  const [header, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  const columns = header.split('\t');
  return lines.map((line) => {
    const cells = line.split('\t');
    return { text: cells[columns.indexOf('text')], trueLabel: cells[columns.indexOf('label')] };
  });
}

/**
 * @param version its folder.
 * @param folder of the data sets.
 * @returns `classifyFiles(...paths)` and `classify(texts)`, which give observations; and `close`.
 */
export async function openTexts(version, folder) {
  const identifyLanguage = await createLanguageIdentifier();
  const files = ['model.onnx', 'tokenizer.json', 'config.json'];
  const classifier = await openClassifier(
    new Map(files.map((path) => [path, readFileSync(join(version, path))])),
    { hasGolden: false },
  );
  const classifyRows = async (rows) => {
    const texts = rows.map(({ text }) => text);
    const found = await classifyAll(classifier, texts, () => undefined);
    return rows.map((row, i) => ({ ...row, ...found[i], ...identifyLanguage(row.text) }));
  };
  return {
    classifyFiles: (...paths) =>
      classifyRows(paths.flatMap((path) => readRows(join(folder, path)))),
    classify: (texts) => classifyRows(texts.map((text) => ({ text }))),
    close: () => classifier.close(),
  };
}
