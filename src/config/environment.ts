/** The environment variables of this process; no other folder reads or sets `process.env`. */

export type Environment = Readonly<Partial<Record<string, string>>>;

/** The variables as they are now: for settings, and for the processes that this one starts. */
export function readEnvironment(): Environment {
  return process.env;
}

/**
 * Sets variables that libraries read when they are loaded, unless they are set already. Worker threads
 * and child processes inherit them.
 */
export function setLibraryVariables(): void {
  // ONNX Runtime sends usage data to its maker unless this is set (microsoft/onnxruntime#27379).
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  // glibc keeps what it has freed of smaller sizes, once it has grown: a version that was replaced would leave
  // its memory behind (docs/decisions/0016-swaps.md). It is read when a process starts: by those that this one
  // starts; for this one, the image and `npm start` set it.
  process.env.MALLOC_MMAP_THRESHOLD_ ??= '131072';
  process.env.MALLOC_ARENA_MAX ??= '2';
  // At each start on Node 20, the AWS SDK warns that a later release will require a newer Node.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
}
