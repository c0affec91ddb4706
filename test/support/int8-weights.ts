/** The int8 weights of a graph. Source of the field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fieldsOf, varintsOf } from '../../src/inference/topic/protobuf.ts';
import { MODEL, shippedJson } from './pinned.ts';
import { ROOT } from './server.ts';

const [GRAPH, INITIALIZER, DIMS, DATA_TYPE, RAW_DATA] = [7, 5, 1, 2, 9];
const INT8 = 3;
const MAX_7_BITS = 64;

/**
 * Whether some of a shipped version have more than 7 bits: their products saturate with AVX2
 * (docs/decisions/0005-int8-graph.md). A word's embedding is looked up, and in no product.
 */
export function saturates(commit: string): boolean {
  const model = readFileSync(join(ROOT, 'models', MODEL, commit, 'model.onnx'));
  const { vocab_size: words } = shippedJson<{ vocab_size: number }>(commit, 'config.json');
  const initializers = valuesOf(model, GRAPH).flatMap((graph) => valuesOf(graph, INITIALIZER));
  return initializers.some((tensor) => {
    const fields = [...fieldsOf(tensor)];
    const numbers = (field: number): number[] =>
      fields.filter(({ number }) => number === field).flatMap(({ value }) => varintsOf(value));
    return (
      numbers(DATA_TYPE)[0] === INT8 &&
      numbers(DIMS)[0] !== words &&
      valuesOf(tensor, RAW_DATA).some((data) =>
        new Int8Array(data.buffer, data.byteOffset, data.length).some(
          (weight) => Math.abs(weight) > MAX_7_BITS,
        ),
      )
    );
  });
}

function valuesOf(message: Uint8Array, number: number): Uint8Array[] {
  return [...fieldsOf(message)].flatMap((field) =>
    field.number === number && typeof field.value !== 'number' ? [field.value] : [],
  );
}
