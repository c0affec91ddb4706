/** A client over gRPC, as code that is generated from the `.proto` files has it. */
import {
  type ChannelCredentials,
  Client,
  credentials,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { loadProtocol } from '../../src/grpc/protocol.ts';

/** Any message, with the fields of the `.proto`. */
export type Message = Record<string, unknown>;

export interface GrpcCall {
  /** Rejects with a ServiceError. */
  readonly response: Promise<Message>;
  /** The metadata before the response. */
  readonly initial: Promise<Metadata>;
  cancel(): void;
}

export interface CallOptions {
  readonly metadata?: Readonly<Record<string, string>>;
  /** By `Date.now()`. */
  readonly deadline?: number;
}

export interface GrpcClient {
  /** @param request bytes are sent as they are. */
  call(method: string, request?: Message | Buffer, options?: CallOptions): GrpcCall;
  /** The status of a call that is refused. */
  refusal(method: string, request?: Message | Buffer, options?: CallOptions): Promise<Refusal>;
  /** The statuses of the server's health, as they come; `ended` resolves with the status of the call. */
  watch(): { readonly statuses: unknown[]; readonly ended: Promise<string> };
  close(): void;
}

export interface Refusal {
  readonly code: string;
  readonly details: string;
  /** Of the trailing metadata. */
  readonly problem: unknown;
  readonly trailing: Metadata;
}

type Definition = {
  readonly path: string;
  requestSerialize(request: object): Buffer;
  responseDeserialize(bytes: Buffer): Message;
};

/** @param address `host:port` */
export function connectGrpc(
  address: string,
  security: ChannelCredentials = credentials.createInsecure(),
): GrpcClient {
  const { inference, health } = loadProtocol();
  const client = new Client(address, security, { 'grpc.use_local_subchannel_pool': 1 });
  const definitionOf = (method: string) =>
    (inference[method] ?? health[method] ?? unknownMethod(method)) as unknown as Definition;
  const call: GrpcClient['call'] = (method, request = {}, { metadata = {}, ...options } = {}) => {
    const { path, requestSerialize, responseDeserialize } = definitionOf(method);
    const serialize = (value: object): Buffer =>
      Buffer.isBuffer(value) ? value : requestSerialize(value);
    let started: ReturnType<Client['makeUnaryRequest']> | undefined;
    const response = new Promise<Message>((resolve, reject) => {
      started = client.makeUnaryRequest(
        ...([path, serialize, responseDeserialize, request] as const),
        ...([Metadata.fromHttp2Headers(metadata), options] as const),
        (error, value) => (error ? reject(error) : resolve(value as Message)),
      );
    });
    return {
      response,
      initial: new Promise((resolve) => started?.once('metadata', resolve)),
      cancel: () => started?.cancel(),
    };
  };
  return {
    call,
    refusal: (...args) =>
      call(...args).response.then(
        () => {
          throw new Error('expected a refusal, found a response');
        },
        ({ code, details, metadata }: ServiceError) => ({
          code: status[code],
          details,
          problem: metadata.get('problem-type')[0],
          trailing: metadata,
        }),
      ),
    watch: () => {
      const { path, requestSerialize, responseDeserialize } = definitionOf('Watch');
      const statuses: unknown[] = [];
      const stream = client.makeServerStreamRequest(
        ...([path, requestSerialize, responseDeserialize, {}] as const),
      );
      stream.on('data', (message: Message) => statuses.push(message.status));
      stream.on('error', () => undefined);
      const ended = new Promise<string>((resolve) => {
        stream.once('status', ({ code }) => resolve(status[code]));
      });
      return { statuses, ended };
    },
    close: () => client.close(),
  };
}

/** A method that the server does not have. */
function unknownMethod(method: string): Definition {
  return {
    path: `/inference.GRPCInferenceService/${method}`,
    requestSerialize: () => Buffer.alloc(0),
    responseDeserialize: () => ({}),
  };
}

/** A request for inference with its texts in `bytes_contents`. */
export function inferRequest(texts: readonly (string | Buffer)[], changes: Message = {}): Message {
  const contents = { bytes_contents: texts.map((text) => Buffer.from(text)) };
  return {
    model_name: 'tweet-sentiment',
    inputs: [{ name: 'text', datatype: 'BYTES', shape: [texts.length], contents }],
    ...changes,
  };
}

/** The same with its texts in `raw_input_contents`. */
export function rawInferRequest(texts: readonly string[], changes: Message = {}): Message {
  return inferRequest(texts, {
    inputs: [{ name: 'text', datatype: 'BYTES', shape: [texts.length] }],
    raw_input_contents: [rawBytes(texts)],
    ...changes,
  });
}

/** An element of BYTES behind its length in four bytes, little-endian. */
export function rawBytes(texts: readonly string[]): Buffer {
  return Buffer.concat(
    texts.flatMap((text) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(Buffer.byteLength(text));
      return [length, Buffer.from(text)];
    }),
  );
}
