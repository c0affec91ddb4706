/** What a client learns of the services by reflection. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import {
  Client,
  credentials,
  type GrpcObject,
  loadPackageDefinition,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import {
  loadFileDescriptorSetFromBuffer,
  loadSync,
  type PackageDefinition,
} from '@grpc/proto-loader';
import { expect, test } from 'vitest';
import { startGrpcServer } from '../support/grpc-server.ts';
import { ROOT } from '../support/server.ts';

const OPTIONS = { keepCase: true, longs: Number, enums: String, defaults: true };
const PROTOS = join(ROOT, 'src/grpc/protos');
const REFLECTION = join(
  dirname(createRequire(import.meta.url).resolve('@grpc/reflection/package.json')),
  'build/proto/grpc/reflection',
);

interface Field {
  readonly name: string;
  readonly number: number;
  readonly label: string;
  readonly type: string;
  readonly typeName: string;
}

interface Message {
  readonly name: string;
  readonly field: readonly Field[];
  readonly nestedType: readonly Message[];
  readonly options: { readonly mapEntry: boolean } | null;
}

/** What a message has, in an order of its own. The loader names the entries of maps as their fields. */
function shapeOf({ name, field, nestedType }: Message): unknown {
  // The loader calls messages that have a map entries themselves.
  const maps = nestedType
    .filter((each) => each.options?.mapEntry && each.field[0]?.name === 'key')
    .map((entry) => entry.name);
  const rename = (found: string) =>
    maps.includes(found) && !found.endsWith('Entry') ? `${found}Entry` : found;
  return {
    name,
    fields: field.map(({ name, number, label, type, typeName }) => ({
      ...{ name, number, label, type, typeName: rename(typeName.split('.').at(-1) ?? '') },
    })),
    nested: nestedType
      .map((each) => shapeOf({ ...each, name: rename(each.name) }))
      .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))),
  };
}

/** Of each type, its shape; of each service, the paths of its methods. */
function shapesOf(definition: PackageDefinition): Record<string, unknown> {
  const entries = Object.entries(definition).map(([name, found]) => [
    name,
    'format' in found
      ? shapeOf(found.type as Message)
      : Object.values(found).map(({ path, requestStream, responseStream }) => ({
          ...{ path, requestStream, responseStream },
        })),
  ]);
  return Object.fromEntries(entries);
}

async function reflect(address: string, version: string, symbol: string): Promise<Buffer[]> {
  let found: unknown = loadPackageDefinition(
    loadSync(join(REFLECTION, version, 'reflection.proto'), OPTIONS),
  );
  for (const part of ['grpc', 'reflection', version, 'ServerReflection']) {
    found = (found as GrpcObject)[part];
  }
  const { path, requestSerialize, responseDeserialize } = (found as ServiceClientConstructor)
    .service.ServerReflectionInfo as never as {
    readonly path: string;
    requestSerialize(value: object): Buffer;
    responseDeserialize(bytes: Buffer): {
      readonly file_descriptor_response: { readonly file_descriptor_proto: Buffer[] };
    };
  };
  const client = new Client(address, credentials.createInsecure());
  const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
  stream.end({ file_containing_symbol: symbol });
  const files: Buffer[] = [];
  for await (const response of stream) {
    files.push(...response.file_descriptor_response.file_descriptor_proto);
  }
  client.close();
  return files;
}

/** As a FileDescriptorSet, whose only field they are. */
function definitionOf(files: readonly Buffer[]): PackageDefinition {
  const set = files.flatMap((file) => [
    Buffer.from([0x0a, (file.length % 128) + 128, Math.floor(file.length / 128)]),
    file,
  ]);
  return loadFileDescriptorSetFromBuffer(Buffer.concat(set), OPTIONS);
}

test.each(['v1', 'v1alpha'])('reflection %s has what the .proto files have', async (version) => {
  const { server, client, address } = await startGrpcServer();
  const files = [
    ...(await reflect(address, version, 'inference.GRPCInferenceService')),
    ...(await reflect(address, version, 'grpc.health.v1.Health')),
  ];
  const found = definitionOf(files);
  const protos = ['open-inference.proto', 'health.proto'].map((name) => join(PROTOS, name));
  expect(shapesOf(found)).toEqual(shapesOf(loadSync(protos, OPTIONS)));
  // Other names are refused by Go's library: https://protobuf.dev/programming-guides/proto3/#backwards
  const { type } = found['inference.ModelInferRequest'] as never as { readonly type: Message };
  const { nestedType } = type;
  expect(nestedType.map(({ name }) => name)).toEqual([
    ...['InferInputTensor', 'InferRequestedOutputTensor', 'ParametersEntry'],
  ]);
  const text = Buffer.concat(files).toString('latin1');
  expect(text).toContain('.inference.ModelMetadataResponse.PropertiesEntry');
  expect(text).toContain('./inference');
  client.close();
  await server.stop();
});
