/** Reads fields of a protobuf message. Source: https://protobuf.dev/programming-guides/encoding. */

/** One field of a message: bytes where it is length-delimited, else a number. */
export interface Field {
  readonly number: number;
  readonly value: Uint8Array | number;
}

/** Varints are read as numbers: exact below 2^53, which sizes and enumerations are. */
export function* fieldsOf(message: Uint8Array): Generator<Field> {
  const at = { position: 0 };
  while (at.position < message.length) {
    const tag = readVarint(message, at);
    yield { number: Math.floor(tag / 8), value: readValue(message, at, tag % 8) };
  }
}

/** The varints of a field that is packed or not. */
export function varintsOf(value: Field['value']): number[] {
  if (typeof value === 'number') {
    return [value];
  }
  const numbers: number[] = [];
  const at = { position: 0 };
  while (at.position < value.length) {
    numbers.push(readVarint(value, at));
  }
  return numbers;
}

/** A length-delimited field. @param number below 16. */
export function encodeField(number: number, bytes: Uint8Array): Uint8Array {
  const length: number[] = [];
  let rest = bytes.length;
  for (; rest >= 128; rest = Math.floor(rest / 128)) {
    length.push(128 + (rest % 128));
  }
  return Uint8Array.from([number * 8 + 2, ...length, rest, ...bytes]);
}

function readValue(
  message: Uint8Array,
  at: { position: number },
  wireType: number,
): Uint8Array | number {
  switch (wireType) {
    case 0:
      return readVarint(message, at);
    case 1:
    case 5: {
      const bytes = wireType === 1 ? 8 : 4;
      at.position += bytes;
      return message.subarray(at.position - bytes, at.position);
    }
    case 2: {
      const length = readVarint(message, at);
      at.position += length;
      return message.subarray(at.position - length, at.position);
    }
    default:
      throw new RangeError(`protobuf: expected a wire type of 0, 1, 2 or 5, found ${wireType}`);
  }
}

function readVarint(message: Uint8Array, at: { position: number }): number {
  let value = 0;
  let scale = 1;
  for (;;) {
    const byte = message[at.position++];
    if (byte === undefined) {
      throw new RangeError('protobuf: expected a varint, found the end of the message');
    }
    value += (byte % 128) * scale;
    scale *= 128;
    if (byte < 128) {
      return value;
    }
  }
}
