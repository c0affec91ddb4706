/** A user's own labelled texts. */
import { readFile } from 'node:fs/promises';
import { KnownError, mismatch } from '../errors.ts';
import { createRandom } from './random.ts';
import type { LabelledText } from './traffic.ts';

/** Of tables that name their columns. */
const HEADER = 'label\ttext';

/**
 * Reads lines of `<label><tab><text>`, or JSON lines with `text` and perhaps `label` and `language` (ISO 639).
 *
 * @throws KnownError `bad-texts` with the number of the line that is something else; the system's error where
 * the file can't be read.
 */
export async function readTextFile(path: string): Promise<readonly LabelledText[]> {
  const lines = (await readFile(path, 'utf8')).replace(/^\ufeff/, '').split(/\r?\n/);
  const isJson = lines.find((line) => line.trim() !== '')?.startsWith('{') ?? false;
  const parse = isJson ? parseJsonLine : parseTableLine;
  const texts: LabelledText[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '' || (index === 0 && line === HEADER)) {
      continue;
    }
    const text = parse(line);
    if (!text) {
      const expected = isJson
        ? '{"text": …} with perhaps "label" and "language"'
        : '<label><tab><text>';
      throw new KnownError('bad-texts', mismatch(`${path}:${index + 1}`, expected, startOf(line)));
    }
    texts.push(text);
  }
  if (texts.length === 0) {
    throw new KnownError('bad-texts', mismatch(path, 'labelled texts', 'none'));
  }
  return texts;
}

function parseTableLine(line: string): LabelledText | undefined {
  const [, label = '', text = ''] = /^([^\t]*)\t(.*)$/s.exec(line) ?? [];
  return text.trim() === '' ? undefined : { label: label.trim() || undefined, text };
}

function parseJsonLine(line: string): LabelledText | undefined {
  let fields: Record<string, unknown> | null;
  try {
    fields = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { text, label, language } = fields ?? {};
  return typeof text === 'string' && text.trim() !== '' && isName(label) && isName(language)
    ? { text, label, language }
    : undefined;
}

function isName(value: unknown): value is string | undefined {
  return value === undefined || (typeof value === 'string' && value !== '');
}

const MAX_SHOWN = 40;

function startOf(line: string): string {
  return JSON.stringify(line.slice(0, MAX_SHOWN).toWellFormed());
}

/** @returns a function that returns the next text: each once in an order that the seed determines, then again. */
export function createTextTraffic(
  texts: readonly LabelledText[],
  seed: number,
): () => LabelledText {
  const random = createRandom(seed);
  const order = [...texts];
  // Fisher and Yates.
  for (let at = order.length - 1; at > 0; at--) {
    const other = Math.floor(random.next() * (at + 1));
    [order[at], order[other]] = [order[other] as LabelledText, order[at] as LabelledText];
  }
  let next = 0;
  return () => order[next++ % order.length] as LabelledText;
}
