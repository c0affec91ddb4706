/** What a model takes and gives, as its graph declares it. */
import type { InferenceSession } from 'onnxruntime-node';

/** One input or output. */
interface TensorInfo {
  readonly name: string;
  /** Such as `int64`. */
  readonly type: string;
  /** A name for a dimension that is free. */
  readonly shape: readonly (number | string)[];
}

/**
 * Reads the inputs and outputs of an ONNX model.
 *
 * @throws the runtime's error where the bytes are no model that it can run.
 */
export async function inspectModel(
  bytes: Buffer,
): Promise<{ inputs: TensorInfo[]; outputs: TensorInfo[] }> {
  // Loaded here, not above: the command line can do most of its work without it.
  const { InferenceSession } = await import('onnxruntime-node');
  const session = await InferenceSession.create(bytes, {
    intraOpNumThreads: 1,
    // Only the declarations are asked for.
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
  });
  const { inputMetadata, outputMetadata } = session;
  await session.release();
  return { inputs: inputMetadata.map(describe), outputs: outputMetadata.map(describe) };
}

function describe(value: InferenceSession.ValueMetadata): TensorInfo {
  return value.isTensor
    ? { name: value.name, type: value.type, shape: value.shape }
    : { name: value.name, type: 'no tensor', shape: [] };
}
