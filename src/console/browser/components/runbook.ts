/** The section of the runbook for an alert, as docs/runbook.md has it. */
import { html } from 'htm/preact';
import { h, type VNode } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { errorText, request } from '../api.ts';
import { type Block, type Inline, parseSection } from '../runbook.ts';
import { CopyButton } from './copy-button.ts';
import { empty } from './parts.ts';

interface Props {
  readonly alert: string;
  /** Of the version that serves; it takes the place of `<sha>` in commands. */
  readonly commit: string | undefined;
  readonly onClose: () => void;
}

export function RunbookDialog({ alert, commit, onClose }: Props): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [content, setContent] = useState<VNode | VNode[]>(empty('Reading …'));
  useLayoutEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    const read = async (): Promise<void> => {
      try {
        const text = await (await request('/console/runbook.md')).text();
        const blocks = parseSection(text, alert);
        setContent(
          blocks.length > 0
            ? blocks.map((block) => blockOf(block, commit))
            : empty(`The runbook has no section ${alert}.`),
        );
      } catch (error) {
        setContent(empty(errorText(error)));
      }
    };
    void read();
  }, [alert]);
  return html`
    <dialog ref=${dialog} class="runbook" aria-labelledby="runbook-title" onClose=${onClose}>
      <div class="heading">
        <h2 id="runbook-title">${alert}</h2>
        <button type="button" onClick=${() => dialog.current?.close()}>Close</button>
      </div>
      ${content}
    </dialog>
  ` as VNode;
}

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
