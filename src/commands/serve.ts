import type { Command } from 'commander';
import { type Config, SETTINGS } from '../config/config.ts';
import { configOf, type Flags, withSettings } from './options.ts';

export function addServe(program: Command): void {
  withSettings(program.command('serve'), Object.keys(SETTINGS) as (keyof Config)[])
    .description('Start the server. Each flag can be given as an environment variable too.')
    .action(run);
}

async function run(flags: Flags): Promise<void> {
  // Other commands, which git runs for each file of a merge, need not wait for a server to load.
  const config = configOf(flags);
  const starting =
    config.processes === 1
      ? (await import('../serve.ts')).serve(config)
      : (await import('../cluster/primary.ts')).startProcesses(config);
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
    if (stopping) {
      return;
    }
    await server.stop('the model could not be loaded');
    throw error;
  }
}
