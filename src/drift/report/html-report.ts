/** The report as one HTML page without external resources. */
import { escapeHtml, formatHtmlPage } from '../../terminal/html-page.ts';
import { formatCount, formatScore, formatShare } from '../../terminal/numbers.ts';
import { formatDateTime } from '../../terminal/time.ts';
import type { Sample } from './prediction-bins.ts';
import type { DriftReport, FeatureReport } from './report.ts';
import {
  exampleTitle,
  formatContribution,
  formatIndex,
  LEGEND,
  notesOf,
  originOf,
  type Row,
  rowsOf,
  summaryOf,
  titleOf,
  verdictTitle,
} from './report-texts.ts';

const STYLE = `
.head { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; }
.verdict { font-weight: 600; }
.stable { color: var(--stable); } .moving { color: var(--moving); }
.changed { color: var(--changed); } .too_few { color: var(--quiet); }
td.bars { width: 60%; padding-left: .5rem; }
.bar { height: .5rem; border-radius: 2px; margin: 1px 0; min-width: 0; }
.bar.traffic, .key.traffic { background: var(--traffic); }
.bar.training, .key.training { background: var(--training); }
.key { display: inline-block; width: .6rem; height: .6rem; border-radius: 2px; margin-right: .3rem; }
@media (max-width: 34rem) {
  td.bars { width: 30%; }
  .count { display: none; }
}
`;

/** @returns HTML with every text escaped. */
export function formatPage(report: DriftReport): string {
  const { model, tag, commit, features, drifted, predictions } = report;
  const { headline, foreign } = summaryOf(report);
  const name = [model, tag].filter(Boolean).join(' ');
  const isJudged = features.some(({ verdict }) => verdict !== 'too_few');
  const result = drifted ? 'failed' : isJudged ? 'fine' : '';
  const [window = '', origin = ''] = originOf(report);
  const notes = notesOf(report);
  return formatHtmlPage({
    title: `Drift of ${name}`,
    style: STYLE,
    body: `${commit === null ? '' : `<p><code>${escapeHtml(commit)}</code></p>`}
<p>${escapeHtml(window)}</p>
<p class="quiet">${escapeHtml(origin)}</p>
<section class="result ${result}">
${[headline, ...foreign].map((line) => `<p>${escapeHtml(line)}</p>`).join('\n')}
</section>
${features.map((feature) => formatFeature(feature)).join('\n')}
${formatExamples(report)}
${[...notes, ...(predictions > 0 ? [LEGEND] : [])].map((note) => `<p class="quiet">${escapeHtml(note)}</p>`).join('\n')}`,
  });
}

function formatFeature(feature: FeatureReport): string {
  const rows = rowsOf(feature);
  const scale = Math.max(...rows.map(({ observed, reference }) => Math.max(observed, reference)));
  return `<section>
<div class="head">
<h2>${escapeHtml(titleOf(feature.feature))}</h2>
<span>PSI ${formatIndex(feature.psi)}</span>
<span class="verdict ${feature.verdict}">${escapeHtml(verdictTitle(feature))}</span>
<span class="quiet">noise ${formatIndex(feature.noise)}</span>
</div>
<table>
<thead><tr><th scope="col">bin</th><td class="bars"></td>
<th scope="col"><span class="key traffic"></span>traffic</th>
<th scope="col"><span class="key training"></span>training</th>
<th scope="col" class="count">texts</th><th scope="col">adds</th></tr></thead>
<tbody>
${rows.map((row) => formatRow(row, scale)).join('\n')}
</tbody>
</table>
</section>`;
}

function formatRow({ name, count, observed, reference, contribution }: Row, scale: number): string {
  const bar = (kind: string, share: number): string =>
    `<div class="bar ${kind}" style="width:${scale > 0 ? ((share / scale) * 100).toFixed(2) : 0}%"></div>`;
  return (
    `<tr><th scope="row">${escapeHtml(name)}</th>` +
    `<td class="bars" aria-hidden="true">${bar('traffic', observed)}${bar('training', reference)}</td>` +
    `<td>${escapeHtml(formatShare(observed))}</td><td>${escapeHtml(formatShare(reference))}</td>` +
    `<td class="count">${formatCount(count)}</td><td>${formatContribution(contribution)}</td></tr>`
  );
}

function formatExamples(report: DriftReport): string {
  const examples = report.examples.filter(({ texts }) => texts.length > 0);
  return examples.length === 0
    ? ''
    : `<section>
<h2>texts that contribute most</h2>
${examples
  .map(
    (example) => `<h3>${escapeHtml(exampleTitle(report, example))}
<span class="quiet">${formatContribution(example.contribution)}</span></h3>
<ul>
${example.texts.map(formatSample).join('\n')}
</ul>`,
  )
  .join('\n')}
</section>`;
}

function formatSample({ timestamp, language, label, score, text }: Sample): string {
  const time = timestamp === null ? [] : [`${formatDateTime(timestamp)} UTC`];
  const head = [...time, language, label, formatScore(score)].join(' · ');
  return `<li><div class="quiet">${escapeHtml(head)}</div><bdi>${escapeHtml(text)}</bdi></li>`;
}
