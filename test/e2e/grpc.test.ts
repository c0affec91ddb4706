/** The Open Inference Protocol over gRPC, of the built server, by the client of gRPC for Node. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type GrpcClient,
  inferRequest,
  type Message,
  rawBytes,
  rawInferRequest,
} from '../support/grpc.ts';
import {
  contentsOf,
  INFER,
  outputsOf,
  startGrpcServer,
  textsOf,
  untilMetric,
} from '../support/grpc-server.ts';
import { PINNED } from '../support/pinned.ts';
import { runCommand, type TestServer } from '../support/server.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';

describe('ModelInfer', () => {
  let server: TestServer;
  let client: GrpcClient;
  beforeAll(async () => {
    ({ server, client } = await startGrpcServer({ MAX_BODY: '200000' }));
  });
  afterAll(async () => {
    client.close();
    await server.stop();
  });

  test('answers as POST /predict does', async () => {
    const inputs = ['What a wonderful day!', 'Guten Morgen'];
    const response = await client.call('ModelInfer', inferRequest(inputs, { id: 'mine' })).response;
    const { predictions } = (await (await server.predict({ inputs })).json()) as {
      predictions: {
        label: string;
        score: number;
        scores: Record<string, number>;
        language: string;
      }[];
    };
    expect(response).toMatchObject({
      model_name: 'tweet-sentiment',
      model_version: PINNED,
      id: 'mine',
    });
    const { label, score, scores, language, truncated, id } = outputsOf(response);
    expect(textsOf(contentsOf(label).bytes_contents)).toEqual(
      predictions.map((each) => each.label),
    );
    expect(textsOf(contentsOf(language).bytes_contents)).toEqual(['en', 'de']);
    expect(contentsOf(truncated).bool_contents).toEqual([false, false]);
    expect(textsOf(contentsOf(id).bytes_contents)).toHaveLength(2);
    expect(scores?.shape).toEqual([2, 3]);
    const expected = predictions.flatMap((each) => Object.values(each.scores));
    (contentsOf(scores).fp32_contents as number[]).forEach((found, index) => {
      expect(found).toBeCloseTo(expected[index] as number, 5);
    });
    (contentsOf(score).fp32_contents as number[]).forEach((found, index) => {
      expect(found).toBeCloseTo(predictions[index]?.score as number, 5);
    });
  });

  test('answers raw contents with raw contents, and with the outputs that were requested', async () => {
    const request = rawInferRequest(['What a wonderful day!'], {
      outputs: [{ name: 'label' }, { name: 'scores' }],
    });
    const { outputs, raw_output_contents: raw } = await client.call('ModelInfer', request).response;
    expect(outputs).toMatchObject([
      { name: 'label', datatype: 'BYTES', shape: [1], contents: null },
      { name: 'scores', datatype: 'FP32', shape: [1, 3], contents: null },
    ]);
    const [label, scores] = raw as [Buffer, Buffer];
    expect(label).toEqual(rawBytes(['positive']));
    expect(scores).toHaveLength(12);
    expect(scores.readFloatLE(8)).toBeGreaterThan(0.8);
  });

  test('has the ids of the request, in the metadata and in the log', async () => {
    const metadata = { 'x-request-id': 'grpc-1', traceparent: `00-${TRACE}-b7ad6b7169203331-01` };
    const { response, initial } = client.call('ModelInfer', inferRequest(['a text of its own']), {
      metadata,
    });
    await response;
    expect((await initial).getMap()).toMatchObject({
      'x-request-id': 'grpc-1',
      'x-model-commit': PINNED,
    });
    const line = await server.eventually(({ request_id: id }) => id === 'grpc-1');
    expect(line).toMatchObject({
      event: 'prediction',
      trace_id: TRACE,
      input: 'a text of its own',
      commit: PINNED,
    });
  });

  const invalid = (code: string, problem: string, details: RegExp) => ({
    code,
    problem: `/problems/${problem}`,
    details: expect.stringMatching(details),
  });
  const input = (changes: Message) =>
    inferRequest(['x'], {
      inputs: [
        {
          name: 'text',
          datatype: 'BYTES',
          shape: [1],
          contents: { bytes_contents: [Buffer.from('x')] },
          ...changes,
        },
      ],
    });

  test.each<[string, Message | Buffer, object]>([
    [
      'an unknown model',
      inferRequest(['x'], { model_name: 'other' }),
      invalid('NOT_FOUND', 'not-found', /no model "other".*tweet-sentiment/),
    ],
    [
      'another version',
      inferRequest(['x'], { model_version: '1' }),
      invalid('NOT_FOUND', 'not-found', /Version "1"/),
    ],
    [
      'a blank text',
      inferRequest(['x', ' ']),
      invalid('INVALID_ARGUMENT', 'empty-text', /Text 1 is empty/),
    ],
    [
      'a long text',
      inferRequest(['x'.repeat(10_001)]),
      invalid('INVALID_ARGUMENT', 'text-too-long', /10001 characters, at most 10000/),
    ],
    [
      'too many texts',
      inferRequest(Array(65).fill('x')),
      invalid('INVALID_ARGUMENT', 'too-many-inputs', /At most 64 texts/),
    ],
    [
      'bytes that are not UTF-8',
      inferRequest([Buffer.from([0x61, 0xff])]),
      invalid('INVALID_ARGUMENT', 'invalid-body', /not UTF-8/),
    ],
    [
      'no input',
      inferRequest([], { inputs: [] }),
      invalid('INVALID_ARGUMENT', 'invalid-body', /Expected one input/),
    ],
    [
      'another datatype',
      input({ datatype: 'FP32' }),
      invalid('INVALID_ARGUMENT', 'invalid-body', /BYTES.*FP32/),
    ],
    [
      'another shape',
      input({ shape: [2] }),
      invalid('INVALID_ARGUMENT', 'invalid-body', /2 elements, its data 1/),
    ],
    [
      'a negative shape',
      input({ shape: [-1] }),
      invalid('INVALID_ARGUMENT', 'invalid-body', /shape/),
    ],
    [
      'an unknown output',
      inferRequest(['x'], { outputs: [{ name: 'mood' }] }),
      invalid('INVALID_ARGUMENT', 'invalid-body', /"mood".*label/),
    ],
    [
      'data in both places',
      inferRequest(['x'], { raw_input_contents: [rawBytes(['x'])] }),
      invalid('INVALID_ARGUMENT', 'invalid-body', /contents and in raw_input_contents/),
    ],
    [
      'raw data for no input',
      rawInferRequest(['x'], { raw_input_contents: [rawBytes(['x']), rawBytes(['x'])] }),
      invalid('INVALID_ARGUMENT', 'invalid-body', /one for each of the 1 inputs, found 2/),
    ],
    [
      'raw data that ends early',
      rawInferRequest(['x'], { raw_input_contents: [Buffer.from([9, 0, 0, 0, 1])] }),
      invalid('INVALID_ARGUMENT', 'invalid-body', /length of element 0 is 9/),
    ],
    [
      'no protobuf',
      Buffer.from('{"inputs": []}'),
      invalid('INVALID_ARGUMENT', 'invalid-body', /not a protobuf message/),
    ],
    [
      'a field of another type',
      Buffer.from([0x0a, 0x02, 0xc3, 0x28, 0x2d, 0, 0, 0, 0]),
      invalid('INVALID_ARGUMENT', 'invalid-body', /./),
    ],
    [
      'a hundred thousand empty inputs',
      Buffer.alloc(199_998, Buffer.from([0x2a, 0])),
      invalid('INVALID_ARGUMENT', 'invalid-body', /At most 65536 elements/),
    ],
  ])('refuses %s', async (_name, request, expected) => {
    expect(await client.refusal('ModelInfer', request)).toMatchObject(expected);
  });

  test('refuses a message of more than MAX_BODY bytes', async () => {
    const refusal = await client.refusal('ModelInfer', Buffer.alloc(200_001));
    expect(refusal).toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      details: expect.stringMatching(/larger than max/),
    });
    // Of gRPC's library.
    expect(refusal.problem).toBeUndefined();
    await untilMetric(server, 'http_requests_total', `${INFER},status="413"`, 1);
  });

  test('has no calls of Triton', async () => {
    expect(await client.refusal('ModelConfig')).toMatchObject({
      ...{ code: 'UNIMPLEMENTED', problem: undefined },
    });
  });
});

test('keys are in the metadata, and their names in the log; health is open to all', async () => {
  const { server, client } = await startGrpcServer({
    API_KEYS: 'shop:secret-of-the-shop',
    ACCESS_LOG: 'all',
  });
  const request = inferRequest(['a text']);
  const refusal = (metadata: Record<string, string>) =>
    client.refusal('ModelInfer', request, { metadata });
  expect(await refusal({})).toMatchObject({
    ...{ code: 'UNAUTHENTICATED', problem: '/problems/unauthorized' },
  });
  expect(await refusal({ 'x-api-key': 'another key' })).toMatchObject({
    ...{ code: 'PERMISSION_DENIED', problem: '/problems/forbidden' },
  });
  expect(await client.refusal('ModelMetadata', { name: 'tweet-sentiment' })).toMatchObject({
    code: 'UNAUTHENTICATED',
  });
  for (const metadata of [
    { authorization: 'Bearer secret-of-the-shop' },
    { 'x-api-key': 'secret-of-the-shop' },
  ]) {
    await client.call('ModelInfer', request, { metadata }).response;
  }
  expect(await client.call('Check').response).toEqual({ status: 'SERVING' });
  expect(await client.call('ServerReady').response).toEqual({ ready: true });
  const metadata = { 'x-api-key': 'secret-of-the-shop', 'x-request-id': 'named' };
  await client.refusal('ModelInfer', inferRequest(['']), { metadata });
  const line = await server.eventually(
    ({ event, request_id: id }) => event === 'request' && id === 'named',
  );
  expect(line).toMatchObject({ client: 'shop', status: 400, problem: 'empty-text' });
  client.close();
  await server.stop();
});

test('a port that is taken is named by its setting', async () => {
  const port = new URL((await startGrpcServer()).server.url).port;
  const { code, stderr } = await runCommand(['serve'], {
    ...{ HOST: '127.0.0.1', PORT: '0', GRPC_PORT: port },
  });
  expect([code, stderr]).toEqual([2, expect.stringMatching(/GRPC_PORT: .*is in use/)]);
});
