/** Markdown as elements: what it contains becomes text, never markup. */
import { html } from 'htm/preact';
import { h, type VNode } from 'preact';
import type { Block, Inline } from '../markdown.ts';
import { CopyButton } from './copy-button.ts';

/** @param commit takes the place of `<sha>` in commands. */
export function markdownBlocks(blocks: readonly Block[], commit?: string): VNode[] {
  return blocks.map((block) => blockOf(block, commit));
}

/** Headings of a document are below those of the page. */
const HEADINGS = ['h3', 'h4', 'h5'] as const;

function blockOf(block: Block, commit: string | undefined): VNode {
  switch (block.type) {
    case 'code': {
      const text = commit ? block.text.replaceAll('<sha>', commit) : block.text;
      return html`
        <div class="code">
          <pre tabindex="0"><code>${text}</code></pre>
          ${h(CopyButton, { text, name: text.split('\n')[0] ?? '' })}
        </div>
      ` as VNode;
    }
    case 'heading':
      return h(
        HEADINGS[Math.min(block.level, HEADINGS.length) - 1] ?? 'h5',
        {},
        block.content.map(inline),
      );
    case 'table':
      return html`
        <div class="scroll" tabindex="0">
          <table class="text-table">
            <thead><tr>${block.head.map((cell) => html`<th scope="col">${cell.map(inline)}</th>`)}</tr></thead>
            <tbody>${block.rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell.map(inline)}</td>`)}</tr>`)}</tbody>
          </table>
        </div>
      ` as VNode;
    case 'list':
      return html`<ul class="bullets">${block.items.map((item) => html`<li>${item.map(inline)}</li>`)}</ul>`;
    case 'paragraph':
      return html`<p>${block.content.map(inline)}</p>`;
  }
}

function inline({ type, text }: Inline): VNode | string {
  switch (type) {
    case 'bold':
      return html`<b>${text}</b>`;
    case 'code':
      return html`<code>${text}</code>`;
    case 'text':
      return text;
  }
}
