/** The report as one HTML page without external resources. */
import { escapeHtml, formatHtmlPage } from '../../terminal/html-page.ts';
import { formatCount, formatScore, formatShare } from '../../terminal/numbers.ts';
import { formatDateTime, formatMinutes } from '../../terminal/time.ts';
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
  referenceTitle,
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
svg { width: 100%; height: 4rem; display: block; } figure { margin: .5rem 0; }
.index { fill: none; stroke: var(--traffic); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.limit { stroke: var(--changed); stroke-dasharray: 4 3; vector-effect: non-scaling-stroke; }
figcaption { display: flex; justify-content: space-between; }
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
${features.map((feature) => formatFeature(report, feature)).join('\n')}
${formatExamples(report)}
${[...notes, ...(predictions > 0 ? [LEGEND] : [])].map((note) => `<p class="quiet">${escapeHtml(note)}</p>`).join('\n')}`,
  });
}

function formatFeature(report: DriftReport, feature: FeatureReport): string {
  const rows = rowsOf(feature);
  const scale = Math.max(...rows.map(({ observed, reference }) => Math.max(observed, reference)));
  return `<section>
<div class="head">
<h2>${escapeHtml(titleOf(feature.feature))}</h2>
<span>PSI ${formatIndex(feature.psi)}</span>
<span class="verdict ${feature.verdict}">${escapeHtml(verdictTitle(feature))}</span>
<span class="quiet">noise ${formatIndex(feature.noise)}</span>
</div>
${formatIndexChart(report, feature.feature)}
<table>
<thead><tr><th scope="col">bin</th><td class="bars"></td>
<th scope="col"><span class="key traffic"></span>traffic</th>
<th scope="col"><span class="key training"></span>${escapeHtml(referenceTitle(report))}</th>
<th scope="col" class="count">texts</th><th scope="col">adds</th></tr></thead>
<tbody>
${rows.map((row) => formatRow(row, scale)).join('\n')}
</tbody>
</table>
</section>`;
}

/** The index over time, with the threshold; nothing where there are fewer than two windows. */
function formatIndexChart({ windows, threshold }: DriftReport, feature: string): string {
  const points = windows.flatMap(({ from, seconds, psi }) => {
    const index = psi[feature];
    return index === undefined
      ? []
      : [{ from, index, time: Date.parse(from) / 1000 + seconds / 2 }];
  });
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || first === last) {
    return '';
  }
  const top = Math.max(2 * threshold, ...points.map(({ index }) => index));
  const y = (index: number): string => (100 - (index / top) * 100).toFixed(1);
  const x = (time: number): string =>
    (((time - first.time) / (last.time - first.time)) * 100).toFixed(2);
  const line = points.map(({ time, index }) => `${x(time)},${y(index)}`).join(' ');
  const limit = y(threshold);
  const peak = points.reduce((a, b) => (b.index > a.index ? b : a));
  const caption =
    `highest ${formatIndex(peak.index)} at ${formatDateTime(peak.from)} UTC, ` +
    `in windows of ${formatMinutes((windows[0]?.seconds ?? 0) * 1000)} min; dashed: ${threshold}`;
  return `<figure><svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="${escapeHtml(`stability index over time, ${caption}`)}">
<line class="limit" x1="0" x2="100" y1="${limit}" y2="${limit}"/><polyline class="index" points="${line}"/></svg>
<figcaption class="quiet"><span>${escapeHtml(formatDateTime(first.from))}</span><span>PSI over time, ${escapeHtml(caption)}</span><span>${escapeHtml(formatDateTime(last.from))}</span></figcaption></figure>`;
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
