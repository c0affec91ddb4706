/**
 * Passes the bytes of a connection to Node's HTTP parser one request at a time: the next one when the one
 * before has its answer. Node itself parses all that it has read: 64 KiB hold thousands of requests or of
 * chunks, which take memory, and the event loop's time, before the first request is answered.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Pacer } from '../../network/pacer.ts';

/** Pieces of a head, and of a body of unknown length, which may consist of many small chunks. */
const MAX_HEAD_PIECE_BYTES = 16 * 1024;
const MAX_BODY_PIECE_BYTES = 1024;
/** Smaller pieces are not passed where no request came of the one before. */
const MIN_PIECE_BYTES = 512;
/** Time for which the bytes of one connection are passed in a turn of the event loop. */
const MAX_PASSING_MS = 1;
/** Node reads a connection up to 32 times in a turn; behind a read of this size it is not read again. */
const LARGE_READ_BYTES = 32 * 1024;
/** What else arrives on a connection that ends is read, up to this size, and dropped. */
const MAX_DROPPED_BYTES = 1024 ** 2;

export interface RequestGate {
  /** Called for each request that the parser reports. */
  onRequest(req: IncomingMessage): void;
  /** A request has its answer: what has arrived behind it is passed on, in a later turn of the event loop. */
  onAnswered(): void;
  /** True where bytes have arrived, or are still to come, that belong to no answer yet. */
  hasRest(): boolean;
  /** From now on nothing is passed on. */
  drop(): void;
}

interface State {
  readonly socket: Socket;
  readonly pacers: GatePacers;
  readonly parse: (bytes: Buffer) => void;
  /** Reports to the parser that the client has closed its side. */
  readonly end: () => void;
  readonly lines: LineScanner;
  /** The request that was parsed last. */
  latest: IncomingMessage | undefined;
  /** Bytes of its body that have not been passed on; 0 where its length is not known. */
  bodyBytes: number;
  unanswered: number;
  held: Buffer | undefined;
  isReleaseScheduled: boolean;
  hasEnded: boolean;
  /** Number of bytes that were dropped; undefined while bytes are passed on. */
  dropped: number | undefined;
}

/** Turns of a connection among the others. */
export interface GatePacers {
  /** To pass on what has arrived. */
  readonly passing: Pacer;
  /** To read on behind a large read. */
  readonly reading: Pacer;
}

export function createRequestGate(socket: Socket, pacers: GatePacers): RequestGate {
  // The parser's own listeners, which Node has added last. With another one in the place of the first,
  // the parser does not read from the system itself.
  const parse = socket.listeners('data').at(-1) as ((bytes: Buffer) => void) | undefined;
  const end = socket.listeners('end').at(-1) as (() => void) | undefined;
  if (!parse || !end) {
    throw new Error('the HTTP server does not listen to its connection');
  }
  const state: State = {
    socket,
    pacers,
    parse: parse.bind(socket),
    end: end.bind(socket),
    lines: createLineScanner(),
    latest: undefined,
    bodyBytes: 0,
    unanswered: 0,
    held: undefined,
    isReleaseScheduled: false,
    hasEnded: false,
    dropped: undefined,
  };
  socket.off('data', parse);
  socket.off('end', end);
  socket.on('data', (bytes: Buffer) => onData(state, bytes));
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
      scheduleRelease(state);
    },
    hasRest: () => state.held !== undefined || state.latest?.complete === false,
    drop: () => {
      state.dropped ??= 0;
      state.held = undefined;
      socket.resume();
    },
  };
}

function onData(state: State, bytes: Buffer): void {
  const { socket } = state;
  if (state.dropped === undefined) {
    // The head of a request, and of its body what is known to belong to it.
    const maxPieces = isInBody(state) ? 0 : 1;
    pass(state, bytes, (pieces) => pieces < maxPieces);
  } else {
    state.dropped += bytes.byteLength;
  }
  if (bytes.byteLength >= LARGE_READ_BYTES) {
    socket.pause();
    setImmediate(() => {
      state.pacers.reading(() => {
        if (!state.held && (state.dropped ?? 0) < MAX_DROPPED_BYTES) {
          socket.resume();
        }
      });
    });
  }
}

function isInBody({ latest }: State): boolean {
  return latest?.complete === false;
}

/** @param mayPass whether one more piece of unknown content may be passed in this turn. */
function pass(state: State, bytes: Buffer, mayPass: (pieces: number) => boolean): void {
  let at = 0;
  let pieces = 0;
  let minBytes = 0;
  while (at < bytes.byteLength && !state.socket.destroyed && state.dropped === undefined) {
    const { latest } = state;
    const isKnown = isInBody(state) && state.bodyBytes > 0;
    if (mustWait(state) || (!isKnown && !mayPass(pieces))) {
      hold(state, bytes.subarray(at));
      return;
    }
    const end = isKnown ? endOfBody(state, bytes, at) : endOfPiece(state, bytes, at, minBytes);
    pieces += isKnown ? 0 : 1;
    state.parse(end - at === bytes.byteLength ? bytes : bytes.subarray(at, end));
    minBytes = state.latest === latest ? MIN_PIECE_BYTES : 0;
    at = end;
  }
}

function endOfBody(state: State, bytes: Buffer, start: number): number {
  const length = Math.min(state.bodyBytes, bytes.byteLength - start);
  state.bodyBytes -= length;
  return start + length;
}

function endOfPiece(state: State, bytes: Buffer, start: number, minBytes: number): number {
  const maxBytes = isInBody(state) ? MAX_BODY_PIECE_BYTES : MAX_HEAD_PIECE_BYTES;
  const end = Math.min(start + maxBytes, bytes.byteLength);
  return state.lines.endOfBlankLine(bytes, start, { minBytes, end });
}

/** Bytes of the same connection, or the answer to its latest request, come first. */
function mustWait(state: State): boolean {
  return state.held !== undefined || (state.unanswered > 0 && !isInBody(state));
}

function hold(state: State, bytes: Buffer): void {
  state.held = state.held ? Buffer.concat([state.held, bytes]) : bytes;
  state.socket.pause();
  scheduleRelease(state);
}

/** In a later turn of the event loop, and in turns with the other connections. */
function scheduleRelease(state: State): void {
  const isAnswering = state.unanswered > 0 && !isInBody(state);
  if (state.held && !isAnswering && !state.isReleaseScheduled) {
    state.isReleaseScheduled = true;
    setImmediate(() => {
      state.pacers.passing(() => {
        state.isReleaseScheduled = false;
        release(state);
      });
    });
  }
}

function release(state: State): void {
  const { held, socket } = state;
  if (held && !socket.destroyed) {
    const end = performance.now() + MAX_PASSING_MS;
    state.held = undefined;
    pass(state, held, () => performance.now() < end);
    if (!state.held) {
      socket.resume();
      endIfPassed(state);
    }
  }
}

function endIfPassed({ hasEnded, held, dropped, socket, end }: State): void {
  // Behind the last request, the parser may be another connection's already.
  if (hasEnded && !held && dropped === undefined && !socket.destroyed) {
    end();
  }
}

const [CARRIAGE_RETURN, LINE_FEED] = [13, 10];

interface LineScanner {
  /** @returns the index behind the first blank line that ends `minBytes` behind `start` or later, or `end`. */
  endOfBlankLine(
    bytes: Buffer,
    start: number,
    limits: { readonly minBytes: number; readonly end: number },
  ): number;
}

/** Finds the ends of heads. Lines may be split anywhere: the end of one may come with the next bytes. */
function createLineScanner(): LineScanner {
  let isBlank = true;
  return {
    endOfBlankLine: (bytes, start, { minBytes, end }) => {
      for (let at = start; at < end; at++) {
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
      return end;
    },
  };
}
