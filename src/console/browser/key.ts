/** Asks for the API key where the server wants one. */
import { rememberKey, storedKey } from './api.ts';
import { byId, setText } from './dom.ts';

/** @param onKey told when there is a key to try. */
export function startKeyForm(onKey: () => void): { setWanted(wanted: boolean): void } {
  const form = byId<HTMLFormElement>('key-form');
  const field = byId<HTMLInputElement>('key');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    rememberKey(field.value.trim());
    field.value = '';
    onKey();
  });
  return {
    setWanted(wanted) {
      if (wanted && storedKey() !== null) {
        setText(byId('key-note'), 'The server does not take that key.');
      }
      if (wanted === form.hidden) {
        form.hidden = !wanted;
        (wanted ? field : byId('text')).focus();
      }
    },
  };
}
