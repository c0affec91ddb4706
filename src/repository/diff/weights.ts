/** `model.onnx`: size, digest, inputs and outputs. */
import type { inspectModel } from '../../inference/inspect.ts';
import { hasCode, ModelError } from '../../version/errors.ts';
import { digestOf, sizeOf, type VersionFile } from '../../version/manifest.ts';
import { byName, type Change, changedPairs, mapChange } from './change.ts';
import type { Reader } from './changed-files.ts';

/** Inputs and outputs of a model. */
export type Signature = Awaited<ReturnType<typeof inspectModel>>;

/** Reads inputs and outputs from the bytes of a model. */
export type Inspect = (model: Buffer) => Promise<Signature>;

export interface WeightsDiff {
  /** Bytes of the model, also where the store has only its pointer. */
  readonly size: Change<number>;
  /** `sha256:…` of a git-lfs file, `git-blob:…` of any other. */
  readonly digest: Change<string>;
  /** Such as `int64[batch, length]`; only what changed, empty where the bytes of a side are missing. */
  readonly inputs: readonly TensorChange[];
  readonly outputs: readonly TensorChange[];
}

export interface TensorChange extends Change<string> {
  readonly name: string;
}

const NO_SIGNATURES: Change<never> = { old: undefined, new: undefined };

/**
 * @param inspect without it, the bytes are not read.
 * @returns the difference, and notes on what could not be compared.
 */
export async function compareWeights(
  reader: Reader,
  files: Change<VersionFile> | undefined,
  inspect: Inspect | undefined,
): Promise<{ weights: WeightsDiff | undefined; notes: string[] }> {
  if (!files) {
    return { weights: undefined, notes: [] };
  }
  if (!inspect) {
    return { weights: diffWeights(files, NO_SIGNATURES), notes: [] };
  }
  try {
    const { old: before, new: after } = await reader.bytes('model.onnx');
    const signatures = {
      old: before && (await readSignature(before, inspect, 'old')),
      new: after && (await readSignature(after, inspect, 'new')),
    };
    return { weights: diffWeights(files, signatures), notes: [] };
  } catch (error) {
    if (!hasCode(error, 'not-found') && !hasCode(error, 'unfit')) {
      throw error;
    }
    const note = `inputs and outputs of the models are not compared: ${error.message}`;
    return { weights: diffWeights(files, NO_SIGNATURES), notes: [note] };
  }
}

/** @throws ModelError `unfit` where the runtime can't load the model. */
async function readSignature(
  model: Buffer,
  inspect: Inspect,
  side: 'old' | 'new',
): Promise<Signature> {
  try {
    return await inspect(model);
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new ModelError('unfit', `the ${side} model.onnx can't be loaded: ${reason}`, { cause });
  }
}

function diffWeights(files: Change<VersionFile>, signatures: Change<Signature>): WeightsDiff {
  return {
    size: mapChange(files, sizeOf),
    digest: mapChange(files, digestOf),
    inputs: diffTensors(mapChange(signatures, ({ inputs }) => inputs)),
    outputs: diffTensors(mapChange(signatures, ({ outputs }) => outputs)),
  };
}

function diffTensors(tensors: Change<Signature['inputs']>): TensorChange[] {
  return changedPairs(
    mapChange(
      tensors,
      (side) =>
        new Map(
          [...byName(side)].map(([name, { type, shape }]) => [
            name,
            `${type}[${shape.join(', ')}]`,
          ]),
        ),
    ),
  );
}
