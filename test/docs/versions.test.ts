/** The documents name the versions that are shipped. */
import { describe, expect, test } from 'vitest';
import {
  DOCUMENTS,
  readExample,
  withShippedShas,
  withShippedTags,
} from '../../tools/renew-documents.mjs';
import { commitOf, gitLines } from '../support/history.ts';
import {
  MULTILINGUAL,
  MULTILINGUAL_TAG,
  PINNED,
  PINNED_TAG,
  shippedJson,
} from '../support/pinned.ts';
import { listFiles, readDocument } from './markdown.ts';

interface Golden {
  readonly texts: readonly {
    readonly text: string;
    readonly scores: Readonly<Record<string, number>>;
  }[];
}

test.each(DOCUMENTS)(
  '%s has their SHAs, as `node tools/renew-documents.mjs` writes them',
  (path) => {
    const text = readDocument(path);
    expect(withShippedShas(text)).toBe(text);
  },
);

test('docs/tutorial.md has their tags, as `node tools/renew-documents.mjs` writes them', () => {
  const tutorial = readDocument('docs/tutorial.md');
  expect(tutorial).toMatch(/v\d\.\d\.\d beside v\d\.\d\.\d/);
  expect(withShippedTags(tutorial)).toBe(tutorial);
  expect(withShippedTags('v0.1.0, v2.0.0 and v9.9.9')).toBe(
    `${PINNED_TAG}, ${MULTILINGUAL_TAG} and v9.9.9`,
  );
});

test.each(DOCUMENTS)('each full SHA in %s is of the history', (path) => {
  const known = new Set(gitLines('rev-list', '--all'));
  // Those of other projects are in their addresses.
  const words = readDocument(path).replace(/https:\S+/g, '');
  // Zeros: an example of a version that is not there.
  const shas = words.match(/\b(?!0{30})[0-9a-f]{40}\b/g) ?? [];
  expect(shas.filter((sha) => !known.has(sha))).toEqual([]);
});

describe('an earlier SHA becomes that of the version that took its place, as long', () => {
  test.each([
    ['v1.0.0', PINNED],
    ['v2.0.0', MULTILINGUAL],
  ])('%s', (tag, expected) => {
    const earlier = commitOf(tag);
    expect(withShippedShas(`show ${earlier} or ${earlier.slice(0, 8)}…; not 0123456789`)).toBe(
      `show ${expected} or ${expected.slice(0, 8)}…; not 0123456789`,
    );
  });
});

test('the plain manifests are of the pinned version, as deploy/kubernetes/render.sh writes them', () => {
  const manifests = listFiles('deploy/kubernetes').filter((path) => /\.ya?ml$/.test(path));
  const shas = manifests.flatMap((path) => readDocument(path).match(/\b[0-9a-f]{40}\b/g) ?? []);
  expect(new Set(shas)).toEqual(new Set([PINNED]));
});

test('README’s story: what German is to the pinned and to the multilingual version', () => {
  const labelOf = (commit: string, greeting: string): string | undefined => {
    const { texts } = shippedJson<Golden>(commit, 'golden.json');
    const scores = texts.find(({ text }) => text === greeting)?.scores ?? {};
    return Object.entries(scores).sort(([, a], [, b]) => b - a)[0]?.[0];
  };
  const readme = readDocument('README.md');
  const { inputs, answers } = readExample(readme);
  const greeting = inputs[1] as string;
  const label = labelOf(MULTILINGUAL, greeting);
  expect(answers[1]).toMatchObject({ label: labelOf(PINNED, greeting), language: 'de' });
  expect(label).not.toBe(answers[1]?.label);
  expect(readme).toContain(`"${greeting}" is then ${label}, `);
});
