/** The services that the server has, from their `.proto` files. */
import {
  type GrpcObject,
  loadPackageDefinition,
  type ServiceClientConstructor,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { protoFiles } from '../entry-points.ts';

export const INFERENCE_SERVICE = 'inference.GRPCInferenceService';
export const HEALTH_SERVICE = 'grpc.health.v1.Health';

/** Names as in the files; absent fields have their defaults. */
export function loadProtocol() {
  const { openInference, health } = protoFiles();
  const definition = loadSync([openInference, health], {
    keepCase: true,
    longs: Number,
    enums: String,
    defaults: true,
  });
  const root = loadPackageDefinition(definition);
  return {
    inference: serviceOf(root, INFERENCE_SERVICE),
    health: serviceOf(root, HEALTH_SERVICE),
  };
}

function serviceOf(root: GrpcObject, name: string): ServiceDefinition {
  let found: unknown = root;
  for (const part of name.split('.')) {
    found = (found as GrpcObject)[part];
  }
  return (found as ServiceClientConstructor).service;
}
