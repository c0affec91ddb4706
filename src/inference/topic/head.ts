/**
 * The last layer of a classifier's graph, the head: logits = hidden · weights + bias. What it reads is what the
 * model has made of the text. Source of the field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
 */
import { findLogits } from '../logits.ts';
import { encodeField, type Field, fieldsOf, varintsOf } from './protobuf.ts';

export interface Head {
  /** Name of the tensor that the head reads, `[texts, size]`. */
  readonly hidden: string;
  readonly size: number;
  /** `[labels, size]` */
  readonly weights: readonly Float64Array[];
}

const GRAPH = 7;
const NODE = 1;
const INITIALIZER = 5;
const OUTPUT = 12;
const FLOAT = 1;

/** A larger layer would cost more than the 50 µs per text that a sketch may take. */
const MAX_SIZE = 4096;

interface Node {
  readonly type: string;
  readonly inputs: readonly string[];
}

/** @returns undefined where the logits are not a float product of a layer with constant weights. */
export function findHead(model: Uint8Array, labelCount: number): Head | undefined {
  try {
    return readHead(model, labelCount);
  } catch (error) {
    // What is no graph is for ONNX Runtime to report.
    if (error instanceof RangeError) {
      return undefined;
    }
    throw error;
  }
}

const SKIPPED = new Set(['Cast', 'Identity', 'Add']);

/** Between the logits and their product; a damaged graph may have a cycle. */
const MAX_NODES = 8;

function readHead(model: Uint8Array, labelCount: number): Head | undefined {
  const { outputs, producers, initializers } = readGraph(model);
  let name = findLogits(outputs) ?? '';
  let node = producers.get(name);
  for (let i = 0; i < MAX_NODES && node && SKIPPED.has(node.type); i++) {
    name = node.inputs.find((input) => !initializers.has(input)) ?? '';
    node = producers.get(name);
  }
  const [hidden = '', weights = ''] =
    node && ['Gemm', 'MatMul'].includes(node.type) ? node.inputs : [];
  const tensor = initializers.get(weights);
  const rows = tensor && producers.has(hidden) ? readRows(tensor, labelCount) : undefined;
  return rows && { hidden, size: (rows[0] as Float64Array).length, weights: rows };
}

/**
 * Declares a tensor of the graph as one more output. Repeated fields of a protobuf message are added, and
 * embedded messages merged, so bytes at the end suffice.
 */
export function addOutput(model: Uint8Array, name: string): Uint8Array {
  const value = encodeField(1, Buffer.from(name));
  const added = encodeField(GRAPH, encodeField(OUTPUT, value));
  const extended = new Uint8Array(model.length + added.length);
  extended.set(model);
  extended.set(added, model.length);
  return extended;
}

function readGraph(model: Uint8Array) {
  const outputs: string[] = [];
  /** By the name of an output. */
  const producers = new Map<string, Node>();
  const initializers = new Map<string, Uint8Array>();
  for (const { value: graph } of messagesOf(model, GRAPH)) {
    for (const { value: node } of messagesOf(graph, NODE)) {
      const texts = (field: number) => messagesOf(node, field).map(({ value }) => textOf(value));
      const [type = ''] = texts(4);
      for (const output of texts(2)) {
        producers.set(output, { type, inputs: texts(1) });
      }
    }
    for (const { value: output } of messagesOf(graph, OUTPUT)) {
      outputs.push(...messagesOf(output, 1).map(({ value }) => textOf(value)));
    }
    for (const { value: tensor } of messagesOf(graph, INITIALIZER)) {
      const [name] = messagesOf(tensor, 8);
      initializers.set(name ? textOf(name.value) : '', tensor);
    }
  }
  return { outputs, producers, initializers };
}

/** The length-delimited fields of this number. */
function messagesOf(message: Uint8Array, number: number): { readonly value: Uint8Array }[] {
  return [...fieldsOf(message)].filter(
    (field): field is Field & { value: Uint8Array } =>
      field.number === number && typeof field.value !== 'number',
  );
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

/** @returns `[labels, size]`, of weights stored in either order; undefined where the tensor is another one. */
function readRows(tensor: Uint8Array, labelCount: number): Float64Array[] | undefined {
  const fields = [...fieldsOf(tensor)];
  const dims = fields.filter(({ number }) => number === 1).flatMap(({ value }) => varintsOf(value));
  const type = fields.find(({ number }) => number === 2)?.value;
  const data = fields.find(({ number }) => number === 9 || number === 4)?.value;
  const [rows = 0, columns = 0] = dims;
  const size = rows === labelCount ? columns : rows;
  if (
    dims.length !== 2 ||
    Math.min(rows, columns) !== labelCount ||
    size <= labelCount ||
    size > MAX_SIZE ||
    type !== FLOAT ||
    !(data instanceof Uint8Array) ||
    data.length !== 4 * rows * columns
  ) {
    return undefined;
  }
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const [rowStride, columnStride] = rows === labelCount ? [size, 1] : [1, labelCount];
  return Array.from({ length: labelCount }, (_, label) =>
    Float64Array.from({ length: size }, (_, at) =>
      view.getFloat32(4 * (label * rowStride + at * columnStride), true),
    ),
  );
}
