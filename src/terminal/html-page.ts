/** A report as one HTML page without external resources. */
import { printable } from './printable.ts';

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
.result.failed { border-left-color: var(--changed); }
.result.fine { border-left-color: var(--stable); }
table { width: 100%; border-collapse: collapse; margin-top: .5rem; font-variant-numeric: tabular-nums; }
th, td { padding: .15rem .5rem .15rem 0; text-align: right; white-space: nowrap; font-weight: 400; }
th:first-child { text-align: left; }
thead th { color: var(--quiet); font-size: .8rem; }
ul { list-style: none; margin: 0; padding: 0; }
li { padding: .3rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
@media (max-width: 34rem) {
  main { padding: 1rem .5rem; }
  section { padding: .75rem; }
  th, td { padding-right: .35rem; font-size: .85rem; white-space: normal; }
  td { white-space: nowrap; }
}
`;

export interface HtmlPage {
  readonly title: string;
  /** CSS after that of every page, which has sections, results, tables and lists. */
  readonly style?: string;
  /** HTML after the heading. */
  readonly body: string;
}

export function formatHtmlPage({ title, style = '', body }: HtmlPage): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${escapeHtml(title)}</title>
<style>${STYLE}${style}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
</body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** The text in printable form. */
export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}
