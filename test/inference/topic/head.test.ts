import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { afterAll, describe, expect, test } from 'vitest';
import {
  createSession,
  type Outputs,
  readSignature,
  runSession,
} from '../../../src/inference/session.ts';
import { createTokenizer, type Encoding } from '../../../src/inference/tokenizer/tokenizer.ts';
import { addOutput, findHead, type Head } from '../../../src/inference/topic/head.ts';
import { encodeField, fieldsOf } from '../../../src/inference/topic/protobuf.ts';
import { MODEL, MULTILINGUAL, PINNED, shippedJson } from '../../support/pinned.ts';
import { ROOT } from '../../support/server.ts';

const sessions: InferenceSession[] = [];

afterAll(async () => {
  await Promise.all(sessions.map((session) => session.release()));
});

const read = (commit: string, path: string): Buffer =>
  readFileSync(join(ROOT, 'models', MODEL, commit, path));

async function open(model: Uint8Array): Promise<InferenceSession> {
  const session = await createSession(model, { intraOpThreads: 1, nonSaturatingInt8: false });
  sessions.push(session);
  return session;
}

describe.each([
  ['the pinned', PINNED],
  ['the multilingual', MULTILINGUAL],
])('%s version', (_, commit) => {
  const { hidden_size: size, pad_token_id: padId } = shippedJson<{
    hidden_size: number;
    pad_token_id: number;
  }>(commit, 'config.json');
  const model = read(commit, 'model.onnx');
  const head = findHead(model, 3) as Head;
  const golden = shippedJson<{ texts: { text: string }[] }>(commit, 'golden.json');
  const tokenize = createTokenizer({
    tokenizer: shippedJson(commit, 'tokenizer.json'),
    window: 128,
  });
  const encodings = golden.texts.map(({ text }) => tokenize(text));

  const run = (
    session: InferenceSession,
    batch: readonly Encoding[],
    hiddenName: string | undefined,
  ): Promise<Outputs> =>
    runSession(session, batch, {
      signature: readSignature(session),
      padId,
      labelCount: 3,
      hiddenName,
    });

  test('the head is the last product of the graph, with its weights', async () => {
    expect([head.size, head.weights.length]).toEqual([size, 3]);
    const session = await open(addOutput(model, head.hidden));
    const [first, ...others] = encodings.slice(0, 8) as [Encoding, ...Encoding[]];
    // The difference of two logits is that of their products with the hidden layer, and a constant bias.
    const biases: number[] = [];
    for (const encoding of [first, ...others]) {
      const { logits, hidden: layer } = await run(session, [encoding], head.hidden);
      const [a, b] = head.weights.map((row) =>
        row.reduce((total, weight, at) => total + weight * (layer[at] as number), 0),
      ) as [number, number];
      biases.push((logits[0] as number) - (logits[1] as number) - (a - b));
    }
    expect(Math.max(...biases) - Math.min(...biases)).toBeLessThan(1e-3);
  });

  test('logits are the same bits with and without the further output', async () => {
    const [plain, extended] = [await open(model), await open(addOutput(model, head.hidden))];
    for (const batchSize of [1, 8]) {
      for (let start = 0; start < encodings.length; start += batchSize) {
        const batch = encodings.slice(start, start + batchSize);
        const expected = await run(plain, batch, undefined);
        const found = await run(extended, batch, head.hidden);
        expect(found.hidden).toHaveLength(batch.length * size);
        expect(Buffer.from(found.logits.buffer)).toEqual(Buffer.from(expected.logits.buffer));
      }
    }
  });
});

test('a graph whose logits come from something else has no head', () => {
  const model = read(PINNED, 'model.onnx');
  const other = Buffer.from(model);
  other.write('Tanh', other.lastIndexOf('Gemm'));
  expect(findHead(other, 3)).toBeUndefined();
  // Weights for other labels.
  expect(findHead(model, 4)).toBeUndefined();
});

test('a graph that is cut, damaged or has a cycle has no head', () => {
  const model = read(PINNED, 'model.onnx');
  for (const bytes of [model.subarray(0, 1000), Buffer.from('no graph'), Buffer.alloc(0)]) {
    expect(findHead(bytes, 3)).toBeUndefined();
  }
  const named = (number: number, text: string) => encodeField(number, Buffer.from(text));
  const add = encodeField(
    1,
    Buffer.concat([named(1, 'logits'), named(2, 'logits'), named(4, 'Add')]),
  );
  const output = encodeField(12, named(1, 'logits'));
  expect(findHead(encodeField(7, Buffer.concat([add, output])), 3)).toBeUndefined();
});

test('a name of any length is declared', () => {
  for (const length of [1, 120, 127, 128, 300, 20_000]) {
    const name = 'x'.repeat(length);
    const [graph] = [...fieldsOf(addOutput(new Uint8Array(), name))];
    const [output] = [...fieldsOf(graph?.value as Uint8Array)];
    const [found] = [...fieldsOf(output?.value as Uint8Array)];
    expect([graph?.number, output?.number, found?.number]).toEqual([7, 12, 1]);
    expect(Buffer.from(found?.value as Uint8Array).toString()).toBe(name);
  }
});
