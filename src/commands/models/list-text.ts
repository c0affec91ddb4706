/** The text of `models list`: a line for each version, and one for each of its scores. */
import type { VersionSummary } from '../../repository/describe.ts';

export function formatList(versions: readonly VersionSummary[]): string {
  const tagWidth = Math.max(0, ...versions.map(({ tag = '' }) => tag.length));
  return versions.map((version) => formatVersion(version, tagWidth)).join('\n');
}

function formatVersion(version: VersionSummary, tagWidth: number): string {
  const { commit, pinned, tag = '', date, subject, size, scores } = version;
  const columns = [
    pinned ? '*' : ' ',
    commit,
    tag.padEnd(tagWidth),
    date.slice(0, 10),
    formatBytes(size).padStart(8),
    subject,
  ];
  return [
    columns.join(' '),
    ...Object.entries(scores).map(([name, score]) => `    ${name} ${score.toFixed(4)}`),
  ].join('\n');
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  const value = bytes / 1000 ** power;
  return `${value.toFixed(power === 0 || value >= 100 ? 0 : 1)} ${units[power]}`;
}
