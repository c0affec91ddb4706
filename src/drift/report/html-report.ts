/** The report as one HTML page without external resources. */
import { formatCount, formatScore, formatShare } from '../../terminal/numbers.ts';
import { printable } from '../../terminal/printable.ts';
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

/** The page loads nothing and runs no script, whatever the texts of the log contain. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --ink: #1b1f24; --quiet: #5b6470; --line: #dfe3e8;
  --traffic: #1f6fd1; --training: #a3adb8; --stable: #17763b; --moving: #8a5a00; --changed: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12151a; --card: #1b2027; --ink: #e6e9ed; --quiet: #9aa5b1; --line: #2e353e;
    --traffic: #5aa2f5; --training: #5d6875; --stable: #5fcf86; --moving: #e2ac4a; --changed: #ff8a80;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 64rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.4rem; margin: 0; }
h2 { font-size: 1.05rem; margin: 0; }
h3 { font-size: .95rem; margin: 1rem 0 .25rem; }
p { margin: .25rem 0; overflow-wrap: anywhere; }
code { font: .85em ui-monospace, monospace; overflow-wrap: anywhere; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; margin-top: 1rem; }
.quiet { color: var(--quiet); font-size: .85rem; }
.result { border-left: 4px solid var(--moving); }
.result p:first-child { font-weight: 600; }
.result.drift { border-left-color: var(--changed); }
.result.fine { border-left-color: var(--stable); }
.head { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; }
.verdict { font-weight: 600; }
.stable { color: var(--stable); } .moving { color: var(--moving); }
.changed { color: var(--changed); } .too_few { color: var(--quiet); }
table { width: 100%; border-collapse: collapse; margin-top: .5rem; font-variant-numeric: tabular-nums; }
th, td { padding: .15rem .5rem .15rem 0; text-align: right; white-space: nowrap; font-weight: 400; }
th:first-child { text-align: left; }
thead th { color: var(--quiet); font-size: .8rem; }
td.bars { width: 60%; padding-left: .5rem; }
.bar { height: .5rem; border-radius: 2px; margin: 1px 0; min-width: 0; }
.bar.traffic, .key.traffic { background: var(--traffic); }
.bar.training, .key.training { background: var(--training); }
.key { display: inline-block; width: .6rem; height: .6rem; border-radius: 2px; margin-right: .3rem; }
ul { list-style: none; margin: 0; padding: 0; }
li { padding: .3rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
@media (max-width: 34rem) {
  main { padding: 1rem .5rem; }
  section { padding: .75rem; }
  td.bars { width: 30%; }
  th, td { padding-right: .35rem; font-size: .85rem; white-space: normal; }
  td { white-space: nowrap; }
  .count { display: none; }
}
`;

/** @returns HTML with every text escaped. */
export function formatPage(report: DriftReport): string {
  const { model, tag, commit, features, drifted, predictions } = report;
  const { headline, foreign } = summaryOf(report);
  const name = [model, tag].filter(Boolean).join(' ');
  const isJudged = features.some(({ verdict }) => verdict !== 'too_few');
  const result = drifted ? 'drift' : isJudged ? 'fine' : '';
  const [window = '', origin = ''] = originOf(report);
  const notes = notesOf(report);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${escapeHtml(`Drift of ${name}`)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(`Drift of ${name}`)}</h1>
${commit === null ? '' : `<p><code>${escapeHtml(commit)}</code></p>`}
<p>${escapeHtml(window)}</p>
<p class="quiet">${escapeHtml(origin)}</p>
<section class="result ${result}">
${[headline, ...foreign].map((line) => `<p>${escapeHtml(line)}</p>`).join('\n')}
</section>
${features.map((feature) => formatFeature(feature)).join('\n')}
${formatExamples(report)}
${[...notes, ...(predictions > 0 ? [LEGEND] : [])].map((note) => `<p class="quiet">${escapeHtml(note)}</p>`).join('\n')}
</main>
</body>
</html>
`;
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

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}
