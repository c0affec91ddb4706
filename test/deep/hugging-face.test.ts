/** The client of Hugging Face, as its users call it, gets the scores of `/predict`. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { PredictResponse } from '../../src/api/predict.ts';
import { ROOT, startServer } from '../support/server.ts';

const KEY = 'first-key';

test('huggingface_hub.InferenceClient.text_classification', async () => {
  const server = await startServer({ API_KEYS: KEY });
  const body = { inputs: 'What a wonderful day!' };
  const response = await server.predict(body, { authorization: `Bearer ${KEY}` });
  const { predictions } = (await response.json()) as PredictResponse;
  const expected = Object.entries(predictions[0]?.scores ?? {}).sort(([, a], [, b]) => b - a);
  const script = join(ROOT, 'test/deep/hugging_face.py');
  const { stdout } = await promisify(execFile)(
    process.env.PYTHON || 'python3',
    [script, server.url, KEY],
    // What it needs is here: it must not look for a token or a model elsewhere.
    { env: { ...process.env, HF_HUB_DISABLE_TELEMETRY: '1', HF_TOKEN: '' } },
  );
  const found = JSON.parse(stdout) as Record<string, [string, number][]>;
  expect(found.defaults).toEqual([expected, expected, expected]);
  expect(found.async).toEqual(expected);
  expect(found.best).toEqual(expected.slice(0, 1));
  const logits = found.none ?? [];
  expect(logits.map(([label]) => label)).toEqual(expected.map(([label]) => label));
  for (const [index, [label, logit]] of logits.entries()) {
    expect(found.sigmoid?.[index]).toEqual([label, expect.closeTo(1 / (1 + Math.exp(-logit)), 5)]);
  }
  expect(found.refusals).toEqual([
    expect.stringContaining('parameters.top_k: expected an integer of 1 or more'),
    expect.stringContaining('parameters.function_to_apply: expected one of softmax, sigmoid, none'),
    ...Array(2).fill(
      expect.stringContaining('The text is empty or blank; it needs at least one character'),
    ),
    expect.stringContaining('The key sent is none of this server’s'),
  ]);
  await server.stop();
});
