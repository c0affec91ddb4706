/** An ONNX Runtime session: how it is created, which inputs it receives, how it is run. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { mismatch } from '../errors.ts';
import { ClassifierError } from './errors.ts';
import { findLogits } from './logits.ts';
import type { Encoding } from './tokenizer/tokenizer.ts';

const INPUT_IDS = 'input_ids';
const ATTENTION_MASK = 'attention_mask';
const TOKEN_TYPE_IDS = 'token_type_ids';

export interface SessionOptions {
  readonly intraOpThreads: number;
  /** As in `StartupMessage`. */
  readonly nonSaturatingInt8: boolean;
}

/** The names of a model's inputs and of the output that has the logits. */
export interface Signature {
  readonly inputNames: readonly string[];
  readonly outputName: string;
}

export interface RunOptions {
  readonly signature: Signature;
  readonly padId: number;
  readonly labelCount: number;
  /** Name of a further output that is returned; undefined: none. */
  readonly hiddenName: string | undefined;
}

export interface Outputs {
  /** `[texts, labels]`, row by row. */
  readonly logits: Float32Array;
  /** `[texts, size]`, row by row; empty without `hiddenName`. */
  readonly hidden: Float32Array;
}

/**
 * Throughput comes from several workers, so a session has one intra-op thread, unless it is the one for
 * single requests: docs/decisions/0001-worker-threads.md.
 */
export function createSession(
  model: Uint8Array,
  { intraOpThreads, nonSaturatingInt8 }: SessionOptions,
): Promise<InferenceSession> {
  return InferenceSession.create(model, {
    intraOpNumThreads: intraOpThreads,
    interOpNumThreads: 1,
    extra: {
      session: {
        // Within a run, threads wait for each other so often that switching by the scheduler would cost
        // more time than they save. Between runs, a thread that spins takes its core from another.
        intra_op: { allow_spinning: intraOpThreads > 1 ? '1' : '0' },
        force_spinning_stop: '1',
        ...(nonSaturatingInt8 ? { x64quantprecision: '1' } : {}),
      },
    },
    // Errors only.
    logSeverityLevel: 3,
  });
}

/** @throws ClassifierError `bad-model` if the model has inputs that a tokenizer can't provide. */
export function readSignature({ inputNames, outputNames }: InferenceSession): Signature {
  const known = [INPUT_IDS, ATTENTION_MASK, TOKEN_TYPE_IDS];
  const unknown = inputNames.find((name) => !known.includes(name));
  if (unknown !== undefined || !inputNames.includes(INPUT_IDS)) {
    const expected = `${INPUT_IDS} and at most ${known.slice(1).join(', ')}`;
    throw new ClassifierError(
      'bad-model',
      mismatch('model.onnx: inputs', expected, inputNames.join(', ')),
    );
  }
  const outputName = findLogits(outputNames);
  if (outputName === undefined) {
    throw new ClassifierError('bad-model', 'model.onnx has no output');
  }
  return { inputNames, outputName };
}

/**
 * Runs the model on texts.
 *
 * @throws ClassifierError `bad-model` if the output has another shape; the runtime's error.
 */
export async function runSession(
  session: InferenceSession,
  encodings: readonly Encoding[],
  { signature, padId, labelCount, hiddenName }: RunOptions,
): Promise<Outputs> {
  const { inputNames, outputName } = signature;
  const names = hiddenName === undefined ? [outputName] : [outputName, hiddenName];
  const outputs = await session.run(createFeeds(encodings, inputNames, padId), names);
  const output = outputs[outputName] as Tensor;
  if (output.dims[0] !== encodings.length || output.dims[1] !== labelCount) {
    const expected = `[${encodings.length}, ${labelCount}]`;
    throw new ClassifierError(
      'bad-model',
      mismatch(`model.onnx: ${outputName}`, expected, `[${output.dims}]`),
    );
  }
  const hidden = hiddenName === undefined ? undefined : outputs[hiddenName];
  return {
    logits: output.data as Float32Array,
    hidden: (hidden?.data ?? new Float32Array()) as Float32Array,
  };
}

/** The model's inputs, `[texts, length]` each, padded on the right. */
function createFeeds(
  encodings: readonly Encoding[],
  inputNames: readonly string[],
  padId: number,
): Record<string, Tensor> {
  const rows = encodings.length;
  const length = Math.max(...encodings.map(({ ids }) => ids.length));
  const feeds: Record<string, Tensor> = {};
  for (const name of inputNames) {
    // Token type ids are zero, as for every text that is not one of a pair.
    const data = new BigInt64Array(rows * length);
    if (name !== TOKEN_TYPE_IDS) {
      fillRows(data, encodings, { length, isMask: name === ATTENTION_MASK, padId });
    }
    feeds[name] = new Tensor('int64', data, [rows, length]);
  }
  return feeds;
}

function fillRows(
  data: BigInt64Array,
  encodings: readonly Encoding[],
  { length, isMask, padId }: { length: number; isMask: boolean; padId: number },
): void {
  // Ids are far below 2^31: the low half of each int64 is written, without creating BigInts. All
  // platforms of onnxruntime-node are little-endian.
  const low = new Int32Array(data.buffer);
  encodings.forEach(({ ids }, row) => {
    for (let i = 0; i < length; i++) {
      const at = (row * length + i) * 2;
      low[at] = isMask ? Number(i < ids.length) : (ids[i] ?? padId);
    }
  });
}
