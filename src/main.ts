#!/usr/bin/env node
/** The command line. */
import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { notify, warn } from './commands/output.ts';
import { KnownError } from './errors.ts';

// ONNX Runtime reports its use to its maker unless this is set before it is loaded
// (microsoft/onnxruntime#27379); worker threads have the environment of this one.
process.env.ORT_DISABLE_TELEMETRY ??= '1';

// The AWS SDK warns on Node 20 at each start that a later release will require a newer Node.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const program = new Command('tweet-sentiment')
  .description(
    'Serves a tweet-sentiment model pinned by the git commit SHA of its model repository.',
  )
  .version(manifest.version)
  // 2 for what was typed wrong, 1 for what went wrong; subcommands inherit it.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));

// The reader may close the pipe early: `models diff … | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

/** Each command's module, with its dependencies, is loaded when that command is run; all of them for help. */
const COMMANDS: Readonly<Record<string, (program: Command) => Promise<void>>> = {
  serve: async (to) => (await import('./commands/serve.ts')).addServe(to),
  drift: async (to) => (await import('./commands/drift.ts')).addDrift(to),
  logs: async (to) => (await import('./commands/logs.ts')).addLogs(to),
  models: async (to) =>
    (await import('./commands/models/models.ts')).addModels(to, process.argv[3]),
  simulate: async (to) => (await import('./commands/simulate.ts')).addSimulate(to),
};
const wanted = COMMANDS[process.argv[2] ?? ''];
for (const add of wanted ? [wanted] : Object.values(COMMANDS)) {
  await add(program);
}

try {
  await program.parseAsync();
} catch (error) {
  const isKnown =
    error instanceof KnownError ||
    // An error of the system, such as EADDRINUSE.
    (error instanceof Error && 'syscall' in error);
  if (isKnown) {
    warn(error.message);
  } else {
    notify((error as Error).stack ?? String(error));
  }
  process.exitCode = 1;
}
