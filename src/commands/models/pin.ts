import { type Command, InvalidArgumentError } from 'commander';
import { checkAlias, DEFAULT_ALIAS } from '../../version/alias.ts';
import { hasCode, ModelError } from '../../version/errors.ts';
import { type PinResult, pinAlias } from '../../version/pins.ts';
import { requireWritable, type WritableStore } from '../../version/stores/store.ts';
import { judging } from '../exit-code.ts';
import { whoRuns } from '../identity.ts';
import { asJson, type Flags } from '../options.ts';
import { print, warn } from '../output.ts';
import {
  REVISION,
  type VersionAccess,
  withVersionAccess,
  withVersionFlags,
} from '../version-access.ts';

const ALIAS = '--alias <name>';
const REASON = 'why, for the log of pins';

export function addPin(models: Command): void {
  withVersionFlags(models.command('pin'), ['modelStore', 'modelName'])
    .description(
      'Pin an alias of MODEL_STORE to a version that is published there: servers without MODEL_COMMIT serve ' +
        'it when they start, or read the alias again. The log of pins records who did it, when and why.',
    )
    .argument('<commit>', REVISION)
    .option(ALIAS, 'what is pinned; production is the PINNED file', aliasName, DEFAULT_ALIAS)
    .option('--reason <text>', REASON)
    .addOption(asJson())
    .action(judging(runPin));
}

export function addUnpin(models: Command): void {
  withVersionFlags(models.command('unpin'), ['modelStore', 'modelName'])
    .description(
      'Remove an alias from MODEL_STORE. Servers that run go on to serve; one that starts with it is refused.',
    )
    .option(ALIAS, 'what is removed; must be given', aliasName)
    .option('--reason <text>', REASON)
    .addOption(asJson())
    .action(judging(runUnpin));
}

interface PinFlags extends Flags {
  readonly alias: string;
  readonly reason?: string;
}

const PIN_ELSEWHERE = 'pin in the folder or the s3://bucket/prefix behind it';

function runPin(revision: string, flags: PinFlags): Promise<void> {
  return withVersionAccess(flags, async (versions) => {
    const { config, resolve } = versions;
    const store = requireWritable(versions.store, PIN_ELSEWHERE);
    const commit = await resolve(revision);
    const { assertServable } = await import('../../repository/publishable.ts');
    await assertServable(store, config.modelName, commit).catch((error: unknown) => {
      throw hasCode(error, 'not-found') ? notPublished(error) : error;
    });
    await change(versions, store, flags, commit);
  });
}

function runUnpin({ alias, ...flags }: Partial<PinFlags>): Promise<void> {
  if (alias === undefined) {
    throw new ModelError('bad-reference', '--alias: expected the alias to remove, found none');
  }
  return withVersionAccess(flags, (versions) =>
    change(versions, requireWritable(versions.store, PIN_ELSEWHERE), { ...flags, alias }, null),
  );
}

function notPublished(error: ModelError): ModelError {
  const message = `${error.message}: publish the version with \`models publish\` first`;
  return new ModelError('unfit', message, { cause: error });
}

async function change(
  { config }: VersionAccess,
  store: WritableStore,
  { alias, reason, ...flags }: PinFlags,
  to: string | null,
): Promise<void> {
  const target = { store, model: config.modelName, alias };
  const result = await pinAlias(target, {
    to,
    by: await whoRuns(),
    ...(reason === undefined ? {} : { reason }),
  });
  if (result.unloggedAfter !== undefined) {
    const [found, logged] = [result.from, result.unloggedAfter].map((sha) => sha ?? 'nothing');
    warn(
      `${alias} was ${found}, but its log ends with ${logged}: it had been changed without \`models pin\``,
    );
  }
  print(
    flags,
    { ...target, store: store.location, ...describe(result, to) },
    ({ from, changed, by }) => {
      const before = from === null ? '' : `, before: ${from}`;
      const state = to === null ? 'is removed' : `is ${to}`;
      return changed
        ? `${alias} of ${target.model} in ${store.location} ${state}${before}, by ${by}`
        : `${alias} of ${target.model} in ${store.location} ${state} already`;
    },
  );
}

function describe({ from, entry }: PinResult, to: string | null) {
  const { time = null, by = null, reason = null } = entry ?? {};
  return { from, to, changed: entry !== undefined, time, by, reason };
}

export function aliasName(value: string): string {
  try {
    return checkAlias(value, '--alias');
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
