/** The report as one HTML page without external resources. */
import { changeRows, verdictRows } from '../comparison/verdict-rows.ts';
import { namesOf } from '../logs/log-files.ts';
import { escapeHtml, formatHtmlPage } from '../terminal/html-page.ts';
import { formatScore } from '../terminal/numbers.ts';
import type { Example } from './compare.ts';
import {
  type ComparedVersion,
  type Difference,
  isProven,
  missingOf,
  nameOf,
  type ReplayReport,
} from './report.ts';
import {
  comparedTitle,
  describeCheck,
  describeDifference,
  describeMissing,
  notesOf,
  placeOf,
  titleOf,
} from './report-texts.ts';

const STYLE = `
.scroll { overflow-x: auto; }
table.narrow { width: auto; }
`;

/** @returns HTML with every text escaped. */
export function formatPage(report: ReplayReport): string {
  const { against, files, compared, missing } = report;
  const notes = [...(missingOf(missing) > 0 ? [describeMissing(report)] : []), ...notesOf(report)];
  return formatHtmlPage({
    title: titleOf(report),
    style: STYLE,
    body: `<p><code>${escapeHtml(against.commit)}</code></p>
<p class="quiet">${escapeHtml(namesOf(files))}</p>
${formatCheck(report)}
${compared.map((version) => formatCompared(version, report)).join('\n')}
${notes.map((note) => `<p class="quiet">${escapeHtml(note)}</p>`).join('\n')}`,
  });
}

function formatCheck(report: ReplayReport): string {
  const { checked, files } = report;
  if (checked.predictions === 0) {
    return '';
  }
  const result = checked.differ > 0 ? 'failed' : isProven(report) ? 'fine' : '';
  const item = (difference: Difference): string =>
    `<li><div>${escapeHtml(placeOf(difference, files))}: ${escapeHtml(describeDifference(difference))}</div>` +
    `<bdi class="quiet">${escapeHtml(difference.text)}</bdi></li>`;
  return `<section class="result ${result}">
<p>${escapeHtml(describeCheck(report))}</p>
<ul>
${checked.differences.map(item).join('\n')}
</ul>
</section>`;
}

function formatCompared(version: ComparedVersion, { against }: ReplayReport): string {
  const names = { primary: nameOf(version), candidate: nameOf(against) };
  const { head, rows } = verdictRows(version.verdict, names);
  return `<section>
<h2>${escapeHtml(comparedTitle(version))}</h2>
<p><code>${escapeHtml(version.commit)}</code></p>
${version.summary.map((sentence) => `<p>${escapeHtml(sentence)}</p>`).join('\n')}
<div class="scroll"><table>
<thead><tr>${head.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join('')}</tr></thead>
<tbody>
${rows.map(formatRow).join('\n')}
</tbody>
</table></div>
${part('most frequent changes', formatChanges(version))}
${part('texts with different labels', formatExamples(version.examples))}
</section>`;
}

function formatRow([name = '', ...cells]: readonly string[]): string {
  return (
    `<tr><th scope="row">${escapeHtml(name)}</th>` +
    `${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`
  );
}

function part(title: string, content: string): string {
  return content === '' ? '' : `<h3>${title}</h3>\n${content}`;
}

function formatChanges(version: ComparedVersion): string {
  const rows = changeRows(version.verdict);
  return rows.length === 0
    ? ''
    : `<table class="narrow"><tbody>\n${rows.map(formatRow).join('\n')}\n</tbody></table>`;
}

function formatExamples(examples: readonly Example[]): string {
  const side = ({ label, score }: Example['found']): string => `${label} ${formatScore(score)}`;
  const item = ({ text, language, logged, found }: Example): string => {
    const head = `${language} · ${side(logged)} → ${side(found)}`;
    return `<li><div class="quiet">${escapeHtml(head)}</div><bdi>${escapeHtml(text)}</bdi></li>`;
  };
  return examples.length === 0 ? '' : `<ul>\n${examples.map(item).join('\n')}\n</ul>`;
}
