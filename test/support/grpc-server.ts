/** The built server with gRPC, and what its responses have. */
import { expect } from 'vitest';
import { poll } from '../../tools/launch.mjs';
import { connectGrpc, type Message } from './grpc.ts';
import { type Environment, startServer, sum, type TestServer } from './server.ts';

/** The labels of the calls of ModelInfer. */
export const INFER = 'route="/inference.GRPCInferenceService/ModelInfer"';

/** Starts the server with gRPC. */
export async function startGrpcServer(env: Environment = {}) {
  const server = await startServer({ GRPC_PORT: '0', HOST: '127.0.0.1', ...env });
  const { grpc_address: address } = await server.eventually(({ event }) => event === 'listening');
  return { server, address: address as string, client: connectGrpc(address as string) };
}

/** By the name of the output. */
export function outputsOf({ outputs }: Message): Record<string, Message> {
  return Object.fromEntries((outputs as Message[]).map((output) => [output.name, output]));
}

export const contentsOf = (output: Message | undefined): Message => output?.contents as Message;
export const textsOf = (buffers: unknown): string[] => (buffers as Buffer[]).map(String);

/** Resolves when a metric has this value. @throws where it does not get it. */
export async function untilMetric(
  server: TestServer,
  name: string,
  labels: string,
  value: number,
): Promise<Map<string, number>> {
  const found = await poll(() => server.metrics(), {
    accept: (metrics) => sum(metrics, name, labels) === value,
    intervalMs: 10,
  });
  expect(sum(found, name, labels)).toBe(value);
  return found;
}
