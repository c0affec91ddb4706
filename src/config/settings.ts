/** Every setting: its variable, default, schema and help text. */
import { z } from 'zod';
import { availableCpus } from './cpu-quota.ts';
import { namedKeys, parseKey, splitKeys } from './key-schemas.ts';
import { defaultMaxConnections } from './open-files.ts';

interface Setting<T> {
  /** Environment variable; the flag is the same in lower case with dashes. */
  readonly variable: string;
  /** Help text: unit, meaning of the default, what happens at the limit. */
  readonly doc: string;
  /** The default, as a user would write it; none if the setting is optional. */
  readonly fallback?: string;
  /** From the text of the flag or variable to the value. */
  readonly schema: z.ZodType<T, string | undefined>;
}

const text = z.string().min(1, 'expected some text');

const integer = (min: number, max: number) => {
  const message = `expected an integer from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d+$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
};

const oneOf = <const T extends string>(...values: readonly T[]) =>
  z.enum(values, `expected one of ${values.join(', ')}`);

const setting = <T>(
  variable: string,
  fallback: string | undefined,
  schema: z.ZodType<T, string | undefined>,
  doc: string,
): Setting<T> => ({ variable, doc, schema, ...(fallback === undefined ? {} : { fallback }) });

/** Every setting, in the order of `--help`. */
export const SETTINGS = {
  host: setting(
    'HOST',
    '0.0.0.0',
    text,
    'address to listen on; 0.0.0.0 is every IPv4 address of the machine',
  ),
  port: setting(
    'PORT',
    '8080',
    integer(0, 65_535),
    'TCP port to listen on; 0 lets the system choose a free one',
  ),
  grpcPort: setting(
    'GRPC_PORT',
    undefined,
    integer(0, 65_535).optional(),
    'TCP port of the Open Inference Protocol over gRPC, on HOST; 0 lets the system choose a free one; if unset, there is no gRPC',
  ),
  modelStore: setting(
    'MODEL_STORE',
    'models',
    text,
    'where model versions are stored: a folder, s3://bucket/prefix or https://host/prefix',
  ),
  modelName: setting(
    'MODEL_NAME',
    'tweet-sentiment',
    z.string().regex(/^[a-z0-9][\w.-]{0,99}$/i, 'expected letters, digits, ".", "_" and "-" only'),
    'name of the model in the store',
  ),
  modelCommit: setting(
    'MODEL_COMMIT',
    undefined,
    text.optional(),
    'full git commit SHA of the model version; if unset, the SHA in the model’s PINNED file',
  ),
  modelAlias: setting(
    'MODEL_ALIAS',
    undefined,
    text.optional(),
    'alias whose pinned version is served, such as staging; if unset, production, which is the PINNED file; MODEL_COMMIT must be unset',
  ),
  modelCache: setting(
    'MODEL_CACHE',
    '/tmp/tweet-sentiment-models',
    text,
    'folder for versions downloaded from a remote store; if it is kept, the next start needs no network',
  ),
  modelFetchTimeoutMs: setting(
    'MODEL_FETCH_TIMEOUT_MS',
    '300000',
    integer(1, 86_400_000),
    'how long a remote store that cannot be reached is retried, in milliseconds; then the command fails',
  ),
  workers: setting(
    'WORKERS',
    'auto',
    z
      .string()
      .transform((value) => (value === 'auto' ? String(availableCpus()) : value))
      .pipe(integer(1, 256)),
    'number of worker threads, each with its own copy of the model; auto: the number of CPUs that the process may use',
  ),
  processes: setting(
    'PROCESSES',
    '1',
    integer(1, 64),
    'number of processes that share the port and divide the workers; each has its own queue and cache',
  ),
  maxBatch: setting(
    'MAX_BATCH',
    '32',
    integer(1, 256),
    'maximum number of texts that a worker receives at once; a text of more than 32 tokens counts as several',
  ),
  queueCapacity: setting(
    'QUEUE_CAPACITY',
    '4096',
    integer(1, 1_000_000),
    'maximum number of texts that wait for a worker, lower under lasting load; a text of more than 32 tokens counts as several; a request that does not fit is answered with 429',
  ),
  cacheSize: setting(
    'CACHE_SIZE',
    '33554432',
    integer(0, 2 ** 40),
    'size of the prediction cache in bytes; 0 disables it',
  ),
  requestTimeoutMs: setting(
    'REQUEST_TIMEOUT_MS',
    '10000',
    integer(1, 600_000),
    'how long a request may wait for its predictions, in milliseconds; then it is answered with 504',
  ),
  maxInputs: setting(
    'MAX_INPUTS',
    '64',
    integer(1, 10_000),
    'maximum number of texts in a request; more are answered with 400',
  ),
  maxChars: setting(
    'MAX_CHARS',
    '10000',
    integer(1, 1_000_000),
    'maximum number of characters in a text; a longer one is answered with 400',
  ),
  maxBody: setting(
    'MAX_BODY',
    '4194304',
    integer(1, 1_073_741_824),
    'maximum size of a request body in bytes; a larger one is answered with 413',
  ),
  maxConnections: setting(
    'MAX_CONNECTIONS',
    'auto',
    z
      .string()
      .transform((value) => (value === 'auto' ? String(defaultMaxConnections()) : value))
      .pipe(integer(1, 65_535)),
    'maximum number of open connections; for a new one, one without a complete request is closed; auto: 2048, or fewer where the process may open fewer files',
  ),
  maxConnectionsPerAddress: setting(
    'MAX_CONNECTIONS_PER_ADDRESS',
    undefined,
    integer(1, 65_535).optional(),
    'maximum number of open connections from one address; if unset, only MAX_CONNECTIONS limits them: behind a load balancer all have its address',
  ),
  logLevel: setting(
    'LOG_LEVEL',
    'info',
    oneOf('error', 'warn', 'info', 'debug'),
    'minimum level of log lines: error, warn, info or debug; predictions have level info',
  ),
  logFile: setting(
    'LOG_FILE',
    undefined,
    text.optional(),
    'file that receives the log in addition to standard output; rotated at 64 MiB, ten old files are kept',
  ),
  accessLog: setting(
    'ACCESS_LOG',
    'errors',
    oneOf('errors', 'all', 'none'),
    'which requests have a line of their own in the log: errors (failed, refused or abandoned by the client), all (also the others, but for answered predictions, which have their lines) or none',
  ),
  logInput: setting(
    'LOG_INPUT',
    'masked',
    oneOf('masked', 'full', 'hash', 'none'),
    'how texts are logged: masked (mentions, links, e-mail addresses, numbers of seven or more digits and IBANs replaced), full, hash or none',
  ),
  logInputChars: setting(
    'LOG_INPUT_CHARS',
    '2000',
    // Not shorter than a hash.
    integer(100, 1_000_000),
    'maximum number of characters of a text in the log; a longer one is cut, its line has input_cut: true; with the default, a line has less than 16 KiB, which Docker takes as one',
  ),
  apiKeys: setting(
    'API_KEYS',
    '',
    z
      .string()
      .refine(
        (value) => value === '' || splitKeys(value).length > 0,
        'expected at least one key, found none: the server would be open to all',
      )
      .transform((value) =>
        splitKeys(value).map((text, index) => parseKey(text, `key-${index + 1}`)),
      )
      .pipe(namedKeys(8, 'keys')),
    'comma-separated keys of 8 or more printable ASCII characters without spaces, each as <key> or <name>:<key>; the name is for the log, without one it is key-1, key-2, …; /predict, /feedback, /model and the data of the console then require one; if empty, they are open to all',
  ),
  feedbackKey: setting(
    'FEEDBACK_KEY',
    undefined,
    // It is never sent: any characters will do.
    z
      .string()
      .refine(
        (value) => value === value.trim(),
        'expected no spaces or line breaks at its beginning or end',
      )
      .min(16, 'expected 16 characters or more')
      .optional(),
    'secret of 16 or more characters that signs prediction ids, equal on all replicas; if unset, a random one: feedback must reach the server that predicted',
  ),
  adminToken: setting(
    'ADMIN_TOKEN',
    '',
    z
      .string()
      .transform((value) => splitKeys(value).map((text) => parseKey(text, 'admin')))
      .pipe(namedKeys(16, 'tokens')),
    'comma-separated tokens of 16 or more printable ASCII characters without spaces, each as <token> or <name>:<token>; who has one may change the model by /admin, and is named in the log; if empty, there is no /admin',
  ),
  adminPort: setting(
    'ADMIN_PORT',
    undefined,
    integer(0, 65_535).optional(),
    'TCP port of /admin and /metrics, which PORT then does not have; if unset, PORT has them',
  ),
  prometheusUrl: setting(
    'PROMETHEUS_URL',
    undefined,
    z
      .url({ protocol: /^https?$/, error: 'expected an address with http:// or https://' })
      .optional(),
    'address of a Prometheus that scrapes all replicas, as http://host:9090, with user and password if it needs them; the console then shows all replicas and the alerts that fire; if unset, this replica only',
  ),
  watchPin: setting(
    'WATCH_PIN',
    '0',
    integer(0, 86_400),
    'how often the PINNED file of the store is read, in seconds; where it names another version, that one is served without a restart; 0: only at the start and on SIGHUP; MODEL_COMMIT must be unset',
  ),
  keepPrevious: setting(
    'KEEP_PREVIOUS',
    '0',
    integer(0, 86_400),
    'how long the version before stays loaded after another one serves, in seconds: taking it back then needs no load, and its memory; 0: not at all',
  ),
  baselines: setting(
    'BASELINES',
    undefined,
    text.optional(),
    'folder of baselines, which the command baseline writes: the normal traffic of each version, with which its traffic is compared; a new one is read without a restart; if unset, the server has none, and commands use the folder baselines',
  ),
  drainDelayMs: setting(
    'DRAIN_DELAY_MS',
    '0',
    integer(0, 600_000),
    'how long a stopping server goes on to accept requests while /readyz reports 503, in milliseconds: time for load balancers to notice',
  ),
  drainTimeoutMs: setting(
    'DRAIN_TIMEOUT_MS',
    '8000',
    integer(0, 600_000),
    'how long a stopping server waits for accepted requests, in milliseconds; then it closes their connections',
  ),
};
