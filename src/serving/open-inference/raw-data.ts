/**
 * The elements of a tensor as one piece of bytes: little-endian, row-major, without padding; an element of
 * BYTES behind its length in four bytes. This is `raw_input_contents` and `raw_output_contents` of gRPC, and
 * the binary tensor data extension of REST
 * (https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md).
 */
import { ProblemError } from '../problem.ts';
import type { OutputTensor } from './tensors.ts';

const LENGTH_BYTES = 4;
const FP32_BYTES = 4;

/**
 * @param count number of elements that the shape of the tensor has.
 * @returns the bytes of each element, as parts of `bytes`.
 * @throws ProblemError `invalid-body` where the lengths do not match the bytes, or there are more or fewer
 * elements.
 */
export function splitRawBytes(bytes: Uint8Array, count: number): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const elements: Uint8Array[] = [];
  let at = 0;
  while (elements.length < count) {
    const rest = bytes.byteLength - at;
    if (rest < LENGTH_BYTES) {
      const found = `${elements.length} elements and ${rest} bytes`;
      throw wrong(`the shape has ${count} elements, the binary data ${found}`);
    }
    const length = view.getUint32(at, true);
    if (length > rest - LENGTH_BYTES) {
      throw wrong(
        `the length of element ${elements.length} is ${length}, ` +
          `and ${rest - LENGTH_BYTES} bytes follow it`,
      );
    }
    at += LENGTH_BYTES;
    elements.push(bytes.subarray(at, at + length));
    at += length;
  }
  if (at < bytes.byteLength) {
    throw wrong(`${bytes.byteLength - at} bytes follow the ${count} elements of its shape`);
  }
  return elements;
}

/** The elements of an output. */
export function encodeRawData(tensor: OutputTensor): Buffer {
  switch (tensor.datatype) {
    case 'BYTES':
      return encodeBytes(tensor.data);
    case 'FP32': {
      const bytes = Buffer.allocUnsafe(FP32_BYTES * tensor.data.length);
      tensor.data.forEach((value, index) => {
        bytes.writeFloatLE(value, FP32_BYTES * index);
      });
      return bytes;
    }
    case 'BOOL':
      return Buffer.from(tensor.data.map(Number));
  }
}

function encodeBytes(texts: readonly string[]): Buffer {
  const lengths = texts.map((text) => Buffer.byteLength(text));
  const size = lengths.reduce((sum, length) => sum + LENGTH_BYTES + length, 0);
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  texts.forEach((text, index) => {
    at = bytes.writeUInt32LE(lengths[index] as number, at);
    at += bytes.write(text, at);
  });
  return bytes;
}

function wrong(detail: string): ProblemError {
  return new ProblemError('invalid-body', `BYTES: ${detail}`);
}
