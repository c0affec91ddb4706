/** Unified diffs, coloured. Their lines become text, never markup. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { VersionDiffView } from '../../../api/history.ts';
import { count } from '../format.ts';

type TextChange = VersionDiffView['texts'][number];

export function patches(texts: readonly TextChange[]): VNode {
  return html`<div class="patches">${texts.map(patch)}</div>` as VNode;
}

function patch({ path, status, patch: text, isCut }: TextChange): VNode {
  // The names of the files are above.
  const lines = text
    .replace(/\n$/, '')
    .split('\n')
    .filter((line) => !/^(?:---|\+\+\+) /.test(line));
  const number = (sign: string): number => lines.filter((line) => line.startsWith(sign)).length;
  return html`
    <details key=${path} class="patch">
      <summary>
        <code>${path}</code>
        <span class="note"> ${status}</span>
        <span class="added"> +${count(number('+'))}</span>
        <span class="removed"> −${count(number('-'))}</span>
      </summary>
      <pre tabindex="0" aria-label=${`Changes of ${path}`}>${lines.map(
        (line) => html`<span class=${kindOf(line)}>${`${line}\n`}</span>`,
      )}</pre>
      ${isCut && html`<p class="note">The rest is not shown: it is too long for this page. <code>models diff</code> has all of it.</p>`}
    </details>
  ` as VNode;
}

function kindOf(line: string): string {
  return { '+': 'added', '-': 'removed', '@': 'hunk' }[line[0] ?? ''] ?? '';
}
