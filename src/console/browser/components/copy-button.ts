/** Copies a command. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';

interface Props {
  readonly text: string;
  /** What the command is for. */
  readonly name: string;
}

export function CopyButton({ text, name }: Props): VNode {
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    // Without HTTPS, browsers have no clipboard: the command can be selected.
    await navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => undefined,
    );
  };
  return html`
    <button type="button" class="copy" aria-label=${`Copy: ${name}`} onClick=${() => void copy()}>
      ${isCopied ? 'Copied' : 'Copy'}
    </button>
  ` as VNode;
}
