/** What the documents refer to is there: files, sections, paths. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../support/server.ts';
import { codeSpans, listDocuments, readDocument } from './markdown.ts';

/** A heading's anchor, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function hasSection(path: string, anchor: string): boolean {
  const headings = readDocument(path).matchAll(/^#+ (.+)$/gm);
  return [...headings].some(([, heading]) => anchorOf(heading as string) === anchor);
}

test.each(listDocuments())('links of %s', (document) => {
  const isBroken = (target: string): boolean => {
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? document : join(dirname(document), path);
    return !existsSync(join(ROOT, file)) || (anchor ? !hasSection(file, anchor) : false);
  };
  const links = [...readDocument(document).matchAll(/\]\(([^)\s]+)\)/g)];
  const targets = links.map(([, target = '']) => target);
  expect(targets.filter((target) => !/^[a-z]+:/.test(target) && isBroken(target))).toEqual([]);
});

test.each(listDocuments())('references of %s are defined once and used', (document) => {
  const text = readDocument(document).replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, '');
  const used = [...text.matchAll(/\]\[([\w-]+)\]/g)].map(([, name]) => name as string);
  const defined = [...text.matchAll(/^\[([\w-]+)\]: \S+$/gm)].map(([, name]) => name as string);
  expect(defined.sort()).toEqual([...new Set(used)].sort());
});

test.each(listDocuments())('paths of files in %s', (document) => {
  const paths = codeSpans(readDocument(document)).filter((text) =>
    /^(src|test|tools|bench|demo|deploy|docs|release|structure|\.github)\/[\w./-]+$/.test(text),
  );
  expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
