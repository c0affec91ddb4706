#!/usr/bin/env node
/** The command line. */
import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { EXIT, exitCodeOf } from './commands/exit-code.ts';
import { endOnStdoutError, notify, warn } from './commands/output.ts';
import { setLibraryVariables } from './config/environment.ts';
import { describeSystemError, isSystemError, KnownError } from './errors.ts';
import { useProxies } from './outbound-proxy.ts';

// Commands load these libraries later, with a dynamic import.
setLibraryVariables();
useProxies();

const program = new Command('tweet-sentiment')
  .description('Serves a text classifier pinned by the git commit SHA of its model repository.')
  .version(manifest.version)
  // Subcommands inherit it.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? EXIT.ok : EXIT.failed));

process.stdout.on('error', endOnStdoutError);

/** Each command's module, with its dependencies, is loaded when that command is run; all of them for help. */
const COMMANDS: Readonly<Record<string, (program: Command) => Promise<void>>> = {
  serve: async (to) => (await import('./commands/serve.ts')).addServe(to),
  baseline: async (to) => (await import('./commands/baseline.ts')).addBaseline(to),
  drift: async (to) => (await import('./commands/drift.ts')).addDrift(to),
  logs: async (to) => (await import('./commands/logs.ts')).addLogs(to),
  models: async (to) =>
    (await import('./commands/models/models.ts')).addModels(to, process.argv[3]),
  predict: async (to) => (await import('./commands/predict.ts')).addPredict(to),
  replay: async (to) => (await import('./commands/replay.ts')).addReplay(to),
  shadow: async (to) => (await import('./commands/shadow.ts')).addShadow(to),
  simulate: async (to) => (await import('./commands/simulate.ts')).addSimulate(to),
};
const wanted = COMMANDS[process.argv[2] ?? ''];
for (const add of wanted ? [wanted] : Object.values(COMMANDS)) {
  await add(program);
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof KnownError) {
    warn(error.message);
  } else if (isSystemError(error)) {
    warn(describeSystemError(error));
  } else {
    notify((error as Error).stack ?? String(error));
  }
  process.exitCode = exitCodeOf(error);
}
