/** What the page knows of the server. */
import type { ConsoleData } from '../../api/console.ts';
import type { ModelCard } from '../../api/model.ts';

/** How the last request for data ended. */
export type Contact = 'answered' | 'silent' | 'needs-key';

export interface State {
  /** The last data, also while the server is silent; undefined until the first answer. */
  readonly data: ConsoleData | undefined;
  readonly contact: Contact;
  /** The server refused the key that was entered. */
  readonly isKeyRefused: boolean;
  /** Seconds since the last data, or since the page was opened. */
  readonly ageSeconds: number;
  readonly isPaused: boolean;
  /** Card of the version that serves, or why it could not be loaded. */
  readonly card: ModelCard | undefined;
  readonly cardError: string | undefined;
}

export interface Actions {
  /** Requests data now instead of after the interval; not while paused. */
  refresh(): void;
  togglePause(): void;
  enterKey(key: string): void;
}
