/**
 * A worker thread: holds a session of the model and answers one batch at a time. It is a thread
 * because `InferenceSession.run` blocks the one that calls it.
 */
import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { basename } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { ClassifierError } from './errors.ts';
import { collectGarbageSoon } from './garbage.ts';
import type {
  BatchResult,
  RequestMessage,
  ResponseMessage,
  Run,
  StartupMessage,
} from './messages.ts';
import { cutRuns } from './runs.ts';
import { createTokenizer, type Encoding } from './tokenizer.ts';

yieldToMainThread();
const port = parentPort as NonNullable<typeof parentPort>;
const startup = workerData as StartupMessage;
const { labelCount, padId, paddingFree } = startup;
const tokenize = createTokenizer({
  tokenizer: JSON.parse(new TextDecoder().decode(startup.tokenizer)),
  window: startup.window,
});

/** Throughput comes from several workers, so a session has one thread, unless it runs alone. */
const createSession = (threads: number): Promise<InferenceSession> =>
  InferenceSession.create(startup.model, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    extra: {
      session: {
        // Within a run, threads wait for each other so often that the scheduler's hand-over would take
        // what they save; between runs, one that spins takes its core from another.
        intra_op: { allow_spinning: threads > 1 ? '1' : '0' },
        force_spinning_stop: '1',
        ...(startup.nonSaturatingInt8 ? { x64quantprecision: '1' } : {}),
      },
    },
    logSeverityLevel: 3,
  });
const session = await createSession(1);
const singleRequestSession =
  startup.intraOpThreads > 1 ? await createSession(startup.intraOpThreads) : session;
// `workerData` lives as long as the thread; the bytes need not.
Object.assign(startup, { model: undefined, tokenizer: undefined });
const outputName = checkSignature(session);

port.on('message', async (message: RequestMessage) => {
  if (message.type === 'close') {
    await Promise.all([...new Set([session, singleRequestSession])].map((each) => each.release()));
    port.close();
    return;
  }
  try {
    const result = await classify(
      message.texts,
      message.isSingleRequest ? singleRequestSession : session,
    );
    post({ type: 'result', result }, [
      result.logits.buffer,
      result.tokens.buffer,
      result.unknown.buffer,
      result.truncated.buffer,
    ]);
  } catch (error) {
    post({ type: 'error', message: error instanceof Error ? error.message : String(error) });
  }
});
post({ type: 'ready' });
collectGarbageSoon();

/**
 * Lets the scheduler prefer the thread that talks to clients, so that probes and new requests are
 * answered while all CPUs are busy. Linux only, where a thread has a priority of its own.
 */
function yieldToMainThread(): void {
  try {
    const threadId = Number(basename(readlinkSync('/proc/thread-self')));
    setPriority(threadId, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Another system, or one that does not allow it: slower probes under load, nothing else.
  }
}

function post(message: ResponseMessage, transfer: ArrayBufferLike[] = []): void {
  port.postMessage(message, transfer as ArrayBuffer[]);
}

async function classify(texts: readonly string[], from: InferenceSession): Promise<BatchResult> {
  const encodings = texts.map(tokenize);
  const logits = new Float32Array(texts.length * labelCount);
  const runs: Run[] = [];
  const lengths = encodings.map(({ ids }) => ids.length);
  for (const indices of cutRuns(lengths, paddingFree)) {
    const start = performance.now();
    const rows = await run(
      indices.map((index) => encodings[index] as Encoding),
      from,
    );
    runs.push({ texts: indices.length, durationMs: performance.now() - start });
    indices.forEach((index, row) => {
      logits.set(rows.subarray(row * labelCount, (row + 1) * labelCount), index * labelCount);
    });
  }
  return {
    logits,
    tokens: Uint32Array.from(encodings, ({ ids }) => ids.length),
    unknown: Uint32Array.from(encodings, ({ unknown }) => unknown),
    truncated: Uint8Array.from(encodings, ({ truncated }) => Number(truncated)),
    runs,
  };
}

/** @returns logits, `[texts, labels]` row by row. */
async function run(encodings: readonly Encoding[], from: InferenceSession): Promise<Float32Array> {
  const dims = [encodings.length, Math.max(...encodings.map(({ ids }) => ids.length))] as const;
  const outputs = await from.run(feeds(encodings, dims), [outputName]);
  const output = outputs[outputName] as Tensor;
  if (output.dims[0] !== dims[0] || output.dims[1] !== labelCount) {
    throw new ClassifierError(
      'bad-model',
      `model.onnx: ${outputName}: expected [${dims[0]}, ${labelCount}], found [${output.dims}]`,
    );
  }
  return output.data as Float32Array;
}

/** The inputs that the model asks for, `[texts, length]` each, padded on the right. */
function feeds(
  encodings: readonly Encoding[],
  dims: readonly [number, number],
): Record<string, Tensor> {
  const [rows, length] = dims;
  const inputs: Record<string, Tensor> = {};
  for (const name of session.inputNames) {
    // Token type ids are all zero, as for every single text.
    const data = new BigInt64Array(rows * length);
    if (name !== 'token_type_ids') {
      // Ids are far below 2^31: the low half of each int64 is written, without making BigInts.
      const low = new Int32Array(data.buffer);
      const isMask = name === 'attention_mask';
      encodings.forEach(({ ids }, row) => {
        for (let i = 0; i < length; i++) {
          const at = (row * length + i) * 2;
          low[at] = isMask ? Number(i < ids.length) : (ids[i] ?? padId);
        }
      });
    }
    inputs[name] = new Tensor('int64', data, dims);
  }
  return inputs;
}

/**
 * @returns the name of the output that holds the logits.
 * @throws ClassifierError `bad-model` where the model asks for inputs that a tokenizer can't give.
 */
function checkSignature({ inputNames, outputNames }: InferenceSession): string {
  const known = ['input_ids', 'attention_mask', 'token_type_ids'];
  const unknown = inputNames.find((name) => !known.includes(name));
  if (unknown !== undefined || !inputNames.includes('input_ids')) {
    throw new ClassifierError(
      'bad-model',
      `model.onnx: inputs: expected input_ids and at most ${known.slice(1).join(', ')}, ` +
        `found ${inputNames.join(', ')}`,
    );
  }
  const output = outputNames.includes('logits') ? 'logits' : outputNames[0];
  if (output === undefined) {
    throw new ClassifierError('bad-model', 'model.onnx has no output');
  }
  return output;
}
