/** The Open Inference Protocol around a model whose scores follow from the length of a text. */
import request from 'supertest';
import type { Answer } from '../../src/inference/classifier.ts';
import type { createTestApp } from './app.ts';

type App = ReturnType<typeof createTestApp>;

export const LABELS = ['b', 'a'];
export const INFER = '/v2/models/m/infer';
export const TEXT = { name: 'text', shape: [1], datatype: 'BYTES', data: ['x'] };

/** The score of `a` is a tenth of a text's length. */
export async function classify(texts: readonly string[]): Promise<Answer[]> {
  return texts.map((text) => {
    const a = text.length / 10;
    const [label, score] = a > 0.5 ? ['a', a] : ['b', 1 - a];
    const scores = { b: 1 - a, a };
    const language = { language: 'en', languageConfidence: 1, logSumExp: 0 };
    const facts = { tokens: 3, unknownRatio: 0, truncated: text.length > 8, topic: undefined };
    return {
      classification: {
        label: label as string,
        score: score as number,
        scores,
        ...language,
        ...facts,
      },
      cached: false,
    };
  });
}

export const stats = (idle: number) => () => ({
  queueLength: 0,
  queueCapacity: 1,
  workers: { starting: 1, idle, busy: 0 },
});

export function postTo(
  app: App,
  body: string | Buffer | object,
  headers: Record<string, string> = {},
) {
  const sent = request(app).post(INFER).set(headers);
  const isJson = typeof body === 'object' && !Buffer.isBuffer(body);
  return isJson
    ? sent.send(body)
    : sent.set({ 'content-type': 'application/octet-stream', ...headers }).send(body);
}

/** A request whose JSON is followed by `binary`. */
export function postBinaryTo(app: App, json: object, binary: Buffer, jsonLength?: string) {
  const head = Buffer.from(JSON.stringify(json));
  return postTo(app, Buffer.concat([head, binary]), {
    'inference-header-content-length': jsonLength ?? String(head.byteLength),
  });
}

export function rawBytes(...texts: readonly string[]): Buffer {
  const parts = texts.flatMap((text) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(Buffer.byteLength(text));
    return [length, Buffer.from(text)];
  });
  return Buffer.concat(parts);
}

export const binaryInput = (size: number | string, shape = [1]) => ({
  inputs: [{ name: 'text', shape, datatype: 'BYTES', parameters: { binary_data_size: size } }],
});
