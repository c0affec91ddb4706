/** Every setting: its variable, default, schema and help text. */
import { z } from 'zod';
import { ACCESS_SETTINGS } from './access-settings.ts';
import { availableCpus } from './cpu-quota.ts';
import { defaultMaxConnections } from './open-files.ts';
import { integer, oneOf, setting, text } from './setting.ts';

const httpUrl = z
  .url({ protocol: /^https?$/, error: 'expected an address with http:// or https://' })
  .optional();

/** Every setting, in the order of `--help`. */
export const SETTINGS = {
  host: setting(
    'HOST',
    undefined,
    text.optional(),
    'address to listen on; if unset, every address of the machine, of IPv6 too where the system has it; 0.0.0.0 is every IPv4 address',
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
  tlsCert: setting(
    'TLS_CERT',
    undefined,
    text.optional(),
    'PEM file of the certificate, with those of its issuers behind it: all ports then have TLS; it is read again on SIGHUP; if unset, connections are not encrypted',
  ),
  tlsKey: setting(
    'TLS_KEY',
    undefined,
    text.optional(),
    'PEM file of the private key of TLS_CERT, without a passphrase',
  ),
  modelStore: setting(
    'MODEL_STORE',
    'models',
    text,
    'where versions are stored: a folder, s3://bucket/prefix or https://host/prefix',
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
    'full git commit SHA of the version; if unset, the SHA in the model’s PINNED file',
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
    'maximum number of open connections from one address, or /64 subnet of IPv6, whatever TRUST_PROXY is; if unset, only MAX_CONNECTIONS limits them: behind a load balancer all have its address',
  ),
  maxConnectionAge: setting(
    'MAX_CONNECTION_AGE',
    undefined,
    integer(1, 86_400).optional(),
    'how long a connection is used, in seconds, by up to a tenth more or less; then it ends with its next answer, and the client’s next connection may reach another replica; if unset, as long as the client uses it',
  ),
  keepAliveTimeoutMs: setting(
    'KEEP_ALIVE_TIMEOUT_MS',
    '65000',
    integer(1_000, 3_600_000),
    'how long a connection without a request stays open, in milliseconds; longer than the idle timeout of the load balancer in front, which would otherwise send requests on connections that are being closed',
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
  ...ACCESS_SETTINGS,
  prometheusUrl: setting(
    'PROMETHEUS_URL',
    undefined,
    httpUrl,
    'address of a Prometheus that scrapes all replicas, as http://host:9090, with user and password if it needs them; the console then shows all replicas and the alerts that fire; if unset, this replica only',
  ),
  otlpEndpoint: setting(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    undefined,
    httpUrl,
    'address of an OpenTelemetry collector for OTLP over HTTP, as http://host:4318, which receives traces of requests; the other OTEL_… variables are those of the OpenTelemetry SDK; if unset, there are no traces',
  ),
  otlpTracesEndpoint: setting(
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    undefined,
    httpUrl,
    'the same as a whole address, for traces only: http://host:4318/v1/traces',
  ),
  watchPin: setting(
    'WATCH_PIN',
    '0',
    integer(0, 86_400),
    'how often the pin of the store is read, that of MODEL_ALIAS or else PINNED, in seconds; where it names another version, that one is served without a restart; 0: only at the start and on SIGHUP; MODEL_COMMIT must be unset',
  ),
  keepPrevious: setting(
    'KEEP_PREVIOUS',
    '0',
    integer(0, 86_400),
    'how long the version before stays loaded after another one serves, in seconds: a rollback to it then needs no load, and its memory; 0: not at all',
  ),
  shadowCommit: setting(
    'SHADOW_COMMIT',
    undefined,
    z
      .string()
      .regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'expected a full git commit SHA in lower case')
      .optional(),
    'full git commit SHA of a version with which the server compares its predictions from its start, as by PUT /admin/shadow with all texts; where it can’t be loaded, the server serves without it; if unset, none',
  ),
  shadowFor: setting(
    'SHADOW_FOR',
    '3600',
    integer(1, 86_400),
    'how long SHADOW_COMMIT is compared, in seconds; then it is closed, and its memory is free',
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
