/**
 * Passes the bytes of a connection to Node's HTTP parser one request at a time: the next one when the one
 * before has its answer. Node itself parses all that it has read: 64 KiB hold thousands of requests, whose
 * objects take memory, and the event loop's time, before the first one is answered.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Pacer } from '../pacer.ts';

/** Shorter pieces are not passed where no request came of the one before, such as in a chunked body. */
const MIN_PIECE_BYTES = 128;
/** What else arrives on a connection that ends is read, up to this size, and dropped. */
const MAX_DROPPED_BYTES = 1024 ** 2;

const [CARRIAGE_RETURN, LINE_FEED] = [13, 10];

export interface RequestGate {
  /** Called for each request that the parser reports. */
  onRequest(req: IncomingMessage): void;
  /** A request has its answer: what has arrived behind it is passed on, in a later turn of the event loop. */
  onAnswered(): void;
  /** True where bytes have arrived, or are still to come, that nobody has asked for yet. */
  hasRest(): boolean;
  /** From now on nothing is passed on. */
  drop(): void;
}

interface State {
  readonly socket: Socket;
  readonly parse: (bytes: Buffer) => void;
  /** Reports to the parser that the client has closed its side. */
  readonly end: () => void;
  readonly lines: LineScanner;
  /** The request that was parsed last. */
  latest: IncomingMessage | undefined;
  /** Bytes of its body that have not been passed on. Unknown of a chunked body: 0. */
  bodyBytes: number;
  unanswered: number;
  held: Buffer | undefined;
  hasEnded: boolean;
  /** Number of bytes that were dropped; undefined while bytes are passed on. */
  dropped: number | undefined;
}

export function createRequestGate(socket: Socket, pacer: Pacer): RequestGate {
  // The parser's own listeners, which Node has added last. With another one in the place of the first,
  // the parser does not read from the system itself.
  const parse = socket.listeners('data').at(-1) as ((bytes: Buffer) => void) | undefined;
  const end = socket.listeners('end').at(-1) as (() => void) | undefined;
  if (!parse || !end) {
    throw new Error('the HTTP server does not listen to its connection');
  }
  const state: State = {
    socket,
    parse: parse.bind(socket),
    end: end.bind(socket),
    lines: createLineScanner(),
    latest: undefined,
    bodyBytes: 0,
    unanswered: 0,
    held: undefined,
    hasEnded: false,
    dropped: undefined,
  };
  socket.off('data', parse);
  socket.off('end', end);
  socket.on('data', (bytes: Buffer) => pass(state, bytes));
  socket.on('end', () => {
    state.hasEnded = true;
    endIfPassed(state);
  });
  return {
    onRequest: (req) => {
      state.latest = req;
      state.bodyBytes = Number(req.headers['content-length'] ?? 0);
      state.unanswered++;
    },
    onAnswered: () => {
      state.unanswered--;
      if (state.held) {
        setImmediate(() => pacer(() => release(state)));
      }
    },
    hasRest: () => state.held !== undefined || state.latest?.complete === false,
    drop: () => {
      state.dropped ??= 0;
      state.held = undefined;
      socket.resume();
    },
  };
}

function pass(state: State, bytes: Buffer): void {
  const { socket, parse } = state;
  let at = 0;
  let minBytes = 0;
  while (at < bytes.byteLength && !socket.destroyed) {
    if (state.dropped !== undefined) {
      drop(state, bytes.byteLength - at);
      return;
    }
    if (mustWait(state)) {
      hold(state, bytes.subarray(at));
      return;
    }
    const { latest } = state;
    const end = endOfPiece(state, bytes, at, minBytes);
    parse(end - at === bytes.byteLength ? bytes : bytes.subarray(at, end));
    minBytes = state.latest === latest ? MIN_PIECE_BYTES : 0;
    at = end;
  }
}

function mustWait({ held, latest, unanswered }: State): boolean {
  return held !== undefined || (unanswered > 0 && latest?.complete === true);
}

/** At most the rest of a body, or what ends with a blank line, as the head of a request does. */
function endOfPiece(state: State, bytes: Buffer, start: number, minBytes: number): number {
  if (state.latest?.complete === false && state.bodyBytes > 0) {
    const length = Math.min(state.bodyBytes, bytes.byteLength - start);
    state.bodyBytes -= length;
    return start + length;
  }
  return state.lines.endOfBlankLine(bytes, start, minBytes);
}

function hold(state: State, bytes: Buffer): void {
  state.held = state.held ? Buffer.concat([state.held, bytes]) : bytes;
  state.socket.pause();
}

function release(state: State): void {
  const { held, socket } = state;
  if (held && !socket.destroyed) {
    state.held = undefined;
    pass(state, held);
    if (!state.held) {
      socket.resume();
      endIfPassed(state);
    }
  }
}

function endIfPassed({ hasEnded, held, end }: State): void {
  if (hasEnded && !held) {
    end();
  }
}

function drop(state: State, length: number): void {
  state.dropped = (state.dropped ?? 0) + length;
  if (state.dropped > MAX_DROPPED_BYTES) {
    state.socket.pause();
  }
}

interface LineScanner {
  /** @returns the index behind the first blank line that ends `minBytes` behind `start` or later. */
  endOfBlankLine(bytes: Buffer, start: number, minBytes: number): number;
}

/** Lines may be split anywhere: the end of one may come with the next bytes. */
function createLineScanner(): LineScanner {
  let isBlank = true;
  return {
    endOfBlankLine: (bytes, start, minBytes) => {
      for (let at = start; at < bytes.byteLength; at++) {
        const byte = bytes[at];
        if (byte === LINE_FEED) {
          if (isBlank && at + 1 - start >= minBytes) {
            return at + 1;
          }
          isBlank = true;
        } else if (byte !== CARRIAGE_RETURN) {
          isBlank = false;
        }
      }
      return bytes.byteLength;
    },
  };
}
