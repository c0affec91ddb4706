/**
 * A worker thread: holds sessions of the model and classifies one batch at a time. It is a thread because
 * `InferenceSession.run` blocks its caller: docs/decisions/0001-worker-threads.md.
 */
import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { basename } from 'node:path';
import { parentPort, threadId, workerData } from 'node:worker_threads';
import type { InferenceSession } from 'onnxruntime-node';
import { clockOffsetMs } from './clock.ts';
import { collectGarbageSoon } from './garbage.ts';
import { assertGoldenIds } from './golden-ids.ts';
import type {
  BatchResult,
  RequestMessage,
  ResponseMessage,
  Run,
  StartupMessage,
} from './messages.ts';
import { cutRuns } from './runs.ts';
import { createSession, readSignature, runSession } from './session.ts';
import { createTokenizer, type Encoding } from './tokenizer/tokenizer.ts';
import { PLANES, project } from './topic/topic.ts';

lowerPriority();
/** The encoding of a text whose result is not needed any more. */
const GIVEN_UP: Encoding = { ids: [], unknown: 0, truncated: false };

const port = parentPort as NonNullable<typeof parentPort>;
const startup = workerData as StartupMessage;
const { labelCount, padId, paddingFree, nonSaturatingInt8, intraOpThreads, topic } = startup;
const tokenize = createTokenizer({
  tokenizer: JSON.parse(new TextDecoder().decode(startup.tokenizer)),
  window: startup.window,
});
assertGoldenIds(startup.goldenTexts, tokenize);
const session = await createSession(startup.model, { intraOpThreads: 1, nonSaturatingInt8 });
const singleRequestSession =
  intraOpThreads > 1
    ? await createSession(startup.model, { intraOpThreads, nonSaturatingInt8 })
    : session;
// `workerData` lives as long as the thread; the bytes are not needed any more.
Object.assign(startup, { model: undefined, tokenizer: undefined });
const signature = readSignature(session);
/** Of this thread's clock, to have the time of the pool's. */
const shiftMs = clockOffsetMs() - startup.clockOffsetMs;
const runOptions = { signature, padId, labelCount, hiddenName: topic?.hiddenName };

port.on('message', async (message: RequestMessage) => {
  if (message.type === 'close') {
    await Promise.all([...new Set([session, singleRequestSession])].map((each) => each.release()));
    port.close();
    return;
  }
  try {
    const used = message.isSingleRequest ? singleRequestSession : session;
    const result = await classify(message, used);
    post({ type: 'result', result }, [
      result.logits.buffer,
      result.tokens.buffer,
      result.unknown.buffer,
      result.truncated.buffer,
      result.projections.buffer,
    ]);
  } catch (error) {
    post({ type: 'error', message: error instanceof Error ? error.message : String(error) });
  }
});
post({ type: 'ready' });
collectGarbageSoon();

/**
 * Lets the scheduler prefer the main thread, so that probes and new requests are answered while all CPUs
 * are busy. Linux only, where each thread has its own priority.
 */
function lowerPriority(): void {
  try {
    const threadId = Number(basename(readlinkSync('/proc/thread-self')));
    setPriority(threadId, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Another system, or one that does not allow it: probes are slower under load, nothing else.
  }
}

function post(message: ResponseMessage, transfer: ArrayBufferLike[] = []): void {
  port.postMessage(message, transfer as ArrayBuffer[]);
}

/** Tokenizes the texts of a batch, and runs the model on groups of similar length. */
async function classify(
  { texts, givenUp }: { readonly texts: readonly string[]; readonly givenUp: Uint8Array },
  used: InferenceSession,
): Promise<BatchResult> {
  const startedAt = now();
  const isWanted = (index: number): boolean => givenUp[index] === 0;
  const encodings = texts.map((text, index) => (isWanted(index) ? encode(text) : GIVEN_UP));
  const encoded = texts.map((_, index) => index).filter((index) => encodings[index] !== GIVEN_UP);
  const tokenizing = { startedAt, endedAt: now() };
  const lengths = encoded.map((index) => (encodings[index] as Encoding).ids.length);
  const logits = new Float32Array(texts.length * labelCount);
  const projections = new Float64Array(topic ? texts.length * PLANES : 0);
  const runs: Run[] = [];
  for (const run of cutRuns(lengths, paddingFree)) {
    const indices = run.map((at) => encoded[at] as number).filter(isWanted);
    if (indices.length > 0) {
      const runStartedAt = now();
      const inputs = indices.map((index) => encodings[index] as Encoding);
      const outputs = await runSession(used, inputs, runOptions);
      runs.push({ texts: indices.length, startedAt: runStartedAt, endedAt: now() });
      copyRows(outputs.logits, logits, indices);
      if (topic) {
        copyRows(project(outputs.hidden, topic.planes), projections, indices);
      }
    }
  }
  return {
    logits,
    tokens: Uint32Array.from(encodings, ({ ids }) => ids.length),
    unknown: Uint32Array.from(encodings, ({ unknown }) => unknown),
    truncated: Uint8Array.from(encodings, ({ truncated }) => Number(truncated)),
    projections,
    threadId,
    tokenizing,
    runs,
  };
}

/** In the time of the pool's thread. */
function now(): number {
  return performance.now() + shiftMs;
}

/** Copies the rows of a run to where its texts are in the batch. */
function copyRows<T extends Float32Array | Float64Array>(
  rows: T,
  batch: T,
  indices: readonly number[],
): void {
  const width = rows.length / indices.length;
  indices.forEach((index, row) => {
    batch.set(rows.subarray(row * width, (row + 1) * width), index * width);
  });
}

/** The model can't be run without tokens: a text that has none is a padding token. */
function encode(text: string): Encoding {
  const encoding = tokenize(text);
  return encoding.ids.length > 0 ? encoding : { ...encoding, ids: [padId] };
}
