/**
 * The body of `POST /v2/models/{name}/infer` → a request for inference. JSON, or JSON that is followed by
 * binary data
 * (https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md).
 */
import {
  type InferRequestBody,
  inferRequestSchema,
  MAX_DIMENSIONS,
  MAX_TENSORS,
} from '../../api/open-inference.ts';
import { assertTextCount, type InputLimits } from '../../serving/input-limits.ts';
import {
  assertDatatype,
  type InferRequest,
  type InputTensor,
  type Parameters,
} from '../../serving/open-inference/request.ts';
import { INPUT } from '../../serving/open-inference/tensors.ts';
import { ProblemError, quote } from '../../serving/problem.ts';
import { parseBoundedJson } from '../middleware/json-body.ts';

/** The size of the JSON at the beginning of a body, in bytes; without it, there is nothing behind it. */
export const JSON_LENGTH_HEADER = 'inference-header-content-length';

export interface InferBody extends Omit<InferRequest, 'name' | 'version'> {
  /** Whether an output is sent as binary data, by its name. */
  isBinary(output: string): boolean;
}

/**
 * @param jsonLength value of the header; undefined where there is none.
 * @throws ProblemError 400, naming what is wrong and what is allowed.
 */
export function parseInferBody(
  body: Buffer,
  jsonLength: string | undefined,
  limits: InputLimits,
): InferBody {
  const length = jsonLength === undefined ? body.byteLength : readLength(jsonLength, body);
  if (jsonLength !== undefined && length === 0) {
    return rawText(body);
  }
  // A nested array has an array for each text.
  const json = parseBoundedJson(body.subarray(0, length), limits.maxInputs);
  assertBounded(json, limits);
  const { id, parameters, inputs, outputs } = parse(json);
  const binary = jsonLength === undefined ? undefined : body.subarray(length);
  const requested = (outputs ?? []).map((output) => ({
    name: output.name,
    parameters: output.parameters ?? {},
  }));
  const isBinaryByDefault = readFlag(parameters ?? {}, 'binary_data_output') ?? false;
  const isBinary = new Map(
    requested.map((output) => [output.name, readFlag(output.parameters, 'binary_data')]),
  );
  return {
    id: id ?? undefined,
    inputs: readInputs(inputs, binary),
    outputs: requested,
    isBinary: (output) => isBinary.get(output) ?? isBinaryByDefault,
  };
}

function readLength(value: string, body: Buffer): number {
  const length = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (!(length <= body.byteLength)) {
    throw invalid(
      `${JSON_LENGTH_HEADER} must be the size of the JSON in bytes, 0 to the ${body.byteLength} of ` +
        `the body; found ${JSON.stringify(value.slice(0, 20))}`,
    );
  }
  return length;
}

/** Without any JSON, the body is one text; its outputs are sent as binary data. */
function rawText(body: Buffer): InferBody {
  const input = { name: INPUT.name, datatype: INPUT.datatype, shape: [1], parameters: {} };
  return {
    id: undefined,
    inputs: [{ ...input, data: [body] }],
    outputs: [],
    isBinary: () => true,
  };
}

type BodyInput = InferRequestBody['inputs'][number];

/** The binary data of the inputs follow each other, in their order, up to the end of the body. */
function readInputs(inputs: readonly BodyInput[], binary: Buffer | undefined): InputTensor[] {
  let at = 0;
  const tensors = inputs.map((input): InputTensor => {
    const { name, datatype, shape, data } = input;
    const parameters = input.parameters ?? {};
    const size = readSize(parameters, name);
    const tensor = { name, datatype, shape, parameters };
    if (size === undefined) {
      if (!data) {
        throw invalid(`The input ${quote(name)} has neither data nor binary_data_size`);
      }
      return { ...tensor, data };
    }
    if (data) {
      throw invalid(`The input ${quote(name)} has both data and binary_data_size`);
    }
    if (!binary) {
      throw invalid(`binary_data_size needs the header ${JSON_LENGTH_HEADER}`);
    }
    const rest = binary.byteLength - at;
    if (size > rest) {
      throw invalid(
        `binary_data_size of ${quote(name)} is ${size}, and the body has ${rest} bytes for it`,
      );
    }
    at += size;
    return { ...tensor, data: binary.subarray(at - size, at) };
  });
  if (binary && at < binary.byteLength) {
    throw invalid(`The body has ${binary.byteLength - at} bytes that belong to no input`);
  }
  return tensors;
}

function readSize(parameters: Parameters, input: string): number | undefined {
  const { binary_data_size: size } = parameters;
  if (size === undefined) {
    return undefined;
  }
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw invalid(`binary_data_size of ${quote(input)} must be a number of bytes`);
  }
  return size;
}

function readFlag(parameters: Parameters, name: string): boolean | undefined {
  const flag = parameters[name];
  if (flag !== undefined && typeof flag !== 'boolean') {
    throw invalid(`${name} must be true or false`);
  }
  return flag;
}

/** Refuses at once what the schema would collect an issue for in each of many places. */
function assertBounded(json: unknown, limits: InputLimits): void {
  const { inputs, outputs } = fieldsOf(json);
  assertLength(inputs, MAX_TENSORS, 'inputs');
  assertLength(outputs, MAX_TENSORS, 'outputs');
  for (const input of Array.isArray(inputs) ? inputs : []) {
    const { name, datatype, shape, data } = fieldsOf(input);
    assertLength(shape, MAX_DIMENSIONS, 'dimensions in a shape');
    if (Array.isArray(data)) {
      assertTextCount(data.length, limits);
      if (name === INPUT.name && typeof datatype === 'string') {
        // What is wrong with its elements, above all numbers, follows from it.
        assertDatatype(datatype);
      }
    }
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function assertLength(value: unknown, max: number, what: string): void {
  if (Array.isArray(value) && value.length > max) {
    throw invalid(`At most ${max} ${what} are allowed, found ${value.length}`);
  }
}

const EXPECTED =
  'expected {"inputs": [{"name": "text", "shape": [n], "datatype": "BYTES", "data": […]}]}';

function parse(json: unknown): InferRequestBody {
  const parsed = inferRequestSchema.safeParse(json);
  if (parsed.success) {
    return parsed.data;
  }
  const [issue] = parsed.error.issues;
  const where = issue?.path.length ? `${issue.path.join('.')}: ` : '';
  throw invalid(`${where}${issue?.message}; ${EXPECTED}`);
}

function invalid(detail: string): ProblemError {
  return new ProblemError('invalid-body', detail);
}
