/** The clients of Triton and KServe for HTTP, as their users call them, get the predictions of `/predict`. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PINNED } from '../support/pinned.ts';
import { ROOT, startServer, type TestServer } from '../support/server.ts';

const MODEL = 'tweet-sentiment';
const TEXTS = ['What a wonderful day!', 'Guten Morgen', 'Das ist schlecht 😀', '素晴らしい'];

type Outputs = Readonly<Record<string, readonly unknown[]>>;
interface Answers {
  readonly triton: {
    readonly health: readonly boolean[];
    readonly server: object;
    readonly model: { readonly outputs: readonly { readonly name: string }[] };
    readonly defaults: Outputs;
    readonly json: Outputs;
    readonly column: Outputs;
    readonly named: readonly [id: string, outputs: Outputs];
    readonly async: readonly string[];
    readonly gzip: readonly string[];
    readonly deflate: readonly string[];
    readonly errors: readonly string[];
  };
  readonly tritonAsyncio: {
    readonly ready: boolean;
    readonly 'at once': readonly string[];
    readonly large: readonly string[];
    readonly json: Outputs;
  };
  readonly kserve: {
    readonly health: readonly boolean[];
    readonly answers: readonly Outputs[];
    readonly refusal: string;
  };
}

interface Prediction {
  readonly label: string;
  readonly score: number;
  readonly scores: Readonly<Record<string, number>>;
  readonly language: string;
}

let server: TestServer;
let answers: Answers;
let predictions: readonly Prediction[];
beforeAll(async () => {
  server = await startServer();
  ({ predictions } = (await (await server.predict({ inputs: TEXTS })).json()) as {
    predictions: Prediction[];
  });
  answers = await runClients(new URL(server.url).host);
});
afterAll(() => server?.stop());

function runClients(host: string): Promise<Answers> {
  const command = process.env.PYTHON || 'python3';
  const script = join(ROOT, 'test/deep/rest_clients.py');
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      [script, host, MODEL, PINNED],
      { timeout: 100_000 },
      (error, stdout) => (error ? reject(error) : resolve(JSON.parse(stdout) as Answers)),
    );
    child.stdin?.end(JSON.stringify(TEXTS));
  });
}

/** FP32 has seven digits. */
function expectPredictions(outputs: Outputs | undefined): void {
  expect(outputs?.label).toEqual(predictions.map(({ label }) => label));
  expect(outputs?.language).toEqual(predictions.map(({ language }) => language));
  expect(outputs?.truncated).toEqual(TEXTS.map(() => false));
  predictions.forEach(({ score, scores }, index) => {
    expect(outputs?.score?.[index]).toBeCloseTo(score, 5);
    Object.values(scores).forEach((each, column) => {
      const row = outputs?.scores?.[index] as readonly number[] | undefined;
      expect(row?.[column]).toBeCloseTo(each, 5);
    });
  });
}

const labelsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => predictions[index % TEXTS.length]?.label);

describe('tritonclient.http', () => {
  test('finds a server and a model that are ready, and no other version or model', () => {
    expect(answers.triton.health).toEqual([true, true, true, true, false, false]);
    expect(answers.triton.server).toMatchObject({ extensions: ['binary_tensor_data'] });
    expect(answers.triton.model).toMatchObject({ name: MODEL, versions: [PINNED] });
  });

  test('gets all outputs with its defaults, which are binary data in both directions', () => {
    const names = answers.triton.model.outputs.map(({ name }) => name);
    expect(Object.keys(answers.triton.defaults)).toEqual(names);
    expectPredictions(answers.triton.defaults);
  });

  test('gets the same for JSON, and for a column of texts', () => {
    expectPredictions(answers.triton.json);
    expectPredictions(answers.triton.column);
  });

  test('gets the outputs that it requests, from a version, with its id', () => {
    const [id, outputs] = answers.triton.named;
    expect(id).toBe('a-1');
    expect(outputs).toEqual({
      scores: answers.triton.json.scores,
      label: answers.triton.defaults.label,
    });
  });

  test('sends requests at once, and compressed ones', () => {
    expect(answers.triton.async).toEqual(labelsOf(TEXTS.length));
    expect(answers.triton.gzip).toEqual(labelsOf(64));
    expect(answers.triton.deflate).toEqual(labelsOf(64));
  });

  test('shows the status and the message of an error', () => {
    expect(answers.triton.errors).toEqual([
      '400 The text is empty or blank; it needs at least one character',
      '400 At most 64 texts are allowed in a request, found 65',
      expect.stringMatching(/^404 Version "1" of tweet-sentiment does not serve/),
      `404 There is no model "other" here, only ${MODEL}`,
      '404 There is no /v2/repository/index here',
    ]);
  });
});

test('tritonclient.http.aio gets the same, which accepts compressed answers by default', () => {
  const { ready, large, json, 'at once': labels } = answers.tritonAsyncio;
  expect(ready).toBe(true);
  expect(labels).toEqual(labelsOf(8 * TEXTS.length));
  expect(large).toEqual(labelsOf(64));
  expectPredictions(json);
});

test('KServe’s InferenceRESTClient gets the same, in JSON and in binary data', () => {
  const { health, answers: received, refusal } = answers.kserve;
  expect(health).toEqual([true, true, true, false]);
  expect(received).toHaveLength(2);
  const columns = Object.keys(predictions[0]?.scores ?? {}).length;
  for (const outputs of received) {
    // Its arrays of JSON are flat.
    const flat = (outputs.scores ?? []).flat();
    const scores = TEXTS.map((_, index) => flat.slice(columns * index, columns * (index + 1)));
    expectPredictions({ ...outputs, scores });
  }
  expect(refusal).toMatch(/^Expected one input, "text"; found 0, '400 Bad Request'/);
});
