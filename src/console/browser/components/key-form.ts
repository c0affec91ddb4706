/** The form for an API key, shown while the server requires one. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface Props {
  readonly isRefused: boolean;
  readonly onKey: (key: string) => void;
}

export function KeyForm({ isRefused, onKey }: Props): VNode {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const onSubmit = (event: Event): void => {
    event.preventDefault();
    const input = field.current as HTMLInputElement;
    onKey(input.value.trim());
    input.value = '';
  };
  return html`
    <form id="key-form" class="key" onSubmit=${onSubmit}>
      <label for="key">API key</label>
      <input id="key" ref=${field} type="password" autocomplete="off" spellcheck="false" required aria-describedby="key-note" />
      <button type="submit" class="primary">Use it</button>
      <p id="key-note" class="note" role="status">
        ${isRefused ? 'The server does not take that key.' : 'Kept in this tab until it is closed.'}
      </p>
    </form>
  ` as VNode;
}
