import type { ChildProcess, ChildProcessByStdio, SpawnOptions } from 'node:child_process';
import type { Readable } from 'node:stream';

export const ROOT: string;
export const MAIN: string;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Program<Child extends ChildProcess = ChildProcess> {
  readonly child: Child;
  /** Resolves once the program has ended and all its output has been read. */
  readonly exited: Promise<Exit>;
  /** Sends a signal, SIGTERM by default, and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Exit>;
}

export type LogLine = Record<string, unknown> & { event: string };

export interface Server extends Program<ChildProcessByStdio<null, Readable, Readable>> {
  /** Log lines so far; all of them once `stop` has resolved. */
  readonly lines: readonly LogLine[];
  eventually(matches: (line: LogLine) => boolean): Promise<LogLine>;
  stopReading(): void;
}

export interface Timing {
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
}

export interface PollOptions<T> extends Timing {
  /** True values are accepted by default. */
  readonly accept?: (result: T) => boolean;
}

export function killAll(): void;
export function launch(file: string, args: readonly string[], options?: SpawnOptions): Program;
export function environment(env?: Record<string, string>): NodeJS.ProcessEnv;
export function launchServer(
  env?: Record<string, string>,
  place?: { readonly main?: string; readonly cwd?: string },
): Server;
export function waitUntilReady(
  url: string,
  server: Pick<Program, 'exited'>,
  timing?: Timing,
): Promise<void>;
export function poll<T>(ask: () => T | Promise<T>, options?: PollOptions<T>): Promise<T>;
export function freePort(): Promise<number>;
