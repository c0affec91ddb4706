/** Settings: flags and environment variables → one frozen, validated Config. */
import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import type { z } from 'zod';
import { refuseFile } from '../bounded-file.ts';
import { describeSystemError, isSystemError, KnownError } from '../errors.ts';
import { maxConnectionsByFiles } from './open-files.ts';
import { type Setting, splitList } from './setting.ts';
import { SETTINGS } from './settings.ts';

const MAX_SECRET_BYTES = 65_536;

export type Config = Readonly<{
  [K in keyof typeof SETTINGS]: z.output<(typeof SETTINGS)[K]['schema']>;
}>;

/** Its message has one line for each bad setting. */
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
 * @param flags texts from the command line, by the names of `SETTINGS`.
 * @throws ConfigError naming each bad setting, what was expected and what was found.
 */
export function readConfig(
  flags: Readonly<Partial<Record<string, string>>>,
  env: Readonly<Partial<Record<string, string>>>,
): Config {
  const problems: string[] = [];
  const values = Object.entries(SETTINGS).map(([name, setting]) => {
    const { variable, fallback, schema }: Setting<unknown> = setting;
    const secret = readSecret(setting, env);
    if (secret?.problem !== undefined) {
      problems.push(secret.problem);
      return [name, undefined];
    }
    const given = flags[name] ?? secret?.text ?? (env[variable] || undefined);
    const parsed = schema.safeParse(given ?? fallback);
    if (!parsed.success) {
      const source = flags[name] === undefined ? (secret?.source ?? variable) : flagOf(variable);
      const found = /KEY|TOKEN|SECRET/.test(variable)
        ? ''
        : `, found ${JSON.stringify(withoutCredentials(given))}`;
      problems.push(`${source}: ${parsed.error.issues[0]?.message}${found}`);
    }
    return [name, parsed.data];
  });
  const config = Object.fromEntries(values) as Config;
  if (problems.length === 0) {
    problems.push(...contradictionsOf(config));
  }
  if (problems.length > 0) {
    throw new ConfigError(problems.join('\n'));
  }
  return Object.freeze(config);
}

/** Undefined where no file is named. */
function readSecret(
  { variable, inFile }: Setting<unknown>,
  env: Readonly<Partial<Record<string, string>>>,
): { readonly text?: string; readonly source?: string; readonly problem?: string } | undefined {
  const path = inFile && env[`${variable}_FILE`];
  if (!path) {
    return undefined;
  }
  const refuse = (message: string) => ({ problem: `${variable}_FILE: ${message}` });
  if (env[variable]) {
    return refuse(`expected it to be unset where ${variable} is set, found ${path}`);
  }
  try {
    const refusal = refuseFile(path, statSync(path), MAX_SECRET_BYTES);
    if (refusal !== undefined) {
      return refuse(refusal);
    }
    const content = decodeText(readFileSync(path));
    if (content === undefined) {
      return refuse(`${path}: expected text in UTF-8, found other bytes`);
    }
    const lines = content.trim().split(/\r\n|\r|\n/);
    if (inFile === 'value' && lines.length > 1) {
      return refuse(`${path}: expected one line, found ${lines.length}`);
    }
    const text = inFile === 'value' ? content.trim() : splitList(lines.join(',')).join(',');
    return text === ''
      ? refuse(`${path}: expected a secret, found an empty file`)
      : { text, source: `${variable}_FILE: ${path}` };
  } catch (error) {
    return refuse(isSystemError(error) ? describeSystemError(error, path) : String(error));
  }
}

/** Undefined where bytes are no text in UTF-8; UTF-16 has NULs. */
function decodeText(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes) && !bytes.includes(0) ? new TextDecoder().decode(bytes) : undefined;
}

/** `http://user:password@host` → `http://…@host` */
function withoutCredentials(value: string | undefined): string | undefined {
  return value?.replace(/\/\/[^/]*@/g, '//…@');
}

/** Values that are right one by one and wrong together, or on this machine. */
function contradictionsOf({
  queueCapacity,
  maxInputs,
  workers,
  processes,
  maxConnections,
  port,
  adminPort,
  grpcPort,
  tlsCert,
  tlsKey,
  modelCommit,
  modelAlias,
  shadowCommit,
}: Config): string[] {
  const problems: string[] = [];
  if (shadowCommit !== undefined && shadowCommit === modelCommit) {
    problems.push(
      `SHADOW_COMMIT: expected another version than MODEL_COMMIT, found ${shadowCommit}`,
    );
  }
  if (modelCommit !== undefined && modelAlias !== undefined) {
    problems.push(
      `MODEL_ALIAS: expected it to be unset where MODEL_COMMIT names the version, found ${modelAlias}`,
    );
  }
  if (adminPort !== undefined && adminPort !== 0 && adminPort === port) {
    problems.push(`ADMIN_PORT: expected another port than PORT, found ${adminPort}`);
  }
  if (grpcPort !== undefined && grpcPort !== 0 && [port, adminPort].includes(grpcPort)) {
    problems.push(`GRPC_PORT: expected another port than PORT and ADMIN_PORT, found ${grpcPort}`);
  }
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    const [missing, given] = tlsCert === undefined ? ['CERT', 'KEY'] : ['KEY', 'CERT'];
    problems.push(`TLS_${missing}: expected a file, since TLS_${given} is set; found none`);
  }
  if (queueCapacity < maxInputs) {
    problems.push(
      `QUEUE_CAPACITY: expected at least MAX_INPUTS (${maxInputs}), found ${queueCapacity}`,
    );
  }
  if (workers < processes) {
    problems.push(
      `PROCESSES: expected at most one for each of the ${workers} WORKERS, found ${processes}`,
    );
  }
  const byFiles = maxConnectionsByFiles();
  if (maxConnections > byFiles) {
    problems.push(
      `MAX_CONNECTIONS: expected at most ${byFiles}, by the limit of open files (ulimit -n), ` +
        `found ${maxConnections}`,
    );
  }
  return problems;
}
