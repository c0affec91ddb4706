/** The form for the admin token, shown until the server has taken one. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { errorText, RefusedError, requestJson, storeToken } from '../api.ts';

interface Props {
  /** Why the token before is not used any more. */
  readonly refusal: string | undefined;
  /** It is needed for what the reader wants to do. */
  readonly isWanted: boolean;
  /** The server takes the token. */
  readonly onToken: (token: string) => void;
}

export function TokenForm({ refusal, isWanted, onToken }: Props): VNode {
  const field = useRef<HTMLInputElement>(null);
  const [note, setNote] = useState(refusal);
  useEffect(() => {
    if (isWanted) {
      field.current?.focus();
    }
  }, [isWanted]);
  const check = async (input: HTMLInputElement): Promise<void> => {
    // As in the setting, where a name may be before it.
    const token = input.value.trim().replace(/^[^:]*:/, '');
    try {
      await requestJson('/admin', { adminToken: token });
      storeToken(token);
      onToken(token);
    } catch (error) {
      input.value = '';
      setNote(refusalOf(error));
    }
  };
  const onSubmit = (event: Event): void => {
    event.preventDefault();
    void check(field.current as HTMLInputElement);
  };
  return html`
    <form id="token-form" class="key" onSubmit=${onSubmit}>
      <label for="admin-token">Admin token</label>
      <input
        id="admin-token"
        ref=${field}
        type="password"
        autocomplete="off"
        spellcheck="false"
        required
        aria-describedby="token-note"
      />
      <button type="submit">Use it</button>
      <p id="token-note" class="note" role="status">
        ${note || 'To compare and change the models. Kept in this tab until it is closed.'}
      </p>
    </form>
  ` as VNode;
}

export function refusalOf(error: unknown): string {
  return error instanceof RefusedError && error.needsKey
    ? 'The server does not take that token.'
    : errorText(error);
}
