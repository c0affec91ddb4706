/** The clients of Triton and KServe for gRPC, as their users call them, get the predictions of `/predict`. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startGrpcServer } from '../support/grpc-server.ts';
import { ROOT } from '../support/server.ts';

const MODEL = 'tweet-sentiment';
const TEXTS = ['What a wonderful day!', 'Guten Morgen', 'Das ist schlecht 😀', '素晴らしい'];

type Outputs = Readonly<Record<string, readonly unknown[]>>;

interface Answers {
  readonly triton: {
    readonly health: readonly boolean[];
    /** Whether a model, and a version, are ready that are not here. */
    readonly unknown: readonly boolean[];
    readonly server: string;
    readonly outputs: readonly string[];
    readonly defaults: Outputs;
    readonly named: readonly [id: string, outputs: Outputs];
    readonly errors: readonly string[];
    readonly async: readonly (readonly string[])[];
  };
  readonly asyncio: readonly (readonly string[])[];
  readonly kserve: { readonly health: readonly boolean[]; readonly answers: readonly Outputs[] };
  readonly tools: object;
}

interface Prediction {
  readonly label: string;
  readonly score: number;
  readonly scores: Readonly<Record<string, number>>;
  readonly language: string;
}

/** A process for each: those of both can't be in one. */
async function runClients(address: string, certificate: string): Promise<Answers> {
  const [triton, kserve] = await Promise.all(
    ['triton', 'kserve'].map((client) => runScript([client, address, MODEL, certificate])),
  );
  return { ...triton, ...kserve } as Answers;
}

function runScript(args: readonly string[]): Promise<object> {
  const script = join(ROOT, 'test/deep/grpc_clients.py');
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.env.PYTHON || 'python3',
      [script, ...args],
      { timeout: 200_000 },
      (error, stdout) => (error ? reject(error) : resolve(JSON.parse(stdout))),
    );
    child.stdin?.end(JSON.stringify(TEXTS));
  });
}

function expectPredictions(outputs: Outputs, predictions: readonly Prediction[]): void {
  expect(outputs.label).toEqual(predictions.map(({ label }) => label));
  expect(outputs.language).toEqual(predictions.map(({ language }) => language));
  expect(outputs.truncated).toEqual(TEXTS.map(() => false));
  // FP32 has seven digits.
  const scores = outputs.scores?.flat() as number[];
  predictions
    .flatMap((each) => Object.values(each.scores))
    .forEach((score, index) => {
      expect(scores[index]).toBeCloseTo(score, 5);
    });
}

const TLS = join(ROOT, 'test/fixtures/tls');

test('Triton’s, KServe’s and gRPC’s own clients get what POST /predict answers', async () => {
  const { server, client, address } = await startGrpcServer();
  const response = await server.predict({ inputs: TEXTS });
  const { predictions } = (await response.json()) as { predictions: Prediction[] };
  const labels = predictions.map(({ label }) => label);
  const { triton, asyncio, kserve, tools } = await runClients(address, '');

  expect(triton.health).toEqual([true, true, true]);
  expect(triton.unknown).toEqual([false, false]);
  expect(triton.server).toBe('tweet-sentiment-server');
  expect(Object.keys(triton.defaults)).toEqual(triton.outputs);
  expectPredictions(triton.defaults, predictions);
  const { scores, label } = triton.defaults;
  expect(triton.named).toEqual(['a-1', { scores, label }]);
  expect(triton.async).toEqual(Array(8).fill(labels));
  expect(asyncio).toEqual(Array(8).fill(labels));
  expect(triton.errors).toEqual([
    'StatusCode.INVALID_ARGUMENT The text is empty or blank; it needs at least one character',
    'StatusCode.INVALID_ARGUMENT At most 64 texts are allowed in a request, found 65',
    `StatusCode.NOT_FOUND There is no model "other" here, only ${MODEL}`,
    expect.stringMatching(/^StatusCode.UNIMPLEMENTED .*ModelConfig/),
  ]);

  expect(kserve.health).toEqual([true, true, true]);
  expect(kserve.answers).toHaveLength(2);
  for (const outputs of kserve.answers) {
    expectPredictions(outputs, predictions);
  }
  expect(tools).toEqual({
    services: ['grpc.health.v1.Health', 'inference.GRPCInferenceService'],
    methods: [
      ...['ServerLive', 'ServerReady', 'ModelReady'],
      ...['ServerMetadata', 'ModelMetadata', 'ModelInfer'],
    ],
    health: 'SERVING',
  });
  client.close();
  await server.stop();
});

test('the same clients verify the server’s certificate', async () => {
  const certificate = join(TLS, 'first.pem');
  const { server, client, address } = await startGrpcServer({
    ...{ TLS_CERT: certificate, TLS_KEY: join(TLS, 'first.key') },
  });
  const { triton, kserve, tools } = await runClients(address, certificate);
  expect(triton.health).toEqual([true, true, true]);
  expect(triton.defaults.label).toEqual(kserve.answers[0]?.label);
  expect(tools).toMatchObject({ health: 'SERVING' });
  client.close();
  await server.stop();
});

const run = promisify(execFile);

test('reflection has what protoc makes of the .proto files', async () => {
  const protos = join(ROOT, 'src/grpc/protos');
  const made = join(mkdtempSync(join(tmpdir(), 'protoc-')), 'services.binpb');
  await run(
    process.env.PYTHON || 'python3',
    [
      ...['-m', 'grpc_tools.protoc', '-I.', `--descriptor_set_out=${made}`],
      ...['open-inference.proto', 'health.proto'],
    ],
    { cwd: protos },
  );
  expect(readFileSync(join(protos, 'services.binpb'))).toEqual(readFileSync(made));
});

// Of Go's protobuf library, which checks descriptors more strictly than others.
test('grpcurl calls by reflection', async ({ skip }) => {
  await run('grpcurl', ['-version']).catch(() => skip('grpcurl is not here'));
  const { server, client, address } = await startGrpcServer();
  const grpcurl = async (...args: string[]): Promise<string> =>
    (await run('grpcurl', ['-plaintext', ...args])).stdout;
  const described = await grpcurl(address, 'describe', 'inference.ModelMetadataResponse');
  expect(described).toContain('map<string, string> properties = 6;');
  const text = { name: 'text', shape: [1], datatype: 'BYTES' };
  const bytes = Buffer.from('What a wonderful day!').toString('base64');
  const request = {
    model_name: MODEL,
    inputs: [{ ...text, contents: { bytes_contents: [bytes] } }],
    outputs: [{ name: 'label' }],
  };
  const answer = JSON.parse(
    await grpcurl(
      ...['-d', JSON.stringify(request), address, 'inference.GRPCInferenceService/ModelInfer'],
    ),
  ) as { outputs: [{ contents: { bytesContents: [string] } }] };
  const response = await server.predict(['What a wonderful day!']);
  const label = Buffer.from(answer.outputs[0].contents.bytesContents[0], 'base64').toString();
  expect([label]).toEqual(await response.json());
  client.close();
  await server.stop();
});
