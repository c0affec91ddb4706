/** `GET /openapi.json`: the description of the interface, with the limits and the version of this server. */
import manifest from '../../../package.json' with { type: 'json' };
import { openApiDocument } from '../../api/openapi/document.ts';
import type { Deployment, Operation } from '../../api/operation.ts';
import { OPERATIONS } from '../../api/operations.ts';
import type { Manager } from '../../serving/manager.ts';
import type { PredictionIds } from '../../serving/prediction-id.ts';
import { sendShared, sharedBody } from '../middleware/shared-bytes.ts';
import type { Resource } from '../resource.ts';

export interface OpenApiOptions {
  readonly modelName: string;
  readonly maxInputs: number;
  readonly maxChars: number;
  /** Maximum size of a body, in bytes. */
  readonly maxBody: number;
  readonly manager: Manager;
  readonly predictionIds: PredictionIds;
  /** The versions on this machine. */
  readonly versions: () => readonly { readonly commit: string }[];
}

/** An example's id is accepted for seven days. */
const RENEWAL_MS = 24 * 3600 * 1000;

/** @param operations those of this server, known once all resources are. */
export function openapi(options: OpenApiOptions, operations: () => readonly Operation[]): Resource {
  const { modelName, maxInputs, maxChars, maxBody, manager, predictionIds, versions } = options;
  let made: { readonly key: string; readonly at: number; readonly document: string } | undefined;
  const make = async (): Promise<string> => {
    const { commit } = manager.state();
    const labels = manager.model()?.classifier.labels ?? [];
    const otherCommit = versions().find((version) => version.commit !== commit)?.commit;
    const key = [commit, otherCommit, ...labels].join(' ');
    const now = performance.now();
    if (made?.key !== key || now - made.at > RENEWAL_MS) {
      const [label] = labels;
      const deployment: Deployment = {
        ...{ modelName, maxInputs, maxChars, maxBody, labels, commit, otherCommit },
        predictionId:
          commit !== undefined && label !== undefined
            ? predictionIds.create({ commit, label })
            : undefined,
      };
      const { version } = manifest;
      const document = openApiDocument({ operations: operations(), deployment, version });
      made = { key, at: now, document: JSON.stringify(document) };
    }
    return made.document;
  };
  const body = sharedBody('application/json; charset=utf-8', make);
  return { operation: OPERATIONS.openapi, handlers: sendShared(() => body) };
}
