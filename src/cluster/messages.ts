/** What passes between the primary process and those that listen on its port. */
import type { Config } from '../config/config.ts';
import type { Shares } from '../serve.ts';

/** Primary → process. */
export type ToProcess =
  /** Once. A process that takes a dead one's place listens when it can predict. */
  | { readonly type: 'start'; readonly config: Config; readonly isReplacement: boolean }
  | { readonly type: 'all-ready' }
  | { readonly type: 'share'; readonly kind: keyof Shares; readonly id: number }
  /** The shares of all other processes. */
  | { readonly type: 'shares'; readonly id: number; readonly shares: readonly unknown[] }
  | { readonly type: 'stop'; readonly reason: string };

/** Process → primary. */
export type ToPrimary =
  /** It listens to messages: what is sent before is lost. */
  | { readonly type: 'online' }
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'collect'; readonly kind: keyof Shares; readonly id: number }
  | { readonly type: 'share'; readonly id: number; readonly share: unknown }
  | { readonly type: 'stopped'; readonly unanswered: number };
