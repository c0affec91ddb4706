import type { Command } from 'commander';
import { readAliasPins } from '../../repository/aliases.ts';
import { positiveInteger } from '../flag-values.ts';
import { asJson, type Flags } from '../options.ts';
import { print } from '../output.ts';
import { withVersionAccess, withVersionFlags } from '../version-access.ts';
import { aliasName } from './pin.ts';
import { formatPins } from './pins-text.ts';

export function addPins(models: Command): void {
  withVersionFlags(models.command('pins'), ['modelStore', 'modelName'])
    .description('Show what each alias of MODEL_STORE is pinned to, and its log: who, when, why.')
    .option('--alias <name>', 'only this one', aliasName)
    .option(
      '--lines <count>',
      'how many entries of each log, the newest first',
      positiveInteger,
      10,
    )
    .addOption(asJson())
    .action(run);
}

function run(flags: Flags & { readonly alias?: string; readonly lines: number }): Promise<void> {
  return withVersionAccess(flags, async ({ config, store }) => {
    const model = config.modelName;
    const pins = await readAliasPins(store, model, flags);
    const none = `nothing is pinned in ${store.location} for ${model}`;
    print(flags, pins, (found) => (found.length === 0 ? none : formatPins(found)));
  });
}
