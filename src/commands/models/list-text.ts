/** The text of `models list`: a line for each version, and one for each of its scores. */
import type { VersionSummary } from '../../repository/describe.ts';
import { columnsOf, padEnd, padStart } from '../../terminal/columns.ts';
import { formatBytes, formatMetric } from '../../terminal/numbers.ts';

export function formatList(versions: readonly VersionSummary[]): string {
  const tagWidth = Math.max(0, ...versions.map(({ tag = '' }) => columnsOf(tag)));
  return versions.map((version) => formatVersion(version, tagWidth)).join('\n');
}

function formatVersion(version: VersionSummary, tagWidth: number): string {
  const { commit, pinned, tag = '', date, subject, size, scores } = version;
  const columns = [
    pinned ? '*' : ' ',
    commit,
    padEnd(tag, tagWidth),
    date.slice(0, 10),
    padStart(formatBytes(size), 8),
    subject,
  ];
  return [
    columns.join(' '),
    ...Object.entries(scores).map(([name, score]) => `    ${name} ${formatMetric(score)}`),
  ].join('\n');
}
