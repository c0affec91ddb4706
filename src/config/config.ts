/** Settings: flags and environment variables become one frozen, validated Config, here and nowhere else. */
import { z } from 'zod';
import { KnownError } from '../errors.ts';
import { availableCpus } from './cpu-quota.ts';

interface Setting<T> {
  /** Environment variable; the flag is the same in lower case with dashes. */
  readonly variable: string;
  readonly doc: string;
  /** As a user would write it; none where the setting is optional. */
  readonly fallback?: string;
  /** From what the user wrote. */
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
  host: setting('HOST', '0.0.0.0', text, 'address to listen on'),
  port: setting('PORT', '8080', integer(0, 65_535), 'port to listen on; 0 takes a free one'),
  modelStore: setting(
    'MODEL_STORE',
    'models',
    text,
    'where versions lie: a folder, s3://bucket/prefix or https://host/prefix',
  ),
  modelName: setting(
    'MODEL_NAME',
    'tweet-sentiment',
    z.string().regex(/^[a-z0-9][\w.-]{0,99}$/i, 'expected letters, digits, ".", "_" and "-" only'),
    'which model of the store',
  ),
  modelCommit: setting(
    'MODEL_COMMIT',
    undefined,
    text.optional(),
    'full commit SHA to serve; without it, the one in the PINNED file of the model',
  ),
  modelCache: setting(
    'MODEL_CACHE',
    '/tmp/tweet-sentiment-models',
    text,
    'folder that keeps versions of a remote store; where it outlives the server, a start needs no network',
  ),
  modelFetchTimeoutMs: setting(
    'MODEL_FETCH_TIMEOUT_MS',
    '300000',
    integer(1, 86_400_000),
    'milliseconds after which a remote store that can’t be reached is not tried again',
  ),
  workers: setting(
    'WORKERS',
    'auto',
    z
      .string()
      .transform((value) => (value === 'auto' ? String(availableCpus()) : value))
      .pipe(integer(1, 256)),
    'worker threads, each with a session of the model; auto: as many as CPUs are granted',
  ),
  processes: setting(
    'PROCESSES',
    '1',
    integer(1, 64),
    'processes that share the port and the workers; each has a queue and a cache of its own',
  ),
  maxBatch: setting('MAX_BATCH', '32', integer(1, 256), 'most texts handed to a worker at once'),
  queueCapacity: setting(
    'QUEUE_CAPACITY',
    '4096',
    integer(1, 1_000_000),
    'most texts that wait for a worker; a request that does not fit in gets 429',
  ),
  cacheSize: setting(
    'CACHE_SIZE',
    '33554432',
    integer(0, 2 ** 40),
    'bytes that texts and what was said of them may take, to be said again at once; 0 keeps none',
  ),
  requestTimeoutMs: setting(
    'REQUEST_TIMEOUT_MS',
    '10000',
    integer(1, 600_000),
    'milliseconds after which a prediction that has not been made gets 504',
  ),
  maxInputs: setting('MAX_INPUTS', '64', integer(1, 10_000), 'most texts in a request'),
  maxChars: setting('MAX_CHARS', '10000', integer(1, 1_000_000), 'most characters in a text'),
  maxBody: setting(
    'MAX_BODY',
    '4194304',
    integer(1, 1_073_741_824),
    'most bytes in a request body',
  ),
  logLevel: setting(
    'LOG_LEVEL',
    'info',
    oneOf('error', 'warn', 'info', 'debug'),
    'least level that is logged; predictions are info',
  ),
  logFile: setting(
    'LOG_FILE',
    undefined,
    text.optional(),
    'file to log to as well, rotated at 64 MiB, ten old ones kept',
  ),
  logInput: setting(
    'LOG_INPUT',
    'masked',
    oneOf('masked', 'full', 'hash', 'none'),
    'what the log tells of a text; masked: without mentions, links, e-mail addresses, phone numbers',
  ),
  apiKeys: setting(
    'API_KEYS',
    '',
    z
      .string()
      .transform((value) =>
        value
          .split(',')
          .map((key) => key.trim())
          .filter(Boolean),
      )
      .refine(
        (keys) => keys.every((key) => key.length >= 8),
        'expected keys of 8 characters or more',
      ),
    'comma-separated keys, one of which /predict, /feedback, /model and the console’s data then ask for; empty: open to all',
  ),
  feedbackKey: setting(
    'FEEDBACK_KEY',
    undefined,
    z.string().min(16, 'expected 16 characters or more').optional(),
    'secret that signs prediction ids, the same on all replicas; without it, feedback must reach the process that predicted',
  ),
  drainTimeoutMs: setting(
    'DRAIN_TIMEOUT_MS',
    '8000',
    integer(0, 600_000),
    'milliseconds that accepted requests get to be answered when the server is told to stop',
  ),
};

export type Config = Readonly<{
  [K in keyof typeof SETTINGS]: z.output<(typeof SETTINGS)[K]['schema']>;
}>;

/** What is wrong with the settings, one line for each. */
export class ConfigError extends KnownError<'bad-setting'> {
  override readonly name = 'ConfigError';

  constructor(message: string) {
    super('bad-setting', message);
  }
}

/** The flag of a setting: `MODEL_COMMIT` → `--model-commit`. */
export function flagOf(variable: string): string {
  return `--${variable.toLowerCase().replaceAll('_', '-')}`;
}

/**
 * Flags win over the environment, the environment over defaults; an empty variable counts as unset.
 *
 * @param flags what the command line gave, by the names of `SETTINGS`.
 * @throws ConfigError naming each bad setting, what was expected and what was found.
 */
export function readConfig(
  flags: Readonly<Partial<Record<string, string>>>,
  env: Readonly<Partial<Record<string, string>>>,
): Config {
  const problems: string[] = [];
  const values = Object.entries(SETTINGS).map(([name, { variable, fallback, schema }]) => {
    const given = flags[name] ?? (env[variable] || undefined);
    const parsed = schema.safeParse(given ?? fallback);
    if (!parsed.success) {
      const source = flags[name] === undefined ? variable : flagOf(variable);
      const found = /KEY|TOKEN/.test(variable) ? '' : `, found ${JSON.stringify(given)}`;
      problems.push(`${source}: ${parsed.error.issues[0]?.message}${found}`);
    }
    return [name, parsed.data];
  });
  const config = Object.fromEntries(values) as Config;
  if (problems.length === 0 && config.queueCapacity < config.maxInputs) {
    problems.push(
      `QUEUE_CAPACITY: expected at least MAX_INPUTS (${config.maxInputs}), found ${config.queueCapacity}`,
    );
  }
  if (problems.length === 0 && config.workers < config.processes) {
    problems.push(
      `PROCESSES: expected at most one for each of the ${config.workers} WORKERS, found ${config.processes}`,
    );
  }
  if (problems.length > 0) {
    throw new ConfigError(problems.join('\n'));
  }
  return Object.freeze(config);
}
