/** The inputs and outputs of a model, as its graph declares them. */
import type { InferenceSession } from 'onnxruntime-node';

/** One input or output. */
interface TensorInfo {
  readonly name: string;
  /** Such as `int64`. */
  readonly type: string;
  /** A dimension that is not fixed has a name instead of a number. */
  readonly shape: readonly (number | string)[];
}

/**
 * Reads the inputs and outputs of an ONNX model.
 *
 * @throws the runtime's error if it can't load the bytes as a model.
 */
export async function inspectModel(
  bytes: Buffer,
): Promise<{ inputs: TensorInfo[]; outputs: TensorInfo[] }> {
  // Imported here: most commands do not need the runtime, which takes time to load.
  const { InferenceSession } = await import('onnxruntime-node');
  const session = await InferenceSession.create(bytes, {
    intraOpNumThreads: 1,
    // The session is not run.
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
