/** Messages between a server and the thread that reads the history for it. */
import type { ModelErrorCode } from '../../version/errors.ts';
import type { HistoryReader } from './reader.ts';

export type Method = Exclude<keyof HistoryReader, 'close'>;

/** What the thread starts with. */
export interface StartupMessage {
  readonly model: string;
  /** A folder. */
  readonly store: string;
  readonly repository: string | undefined;
}

export interface RequestMessage {
  readonly id: number;
  readonly method: Method;
  readonly args: readonly (string | undefined)[];
}

export type ResponseMessage = { readonly id: number } & (
  | { readonly value: object }
  /** Without a code, it is a defect. */
  | { readonly error: { readonly code: ModelErrorCode | undefined; readonly message: string } }
);
