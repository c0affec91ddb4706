import { once } from 'node:events';
import { createServer } from 'node:http';
import { type Command, Option } from 'commander';
import { createFleet } from '../../console/fleet/fleet.ts';
import { createLive } from '../../console/fleet/live.ts';
import { readPage } from '../../console/page.ts';
import { createHistoryApp } from '../../http/history-app.ts';
import { inspectModel } from '../../inference/inspect.ts';
import { listen } from '../../network/listen.ts';
import { createHistoryReader } from '../../repository/browse/reader.ts';
import { port, serverAddress } from '../flag-values.ts';
import type { Flags } from '../options.ts';
import { notify, print, warn } from '../output.ts';
import { openVersionAccess, withVersionFlags } from '../version-access.ts';

const DEFAULT_PORT = 8090;
const HOST = '127.0.0.1';
/** What a browser on this machine calls it, also at the end of an SSH tunnel. */
const HOST_NAMES = ['localhost', HOST, '[::1]'];

export function addUi(models: Command): void {
  withVersionFlags(models.command('ui'), ['modelStore', 'modelName', 'prometheusUrl'])
    .description(
      'Show the history in a browser: the graph of commits, the card of each version, any two versions ' +
        'side by side. Nothing is changed.',
    )
    .addOption(
      new Option(
        '--server <url>',
        'a running server to show as live, as http://localhost:8080; can be given several times',
      ).argParser((value: string, before: readonly string[] = []) => [
        ...before,
        serverAddress(value),
      ]),
    )
    .addOption(
      new Option('--port <number>', 'TCP port of this machine; 0: a free one')
        .argParser(port)
        .default(DEFAULT_PORT),
    )
    .addHelpText('after', HELP)
    .action(run);
}

const HELP = `
The page is for this machine only: it listens on ${HOST}. Its address is written to standard output. Ctrl-C ends it.
A repository that changes is read anew.
`;

interface UiFlags {
  readonly server?: readonly string[];
  readonly port: number;
}

async function run(given: Flags): Promise<void> {
  const flags = given as unknown as UiFlags;
  const { config, store, repository, close } = await openVersionAccess(given);
  // The reader opens it itself, again after each change of a bundle.
  await close();
  const { modelName, prometheusUrl } = config;
  const history = createHistoryReader({
    ...{ model: modelName, store, repository: repository?.location, inspect: inspectModel },
  });
  try {
    const server = createServer(
      createHistoryApp({
        history,
        page: readPage(),
        live: createLive({
          servers: flags.server ?? [],
          fleet: createFleet(prometheusUrl, modelName),
        }),
        hosts: HOST_NAMES,
        onError: (error) => warn(String((error as Error).stack)),
      }),
    );
    const url = `http://${await listen(server, { host: HOST, port: flags.port })}`;
    const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    print({}, `${url}/history`, (text) => text);
    notify('Open this address in a browser. Ctrl-C ends the page.');
    await stopped;
    server.closeAllConnections();
    server.close();
  } finally {
    await history.close();
  }
}
