/** The numbers that a model computes for a text, as a single text and in batches: equal bits. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { createSession } from '../../src/inference/session.ts';
import { createTokenizer } from '../../src/inference/tokenizer/tokenizer.ts';
import { addOutput } from '../../src/inference/topic/head.ts';
import { fieldsOf } from '../../src/inference/topic/protobuf.ts';
import { createRandom } from '../../src/simulate/random.ts';
import { createTraffic } from '../../src/simulate/traffic.ts';
import { MODEL, MULTILINGUAL, PINNED } from '../support/pinned.ts';
import { ROOT } from '../support/server.ts';

const BATCH_SIZES = [3, 12];

/**
 * Tensors of earlier versions in which the last bit depends on the batch, by tag
 * (docs/decisions/0017-replay.md).
 */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  'v1.2.0': ['layers.5.mixed'],
};

const read = (commit: string, path: string): Buffer =>
  readFileSync(join(ROOT, 'models', MODEL, commit, path));

/** The float tensors of a padding-free graph that are rounded to int8: rounding hides a last bit. */
function namesBeforeRounding(model: Uint8Array): string[] {
  const messages = (message: Uint8Array, number: number): Uint8Array[] =>
    [...fieldsOf(message)].flatMap((field) =>
      field.number === number && typeof field.value !== 'number' ? [field.value] : [],
    );
  const strings = (message: Uint8Array, number: number): string[] =>
    messages(message, number).map((bytes) => Buffer.from(bytes).toString());
  const nodes = messages(model, 7).flatMap((graph) => messages(graph, 1));
  const rounded = nodes.filter((node) => strings(node, 4)[0] === 'QuantizeLinear');
  return [...new Set(rounded.map((node) => strings(node, 1)[0] as string))];
}

function toFeeds(batch: readonly (readonly number[])[], padId: number): Record<string, Tensor> {
  const length = Math.max(...batch.map((ids) => ids.length));
  const columns = Array.from({ length }, (_, at) => at);
  const toTensor = (pick: (ids: readonly number[], at: number) => number): Tensor => {
    const data = batch.flatMap((ids) => columns.map((at) => BigInt(pick(ids, at))));
    return new Tensor('int64', BigInt64Array.from(data), [batch.length, length]);
  };
  return {
    input_ids: toTensor((ids, at) => ids[at] ?? padId),
    attention_mask: toTensor((ids, at) => Number(at < ids.length)),
  };
}

/** What belongs to a text in a tensor [tokens, …], [batch, columns, …] or [batch, …]. */
function partOf({ dims, data }: Tensor, lengths: readonly number[], index: number): Uint8Array {
  const length = lengths[index] as number;
  const width = (data.length as number) / (dims[0] as number);
  const offset = lengths.slice(0, index).reduce((sum, each) => sum + each, 0);
  const isByToken = dims[0] === lengths.reduce((sum, each) => sum + each, 0);
  const start = (isByToken ? offset : index) * width;
  const columns = dims.length === 3 ? (dims[1] as number) : 1;
  const size = isByToken ? length * width : (width / columns) * Math.min(length, columns);
  const values = (data as Float32Array).subarray(start, start + size);
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Token ids of golden texts and others, one of each length. */
function encodeTexts(commit: string): readonly (readonly number[])[] {
  const json = <T>(path: string): T => JSON.parse(read(commit, path).toString()) as T;
  const golden = json<{ texts: { text: string }[] }>('golden.json').texts;
  const next = createTraffic(1);
  const mix = { en: 2, de: 1, es: 1, fr: 1 };
  const texts = [...golden, ...Array.from({ length: 45 }, () => next(mix))];
  const tokenize = createTokenizer({ tokenizer: json('tokenizer.json'), window: 128 });
  const encodings = texts.map(({ text }) => tokenize(text).ids);
  return [...new Map(encodings.map((ids) => [ids.length, ids])).values()];
}

/** @returns names of the tensors of which some text's part is another one in some batch. */
async function findDependentTensors(
  session: InferenceSession,
  names: readonly string[],
  texts: readonly (readonly number[])[],
  padId: number,
): Promise<string[]> {
  const dependent = new Set<string>();
  const run = (batch: readonly (readonly number[])[]) =>
    session.run(toFeeds(batch, padId), [...names]);
  const partsOf = (outputs: InferenceSession.OnnxValueMapType, lengths: number[], at: number) =>
    names.map((name) => partOf(outputs[name] as Tensor, lengths, at));
  const single: Buffer[][] = [];
  for (const ids of texts) {
    const parts = partsOf(await run([ids]), [ids.length], 0);
    single.push(parts.map((part) => Buffer.from(part)));
  }
  const random = createRandom(1);
  for (const size of BATCH_SIZES) {
    const order = texts.map((_, index) => ({ index, key: random.normal(0, 1) }));
    order.sort((a, b) => a.key - b.key);
    for (let start = 0; start < order.length; start += size) {
      const indices = order.slice(start, start + size).map(({ index }) => index);
      const batch = indices.map((index) => texts[index] as readonly number[]);
      const outputs = await run(batch);
      const lengths = batch.map((ids) => ids.length);
      for (const [at, index] of indices.entries()) {
        for (const [tensor, part] of partsOf(outputs, lengths, at).entries()) {
          const alone = (single[index] as Buffer[])[tensor] as Buffer;
          if (!alone.equals(part)) {
            dependent.add(names[tensor] as string);
          }
        }
      }
    }
  }
  return [...dependent];
}

// Other processors have other kernels, which add in another order.
describe.skipIf(process.arch !== 'x64')('batch invariance', () => {
  test.each([...new Set([PINNED, MULTILINGUAL])])(
    'of version %s',
    async (commit) => {
      const config = JSON.parse(read(commit, 'config.json').toString()) as Config;
      const model = read(commit, 'model.onnx');
      // Of another graph, the runtime joins operators, so a tensor between them must stay inside.
      const inner = config.padding_free ? namesBeforeRounding(model) : [];
      const session = await createSession(inner.reduce<Uint8Array>(addOutput, model), {
        intraOpThreads: 1,
        nonSaturatingInt8: false,
      });
      const texts = encodeTexts(commit);
      expect(texts.length).toBeGreaterThan(20);

      const names = ['logits', ...inner];
      const dependent = await findDependentTensors(session, names, texts, config.pad_token_id);
      await session.release();

      const tag = readFileSync(join(ROOT, 'models', MODEL, `${commit}.tag`), 'utf8').trim();
      expect(dependent).toEqual(KNOWN[tag] ?? []);
    },
    300_000,
  );
});

interface Config {
  readonly padding_free?: boolean;
  readonly pad_token_id: number;
}
