/** API_KEYS_FILE, which is read again while the server runs. */
import { readFile, stat } from 'node:fs/promises';
import { refuseFile } from '../bounded-file.ts';
import { describeSystemError, isSystemError } from '../errors.ts';
import { type Config, ConfigError } from './config.ts';
import { MIN_KEY_CHARS, namedKey, parseKey, toDigest } from './key-schemas.ts';

const MAX_FILE_BYTES = 1024 ** 2;
/** Each has a dozen series of the metrics. */
const MAX_KEYS = 1_000;

type NamedDigest = Config['apiKeys'][number];

/**
 * The keys of API_KEYS and of API_KEYS_FILE: one in a line, `#` begins a comment.
 *
 * @throws ConfigError naming the line, never the key.
 */
export async function readApiKeys({
  apiKeys,
  apiKeysFile,
}: Pick<Config, 'apiKeys' | 'apiKeysFile'>): Promise<readonly NamedDigest[]> {
  if (apiKeysFile === undefined) {
    return apiKeys;
  }
  const text = await readText(apiKeysFile);
  const ofFile = text.split('\n').flatMap((line, index) => parseLine(line, index + 1, apiKeysFile));
  if (ofFile.length === 0) {
    throw refusal(`${apiKeysFile}: expected at least one key, found none`);
  }
  const keys = [...apiKeys, ...ofFile];
  if (keys.length > MAX_KEYS) {
    throw refusal(`${apiKeysFile}: expected at most ${MAX_KEYS} keys, found ${keys.length}`);
  }
  return keys;
}

function parseLine(line: string, number: number, path: string): NamedDigest[] {
  const text = line.replace(/(?:^|\s)#.*$/, '').trim();
  if (text === '') {
    return [];
  }
  const parsed = namedKey(MIN_KEY_CHARS, 'keys').safeParse(parseKey(text, `line-${number}`));
  if (!parsed.success) {
    throw refusal(`${path}, line ${number}: ${parsed.error.issues[0]?.message}`);
  }
  return [toDigest(parsed.data)];
}

async function readText(path: string): Promise<string> {
  try {
    const problem = refuseFile(path, await stat(path), MAX_FILE_BYTES);
    if (problem !== undefined) {
      throw refusal(problem);
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    throw isSystemError(error) ? refusal(describeSystemError(error, path)) : error;
  }
}

function refusal(message: string): ConfigError {
  return new ConfigError(`API_KEYS_FILE: ${message}`);
}
