/** CHANGELOG.md has the form of Keep a Changelog 1.1.0, and a section for the version of package.json. */
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { readDocument } from './markdown.ts';

const GROUPS = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];
const changelog = readDocument('CHANGELOG.md');
const headings = [...changelog.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading as string);

test('what is not released yet comes first, then the version of package.json', () => {
  expect(headings[0]).toBe('[Unreleased]');
  expect(headings[1]?.startsWith(`[${manifest.version}] - `)).toBe(true);
});

test('each version has a date, and the newest is first', () => {
  const versions = headings
    .slice(1)
    .map((heading) => /^\[(\d+)\.(\d+)\.(\d+)\] - (\d{4}-\d{2}-\d{2})$/.exec(heading)?.slice(1));
  expect(versions).not.toContain(undefined);
  const keys = versions.map((parts = []) => {
    expect(new Date(parts[3] as string).toISOString().slice(0, 10)).toBe(parts[3]);
    return parts.slice(0, 3).reduce((sum, part) => sum * 1_000 + Number(part), 0);
  });
  expect(keys).toEqual([...new Set(keys)].sort((a, b) => b - a));
});

test('changes are in the groups of Keep a Changelog', () => {
  const groups = [...changelog.matchAll(/^### (.+)$/gm)].map(([, group]) => group as string);
  expect(groups.filter((group) => !GROUPS.includes(group))).toEqual([]);
  expect(groups.length).toBeGreaterThan(0);
});
