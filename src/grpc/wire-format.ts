/** Limits a protobuf message before it is decoded, and splits one: https://protobuf.dev/programming-guides/encoding. */
import { ProblemError } from '../serving/problem.ts';

/** Fields of a message, and bytes of packed numbers: each becomes a value of its own, of two bytes or less. */
const MAX_ELEMENTS = 65_536;

/** Which fields of a message have fields or packed numbers of their own, by number. */
export interface Nested {
  readonly [field: number]: Nested | 'packed';
}

/** @throws ProblemError `invalid-body` where it is no protobuf message, or has too many elements. */
export function assertFewElements(message: Uint8Array, nested: Nested): void {
  count({ message, at: 0, elements: 0 }, message.byteLength, nested);
}

interface Scan {
  readonly message: Uint8Array;
  at: number;
  elements: number;
}

function count(scan: Scan, end: number, nested: Nested): void {
  while (scan.at < end) {
    const tag = readVarint(scan, end);
    const inner = nested[Math.floor(tag / 8)];
    add(scan, 1);
    const length = lengthOf(scan, end, tag % 8);
    if (length > end - scan.at) {
      throw malformed();
    }
    if (inner === undefined || tag % 8 !== LENGTH_DELIMITED) {
      scan.at += length;
    } else if (inner === 'packed') {
      add(scan, length);
      scan.at += length;
    } else {
      count(scan, scan.at + length, inner);
    }
  }
}

const LENGTH_DELIMITED = 2;

/** Of the value behind a tag; a varint has been read already. */
function lengthOf(scan: Scan, end: number, wireType: number): number {
  switch (wireType) {
    case 0:
      readVarint(scan, end);
      return 0;
    case 1:
      return 8;
    case LENGTH_DELIMITED:
      return readVarint(scan, end);
    case 5:
      return 4;
    default:
      throw malformed();
  }
}

/** Exact below 2^53. */
function readVarint(scan: Scan, end: number): number {
  let value = 0;
  for (let scale = 1; scan.at < end; scale *= 128) {
    const byte = scan.message[scan.at++] as number;
    value += (byte % 128) * scale;
    if (byte < 128) {
      return value;
    }
  }
  throw malformed();
}

/** @returns the values of the fields of a message that has only strings, bytes and messages, in its order. */
export function splitFields(message: Uint8Array): Uint8Array[] {
  const scan = { message, at: 0, elements: 0 };
  const fields: Uint8Array[] = [];
  while (scan.at < message.byteLength) {
    const tag = readVarint(scan, message.byteLength);
    const length = lengthOf(scan, message.byteLength, tag % 8);
    fields.push(message.subarray(scan.at, scan.at + length));
    scan.at += length;
  }
  return fields;
}

function add(scan: Scan, elements: number): void {
  scan.elements += elements;
  if (scan.elements > MAX_ELEMENTS) {
    throw new ProblemError(
      'invalid-body',
      `At most ${MAX_ELEMENTS} elements are allowed in a message`,
    );
  }
}

function malformed(): ProblemError {
  return new ProblemError('invalid-body', 'The message is not a protobuf message');
}
