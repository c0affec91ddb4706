/** What the scripts beside `src` (bench, release) use of it: they import `#dist/toolkit.js`. */

export { readModelConfig } from './artifacts/model-config.ts';
export { readConfig } from './config/config.ts';
export { driftAlarms } from './drift/alarms.ts';
export { DRIFT_POLICY } from './drift/policy.ts';
export { createTally } from './drift/profile.ts';
export { measureDrift, stabilityIndex } from './drift/psi.ts';
export { createBulkClassifier } from './inference/bulk.ts';
export { createLanguageIdentifier } from './inference/language.ts';
export { classifyAll, openClassifier } from './inference/offline.ts';
export { createTokenizer } from './inference/tokenizer/tokenizer.ts';
export { addOutput, findHead } from './inference/topic/head.ts';
export { createPlanes, project } from './inference/topic/topic.ts';
export { createRandom } from './simulate/random.ts';
export { openStore } from './version/stores/open.ts';
