/** What the scripts beside `src` (bench, release) use of it: they import `#dist/toolkit.js`. */

export { readModelConfig } from './artifacts/model-config.ts';
export { readConfig } from './config.ts';
export { createTokenizer } from './inference/tokenizer.ts';
export { classifyAll, openClassifier } from './offline.ts';
export { createRandom } from './simulate/random.ts';
export { driftAlarms, measureDrift } from './telemetry/drift.ts';
export { createLanguageIdentifier } from './telemetry/language.ts';
export { createTally } from './telemetry/profile.ts';
export { openStore } from './version/stores/open.ts';
