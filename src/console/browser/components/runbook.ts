/** The section of the runbook for an alert, as docs/runbook.md has it. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { errorText, request } from '../api.ts';
import { parseSection } from '../runbook.ts';
import { markdownBlocks } from './markdown.ts';
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
            ? markdownBlocks(blocks, commit)
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
