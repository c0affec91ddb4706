import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { SETTINGS } from '../config/settings.ts';
import type { RunningServer } from '../serve.ts';
import { EXIT } from './exit-code.ts';
import { configOf, type Flags, withSettings } from './options.ts';

/** What a stop takes beyond its own settings: ending the workers, writing out the log. */
const STOP_GRACE_MS = 6_000;

export function addServe(program: Command): void {
  withSettings(program.command('serve'), Object.keys(SETTINGS) as (keyof Config)[])
    .description(
      'Start the server. Each flag can be given as an environment variable too. SIGTERM, SIGINT and ' +
        'SIGQUIT stop it after the accepted requests have been answered; SIGHUP opens LOG_FILE anew, ' +
        'reads API_KEYS_FILE, TLS_CERT and TLS_KEY, and serves the version that the store pins now.',
    )
    .addHelpText('after', HELP)
    .action(run);
}

const HELP = `
Exit code: 0 after it was stopped and every accepted request was answered; 1 where one was not; 2 where it could
not start.
`;

type Server = Pick<RunningServer, 'ready' | 'stop' | 'reopenLog' | 'reloadFiles' | 'readPin'>;

async function run(flags: Flags): Promise<void> {
  const config = configOf(flags);
  const starting = start(config);
  const isStopping = handleSignals(config, starting);
  const server = await starting;
  try {
    await server.ready;
  } catch (error) {
    if (isStopping()) {
      return;
    }
    await server.stop('the model could not be loaded');
    throw error;
  }
}

/** Modules are loaded here: other commands, which git runs for each file of a merge, need no server. */
async function start(config: Config): Promise<Server> {
  return config.processes === 1
    ? (await import('../serve.ts')).serve(config)
    : (await import('../cluster/primary.ts')).startProcesses(config);
}

/** @returns whether a signal to stop has come. */
function handleSignals(config: Config, starting: Promise<Server>): () => boolean {
  let isStopping = false;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (isStopping) {
      endNow(signal);
    }
    isStopping = true;
    const limitMs = config.drainDelayMs + config.drainTimeoutMs + STOP_GRACE_MS;
    const limit = setTimeout(() => endNow('SIGKILL'), limitMs);
    // Why it can't start is reported by `run`.
    const server = await starting.catch(() => undefined);
    if (server) {
      process.exitCode = (await server.stop(signal)) > 0 ? EXIT.negative : EXIT.ok;
    }
    // A write that the system never ends may keep the process alive until then.
    limit.unref();
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const) {
    process.on(signal, stop);
  }
  process.on('SIGHUP', () => {
    starting
      .then(async (server) => {
        server.reopenLog();
        await server.reloadFiles();
        await server.readPin('SIGHUP');
      })
      .catch(() => undefined);
  });
  // Node would open a debugger port at the first, and end at the second.
  process.on('SIGUSR1', () => undefined);
  process.on('SIGUSR2', () => undefined);
  return () => isStopping;
}

/** Ends this process by a signal: an ordinary exit would unload ONNX Runtime under its running threads. */
function endNow(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // Only reached by the first process of a container, which such signals do not end.
  process.exit(EXIT.failed);
}
