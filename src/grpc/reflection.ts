/**
 * What the server tells of its services by reflection: `services.binpb`, which protoc makes of the `.proto` files.
 * In what `@grpc/proto-loader` makes of them, the entries of maps have names that the protobuf library of Go refuses.
 *
 *     cd src/grpc/protos
 *     python -m grpc_tools.protoc -I. --descriptor_set_out=services.binpb open-inference.proto health.proto
 */
import { readFileSync } from 'node:fs';
import type { Server } from '@grpc/grpc-js';
import type { PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { protoFiles } from '../entry-points.ts';
import { splitFields } from './wire-format.ts';

/** Adds `grpc.reflection.v1` and `v1alpha`. */
export function addReflection(server: Server): void {
  // A FileDescriptorSet has one field, its files.
  const files = splitFields(readFileSync(protoFiles().descriptors));
  const services = { fileDescriptorProtos: files.map((file) => Buffer.from(file)) };
  // All that it reads of a package.
  new ReflectionService({ services } as unknown as PackageDefinition).addToServer(server);
}
