#!/usr/bin/env node
/** The command line. */
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Command, Option } from 'commander';
import { type Config, ConfigError, flagOf, readConfig, SETTINGS } from './config.ts';
import { ClassifierError } from './inference/errors.ts';
import {
  describeVersion,
  formatBytes,
  formatDescription,
  formatList,
  listVersions,
} from './models/commands.ts';
import { ModelError } from './models/errors.ts';
import { openStore, type Store } from './models/store.ts';
import { openVersion, readVersion, resolveCommit, type Version } from './models/version.ts';
import { profileData } from './profile.ts';
import { serve } from './serve.ts';

// ONNX Runtime reports its use to its maker unless this is set before it is loaded
// (microsoft/onnxruntime#27379); worker threads have the environment of this one.
process.env.ORT_DISABLE_TELEMETRY ??= '1';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

const program = new Command('tweet-sentiment')
  .description(
    'Serves a tweet-sentiment model pinned by the git commit SHA of its model repository.',
  )
  .version(version)
  // 2 for what was typed wrong, 1 for what went wrong; subcommands inherit it.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));

/** Adds the flags of settings to a command; each names its variable and default in the help. */
function withSettings(command: Command, names: readonly (keyof Config)[]): Command {
  for (const name of names) {
    const { variable, doc, fallback } = SETTINGS[name];
    const tail = fallback ? `${variable}, default ${fallback}` : variable;
    command.addOption(new Option(`${flagOf(variable)} <value>`, `${doc} (${tail})`));
  }
  return command;
}

withSettings(program.command('serve'), Object.keys(SETTINGS) as (keyof Config)[])
  .description('Start the server. Each flag can be given as an environment variable too.')
  .action(async (flags: Record<string, string>) => {
    const starting = serve(readConfig(flags, process.env));
    let stopping = false;
    const stop = async (signal: NodeJS.Signals): Promise<void> => {
      if (stopping) {
        // Asked twice: die of the signal itself, at once. An ordinary exit would unload ONNX
        // Runtime under its running threads.
        process.removeAllListeners(signal);
        process.kill(process.pid, signal);
        // Still here: the first process of a container, which signals don't end.
        process.exit(1);
      }
      stopping = true;
      const server = await starting;
      process.exitCode = (await server.stop(signal)) > 0 ? 1 : 0;
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
    const server = await starting;
    try {
      await server.ready;
    } catch (error) {
      await server.stop('the model could not be loaded');
      throw error;
    }
  });

const models = program.command('models').description('Look at the versions of a store.');
const storeSettings = ['modelStore', 'modelName', 'modelCommit'] as const;
const asJson = new Option('--json', 'for a program to read');

interface ModelsFlags extends Record<string, string | boolean> {
  json: boolean;
}

/** The store, and the version that an argument or the settings name. */
async function chosenVersion(flags: ModelsFlags, sha?: string): Promise<[Store, Version]> {
  const config = storeConfig(flags);
  const store = openStore(config.modelStore);
  const commit = await resolveCommit(store, config.modelName, sha ?? config.modelCommit);
  return [store, await openVersion(store, config.modelName, commit)];
}

function storeConfig({ json: _, ...flags }: ModelsFlags): Config {
  return readConfig(flags as Record<string, string>, process.env);
}

withSettings(models.command('list'), storeSettings.slice(0, 2))
  .description('The versions in the store, newest first; * marks the pinned one.')
  .addOption(asJson)
  .action(async (flags: ModelsFlags) => {
    const { modelStore, modelName } = storeConfig(flags);
    const versions = await listVersions(openStore(modelStore), modelName);
    print(flags.json ? JSON.stringify(versions, null, 2) : formatList(versions));
  });

withSettings(models.command('show'), storeSettings)
  .description('What a version was made of: code, data, configuration, environment, scores.')
  .argument('[sha]', 'full commit SHA; without it, the one that would be served')
  .addOption(asJson)
  .action(async (sha: string | undefined, flags: ModelsFlags) => {
    const description = await describeVersion(...(await chosenVersion(flags, sha)));
    print(flags.json ? JSON.stringify(description, null, 2) : formatDescription(description));
  });

withSettings(models.command('verify'), storeSettings)
  .description('Prove every byte of a version from its SHA; exit code 1 where one is wrong.')
  .argument('[sha]', 'full commit SHA; without it, the one that would be served')
  .addOption(asJson)
  .action(async (sha: string | undefined, flags: ModelsFlags) => {
    const [store, version] = await chosenVersion(flags, sha);
    const files = await readVersion(store, version);
    const bytes = [...files.values()].reduce((total, file) => total + file.byteLength, 0);
    print(
      flags.json
        ? JSON.stringify({ commit: version.commit, proven: true, files: files.size, bytes })
        : `${version.commit} is proven: ${files.size} files, ${formatBytes(bytes)}`,
    );
  });

models
  .command('profile')
  .description('Measure a version’s training data with the server’s own code, for profile.json.')
  .argument('<folder>', 'with model.onnx, tokenizer.json and config.json, such as a checkout')
  .argument('<data...>', 'tab-separated files with a header that has a "text" column')
  .option('-o, --output <file>', 'where to write it; without it, to standard output')
  .action(async (folder: string, data: string[], { output }: { output?: string }) => {
    const profile = await profileData(folder, data, progressBar());
    const text = `${JSON.stringify(profile, null, 2)}\n`;
    if (output === undefined) {
      process.stdout.write(text);
    } else {
      await writeFile(output, text);
    }
  });

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Shows progress on a terminal, once the work has taken two seconds. */
function progressBar(): (done: number, total: number) => void {
  const start = performance.now();
  return (done, total) => {
    if (process.stderr.isTTY && performance.now() - start > 2000) {
      const filled = Math.round((done / total) * 30);
      const bar = '█'.repeat(filled).padEnd(30, '·');
      process.stderr.write(`\r${bar} ${done}/${total}${done === total ? '\n' : ''}`);
    }
  };
}

try {
  await program.parseAsync();
} catch (error) {
  const foreseen =
    error instanceof ConfigError ||
    error instanceof ModelError ||
    error instanceof ClassifierError ||
    // An error of the system, such as EADDRINUSE.
    (error instanceof Error && 'syscall' in error);
  process.stderr.write(
    foreseen ? `tweet-sentiment: ${error.message}\n` : `${(error as Error).stack ?? error}\n`,
  );
  process.exitCode = 1;
}
