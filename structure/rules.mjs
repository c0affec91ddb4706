// The rules that `check.mjs` enforces. A new folder of `src` needs a line here.

/**
 * Who may import whom, from top to bottom. A part is a folder or a file of `src`; where two fit, the
 * longer one counts. A part may import only parts below it, and of those only the ones that it lists.
 * `types of X` allows `import type`, `*` allows everything below.
 */
export const MAY_IMPORT = {
  'main.ts': ['commands', 'config/environment.ts'],
  commands: ['*'],
  'toolkit.ts': ['*'],
  cluster: ['serve.ts', 'telemetry', 'serving', 'config'],
  'serve.ts': ['*'],
  'servers.ts': ['http', 'grpc', 'network', 'telemetry', 'types of config'],
  http: ['console', 'serving', 'comparison', 'network', 'api', 'types of telemetry'],
  grpc: ['serving', 'network', 'api'],
  console: ['api', 'terminal'],
  telemetry: ['serving', 'drift', 'api', 'terminal', 'types of inference', 'types of config'],
  scoring: [
    ...[
      'serving',
      'logs',
      'drift/report',
      'drift',
      'inference',
      'artifacts',
      'version',
      'terminal',
    ],
  ],
  serving: [
    ...['drift', 'comparison', 'inference', 'artifacts', 'version', 'api'],
    ...['config/available-memory.ts', 'types of config'],
  ],
  repository: [
    ...['drift', 'inference', 'artifacts', 'version', 'types of api', 'terminal'],
    'config/environment.ts',
  ],
  simulate: ['api', 'terminal'],
  replay: [
    ...['logs', 'drift', 'comparison', 'inference', 'artifacts', 'version', 'api'],
    'terminal',
  ],
  'drift/report': ['logs', 'drift', 'artifacts', 'version', 'api', 'terminal'],
  logs: ['api', 'terminal'],
  drift: ['inference', 'artifacts', 'version', 'api', 'terminal'],
  comparison: ['terminal'],
  inference: ['artifacts', 'version', 'config/cpu-quota.ts'],
  artifacts: ['version'],
  network: [],
  version: [],
  config: ['*'],
  'config/cpu-quota.ts': ['config/cgroup.ts'],
  'config/available-memory.ts': ['config/cgroup.ts'],
  'config/cgroup.ts': [],
  'config/open-files.ts': [],
  'outbound-proxy.ts': ['config/environment.ts'],
  'config/environment.ts': [],
  'console/browser': ['types of api', 'terminal'],
  terminal: [],
  api: [],
  client: [],
  // The leaves: everything may import them.
  'errors.ts': [],
  'credentials.ts': [],
  'bounded-file.ts': [],
  'fetch-text.ts': [],
  'folders.ts': [],
  'entry-points.ts': [],
  'statistics.ts': [],
};

/** The parts that everything may import. */
export const LEAVES = [
  ...[
    'errors.ts',
    'credentials.ts',
    'bounded-file.ts',
    'fetch-text.ts',
    'outbound-proxy.ts',
    'folders.ts',
    'entry-points.ts',
    'statistics.ts',
  ],
];

/** Files and functions (`path#name`) that may be longer than the limits, each with its reason. */
export const LONG = {
  'src/console/browser/store.ts#createStore':
    'one closure over the page’s state, of short functions',
  'src/client/schema.ts': 'generated',
  'test/deep/s3.test.ts': 'one S3 server for all of its tests',
};

export const RULES = { MAY_IMPORT, LEAVES, LONG };
