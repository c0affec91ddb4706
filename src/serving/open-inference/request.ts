/** A request for inference in the form that REST and gRPC share, and what is wrong with one. */
import { assertTextCount, assertTexts, type InputLimits } from '../input-limits.ts';
import { ProblemError, quote } from '../problem.ts';
import { splitRawBytes } from './raw-data.ts';
import { INPUT, isOutputName, OUTPUT_NAMES, type OutputName } from './tensors.ts';

/** Which model a client wants. */
export interface ModelReference {
  readonly name: string;
  /** The full SHA of its commit; undefined: the version that serves. */
  readonly version: string | undefined;
}

export interface InferRequest extends ModelReference {
  /** Repeated in the answer; undefined or empty: the answer has the request id of the log. */
  readonly id: string | undefined;
  readonly inputs: readonly InputTensor[];
  /** Empty: all outputs. */
  readonly outputs: readonly RequestedOutput[];
}

/** By name. The values are not looked at. */
export type Parameters = Readonly<Record<string, unknown>>;

export interface RequestedOutput {
  readonly name: string;
  readonly parameters: Parameters;
}

export interface InputTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly parameters: Parameters;
  /**
   * Its elements in row-major order, flat or nested: texts, or their UTF-8. Or the raw data of the tensor,
   * as `raw-data.ts` describes it.
   */
  readonly data: readonly unknown[] | Uint8Array;
}

const SHAPES = 'expected [n] or [n, 1], for n texts';

/**
 * @returns at least one text, checked.
 * @throws ProblemError 400, naming what is wrong and what is allowed.
 */
export function readTexts(inputs: readonly InputTensor[], limits: InputLimits): string[] {
  const [input] = inputs;
  if (!input || inputs.length > 1) {
    throw invalid(`Expected one input, ${quote(INPUT.name)}; found ${inputs.length}`);
  }
  const { name, datatype, shape, data, parameters } = input;
  if (name !== INPUT.name) {
    throw invalid(`Unknown input ${quote(name)}; the input of the model is ${quote(INPUT.name)}`);
  }
  assertDatatype(datatype);
  assertParameters(parameters, name);
  const count = countTexts(shape, limits);
  const elements = data instanceof Uint8Array ? splitRawBytes(data, count) : data;
  if (elements.length !== count) {
    throw invalid(
      `The shape of ${name} has ${count} elements, its data ${elements.length}; ${SHAPES}`,
    );
  }
  const texts = elements.map((element, index) => toText(element, index));
  assertTexts(texts, limits);
  return texts;
}

/** @throws ProblemError `invalid-body`. */
export function assertDatatype(datatype: string): void {
  if (datatype !== INPUT.datatype) {
    throw invalid(
      `The datatype of ${INPUT.name} must be ${INPUT.datatype}, found ${quote(datatype)}`,
    );
  }
}

/** @throws ProblemError `invalid-body` or `too-many-inputs`. */
function countTexts(shape: readonly number[], limits: InputLimits): number {
  const [count = 0, columns = 1] = shape;
  const isCount = Number.isSafeInteger(count) && count >= 0;
  if (shape.length < 1 || shape.length > 2 || columns !== 1 || !isCount) {
    throw invalid(`The shape of ${INPUT.name} is [${shape.slice(0, 8).join(', ')}]; ${SHAPES}`);
  }
  if (count === 0) {
    throw invalid(`The shape of ${INPUT.name} has no element; at least one text is needed`);
  }
  assertTextCount(count, limits);
  return count;
}

// Keeps a byte order mark: it belongs to the text.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function toText(element: unknown, index: number): string {
  const value = Array.isArray(element) && element.length === 1 ? (element[0] as unknown) : element;
  if (typeof value === 'string') {
    return value;
  }
  if (!(value instanceof Uint8Array)) {
    throw invalid(`Element ${index} of ${INPUT.name} is no text; ${SHAPES}`);
  }
  try {
    return utf8.decode(value);
  } catch {
    throw invalid(`Element ${index} of ${INPUT.name} has bytes that are not UTF-8`);
  }
}

/**
 * The names of the outputs that the answer has, in its order.
 *
 * @throws ProblemError `invalid-body` for an unknown output, or one that is requested twice.
 */
export function selectOutputs(requested: readonly RequestedOutput[]): readonly OutputName[] {
  const names = new Set<OutputName>();
  for (const { name, parameters } of requested) {
    if (!isOutputName(name)) {
      throw invalid(
        `Unknown output ${quote(name)}; the outputs of the model are ${OUTPUT_NAMES.join(', ')}`,
      );
    }
    if (names.has(name)) {
      throw invalid(`The output ${name} is requested twice`);
    }
    assertParameters(parameters, name);
    names.add(name);
  }
  return names.size === 0 ? OUTPUT_NAMES : [...names];
}

/** Parameters of Triton's extensions that this server lacks, where leaving them out would be another answer. */
const UNSUPPORTED = ['classification', 'shared_memory_region'];

/** Other parameters that are not known are not looked at: the protocol defines none. */
function assertParameters(parameters: Parameters, where: string): void {
  const found = UNSUPPORTED.find((name) => Object.hasOwn(parameters, name));
  if (found !== undefined) {
    throw invalid(`The parameter ${found} of ${where} is not supported`);
  }
}

function invalid(detail: string): ProblemError {
  return new ProblemError('invalid-body', detail);
}
