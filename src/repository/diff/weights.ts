/** `model.onnx`: what it takes and what it gives. */

import { formatChange, type Paint } from '../../commands/models/diff-lines.ts';
import { formatBytes } from '../../terminal/numbers.ts';
import { digestOf, sizeOf, type VersionFile } from '../../version/manifest.ts';
import { byName, type Change, changedPairs, mapChange } from './change.ts';

/** One input or output of a model. */
export interface TensorInfo {
  readonly name: string;
  /** Such as `int64`. */
  readonly type: string;
  /** A name for a dimension that is free. */
  readonly shape: readonly (number | string)[];
}

export interface Signature {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
}

/** Reads what a model takes and gives out of its bytes. */
export type Inspect = (model: Buffer) => Promise<Signature>;

export interface WeightsDiff {
  /** Bytes of the model, which need not be at hand. */
  readonly size: Change<number>;
  /** `sha256:…` of a git-lfs file, `git-blob:…` of any other. */
  readonly digest: Change<string>;
  /** Such as `int64[batch, length]`; only what changed, nothing where a side is not at hand. */
  readonly inputs: readonly TensorChange[];
  readonly outputs: readonly TensorChange[];
}

export interface TensorChange extends Change<string> {
  readonly name: string;
}

/** @param signatures of both sides, or of none where the bytes of one are not at hand. */
export function diffWeights(
  files: Change<VersionFile>,
  signatures: Change<Signature>,
): WeightsDiff {
  return {
    size: mapChange(files, sizeOf),
    digest: mapChange(files, digestOf),
    inputs: diffTensors(mapChange(signatures, ({ inputs }) => inputs)),
    outputs: diffTensors(mapChange(signatures, ({ outputs }) => outputs)),
  };
}

function diffTensors(tensors: Change<readonly TensorInfo[]>): TensorChange[] {
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

/** A line for each change, for a terminal. */
export function formatWeights(weights: WeightsDiff | undefined, paint: Paint): string[] {
  if (!weights) {
    return [];
  }
  const { size, digest, inputs, outputs } = weights;
  const tensors = (kind: string, changes: readonly TensorChange[]): string[] =>
    changes.map(({ name, ...change }) => formatChange(`${kind} ${name}`, change, paint));
  return [
    formatChange('size', mapChange(size, formatBytes), paint),
    formatChange(
      'digest',
      mapChange(digest, (text) => `${text.slice(0, 23)}…`),
      paint,
    ),
    ...tensors('input', inputs),
    ...tensors('output', outputs),
  ];
}
