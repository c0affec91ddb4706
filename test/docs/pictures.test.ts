/** The pictures of the documents are what their sources give, have a place in a page, and can be read. */
import { expect, test } from 'vitest';
import { PICTURE_STYLE } from '../../tools/pictures/style.mjs';
import { drawPictures } from '../../tools/pictures.mjs';
import { listDocuments, listFiles, readDocument } from './markdown.ts';

const drawn = await drawPictures();
const names = listFiles('docs/pictures')
  .filter((path) => path.endsWith('.svg'))
  .map((path) => path.slice('docs/pictures/'.length));

test('each picture has a source, and each source a picture', () => {
  expect(names.length).toBeGreaterThan(0);
  expect(Object.keys(drawn).sort()).toEqual(names.sort());
});

test.each(names)('%s is what its source gives (node tools/pictures.mjs draws it)', (name) => {
  expect(readDocument(`docs/pictures/${name}`)).toBe(drawn[name]);
});

test.each(names)('%s is in a page, with a text for those who do not see it', (name) => {
  const images = listDocuments().flatMap((path) => [
    ...readDocument(path).matchAll(/!\[([^\]]*)\]\(([^)\s]+)\)/g),
  ]);
  const texts = images.filter(([, , target]) => target?.endsWith(`pictures/${name}`));
  expect(texts.length).toBeGreaterThan(0);
  expect(texts.filter(([, text = '']) => text.length < 20)).toEqual([]);
});

const [LIGHT = '', DARK = ''] = PICTURE_STYLE.split('@media (prefers-color-scheme: dark)');

test.each([
  ['light', LIGHT],
  ['dark', DARK],
])('on a %s page, texts and lines stand out (WCAG 2.2, 1.4.3 and 1.4.11)', (_, style) => {
  const colors = Object.fromEntries(
    [...style.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name, color]) => [name, color]),
  ) as Record<string, string>;
  const { page = '', ink = '' } = colors;
  const boxes = ['page', 'box', 'store', 'check', 'result', 'refused'];
  const lines = Object.keys(colors).filter((name) => name.endsWith('line'));
  const textPairs = boxes.map((box) => [box, contrast(ink, colors[box] as string)] as const);
  const linePairs = lines.map((line) => [line, contrast(colors[line] as string, page)] as const);
  expect(textPairs.filter(([, ratio]) => ratio < 7)).toEqual([]);
  expect(linePairs.filter(([, ratio]) => ratio < 4.5)).toEqual([]);
});

/** @returns the contrast of two colours, 1 to 21. */
function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** @param color as #rrggbb. @returns its relative luminance, 0 to 1. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
