/** What the page knows of the server. */
import type { ConsoleData, FleetHistory, FleetRange } from '../../api/console.ts';
import type { ModelCard } from '../../api/model.ts';

/** How the last request for data ended. */
export type Contact = 'answered' | 'silent' | 'needs-key';

/** What the charts show: this replica, or all of them over a time. */
export type Scope = 'replica' | FleetRange;

/** As the server has them. */
export const FLEET_RANGES: readonly FleetRange[] = ['1h', '24h', '7d'];

export interface State {
  /** The last data, also while the server is silent; undefined until the first answer. */
  readonly data: ConsoleData | undefined;
  readonly contact: Contact;
  /** All replicas where the reader has chosen nothing and Prometheus is there. */
  readonly scope: Scope;
  /** The last one, of any range. */
  readonly fleet: FleetHistory | undefined;
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
  showScope(scope: Scope): void;
  enterKey(key: string): void;
}
