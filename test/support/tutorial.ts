/** Runs docs/tutorial.md as its reader does: all commands in order, whose output is compared with what the page shows. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { freePort, launch, poll, ROOT } from '../../tools/launch.mjs';
import { readDocument } from '../docs/markdown.ts';
import { PLAIN_GIT } from './git-version.ts';

/** What a block of commands is, by the second word of its first line, as in "```sh server". */
const KINDS = ['', 'clone', 'server', 'prometheus', 'prometheus-query'] as const;
type Kind = (typeof KINDS)[number];

export interface Block {
  readonly kind: Kind;
  readonly commands: string;
  /** The output that the page shows; undefined if it shows none. */
  readonly output?: string;
}

/** Makes git clone this project, whatever the address of the page is. */
const CLONE_THIS = {
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: `url.${ROOT}.insteadOf`,
  GIT_CONFIG_VALUE_0: 'https://git.example.com/tweet-sentiment-server.git',
};
/** How long `npm ci` may take on a slow machine. */
const START_TIMEOUT_MS = 600_000;
const COMMAND_TIMEOUT_MS = 180_000;
/** A scrape and an evaluation of the rules take some seconds. */
const QUERY_TIMEOUT_MS = 60_000;

/** The blocks of commands of the page, each with the output that follows. @throws where a kind is unknown. */
export function readBlocks(page = readDocument('docs/tutorial.md')): Block[] {
  const blocks: Block[] = [];
  for (const [, language, kind = '', text = ''] of page.matchAll(
    /^```(\w+) ?(\S*)\n([\s\S]*?)^```$/gm,
  )) {
    const last = blocks.at(-1);
    if (language === 'sh' && KINDS.some((each) => each === kind)) {
      blocks.push({ kind: kind as Kind, commands: text });
    } else if (language === 'text' && last !== undefined && last.output === undefined) {
      blocks[blocks.length - 1] = { ...last, output: text };
    } else {
      throw new Error(`docs/tutorial.md has a block of an unknown kind: ${language} ${kind}`);
    }
  }
  return blocks;
}

/**
 * @param folder that the project is cloned to.
 * @throws where a command fails, or prints something other than the page shows.
 */
export async function runTutorial(folder: string): Promise<void> {
  const [port, prometheusPort] = [await freePort(), await freePort()];
  const toPorts = (commands: string): string =>
    commands
      .replaceAll('localhost:8080', `localhost:${port}`)
      .replaceAll('localhost:9090', `localhost:${prometheusPort}`)
      .replace(/main\.js simulate\b/g, `$& --url http://localhost:${port}`)
      .replace(/main\.js shadow\b/g, `$& --server http://localhost:${port}`)
      .replace(/^prometheus /m, `$&--web.listen-address=127.0.0.1:${prometheusPort} `);
  const shell = createShell(folder, {
    ...process.env,
    ...PLAIN_GIT,
    ...CLONE_THIS,
    PORT: `${port}`,
  });
  try {
    for (const block of readBlocks()) {
      const commands = toPorts(block.commands);
      if (block.kind === 'server') {
        await shell.start(commands, `http://localhost:${port}/readyz`);
      } else if (block.kind === 'prometheus') {
        await shell.start(commands, `http://localhost:${prometheusPort}/-/ready`);
      } else {
        await runBlock({ ...block, commands }, shell.run);
      }
    }
  } finally {
    await shell.stop();
  }
}

/** Repeats what only reads until it prints what the page shows. */
async function runBlock(block: Block, run: (commands: string) => Promise<string>): Promise<void> {
  const expected = block.kind === 'prometheus-query' ? (block.output ?? '') : block.output;
  const isExact = /main\.js models /.test(block.commands);
  const attempt = async (): Promise<string | undefined> => {
    const printed = await run(block.commands);
    const missing = expected === undefined ? undefined : findMissing(expected, printed, isExact);
    return missing === undefined
      ? undefined
      : `docs/tutorial.md: ${block.commands}expected: ${missing}\nfound: ${printed}`;
  };
  const attemptOrMessage = (): Promise<string | undefined> =>
    attempt().catch(({ message }: Error) => message);
  const onlyReads = /^(curl -s localhost|grep)/.test(block.commands);
  const problem = onlyReads
    ? await poll(attemptOrMessage, {
        accept: (found) => found === undefined,
        timeoutMs: QUERY_TIMEOUT_MS,
        intervalMs: 1000,
      })
    : await attempt();
  if (problem !== undefined) {
    throw new Error(problem);
  }
}

/** Terminals: one for the commands, and one for each program that goes on to run. */
function createShell(folder: string, env: NodeJS.ProcessEnv) {
  const programs: ReturnType<typeof launch>[] = [];
  /** Lines that have an effect on later commands of the same terminal. */
  const state: string[] = [`cd '${folder}'`];
  const script = (commands: string): string => [...state, 'set -eo pipefail', commands].join('\n');
  return {
    /** Starts a program, and waits until an address answers with 200. @throws where it ends before. */
    async start(commands: string, readyUrl: string): Promise<void> {
      const program = launch('bash', ['-c', script(commands)], {
        env,
        // A group of its own: npm starts processes.
        detached: true,
        // Prometheus writes its log there.
        stdio: ['ignore', 'ignore', readyUrl.endsWith('/readyz') ? 'inherit' : 'ignore'],
      });
      programs.push(program);
      let hasEnded = false;
      void program.exited.then(() => {
        hasEnded = true;
      });
      const isReady = (): Promise<boolean> =>
        fetch(readyUrl).then(
          ({ ok }) => ok,
          () => false,
        );
      const accept = (ready: boolean): boolean => ready || hasEnded;
      if (!(await poll(isReady, { accept, timeoutMs: START_TIMEOUT_MS }))) {
        throw new Error(`docs/tutorial.md: no answer of ${readyUrl} after ${commands}`);
      }
    },
    /** @returns what the commands print. @throws where one fails. */
    async run(commands: string): Promise<string> {
      const options = { env, timeout: COMMAND_TIMEOUT_MS };
      // There is drift in the tutorial.
      const expected = /main\.js drift /.test(commands) ? 1 : 0;
      const { code, output } = await promisify(execFile)(
        'bash',
        ['-c', script(commands)],
        options,
      ).then(
        ({ stdout }) => ({ code: 0, output: stdout }),
        (error) => ({ code: error.code, output: `${error.stdout}${error.stderr}` }),
      );
      if (code !== expected) {
        throw new Error(`docs/tutorial.md: ${commands}exit code ${code}: ${output}`);
      }
      state.push(...commands.split('\n').filter((line) => /^(export|cd) /.test(line)));
      return output;
    },
    async stop(): Promise<void> {
      for (const { child, exited } of programs) {
        if (child.pid !== undefined && child.exitCode === null) {
          process.kill(-child.pid, 'SIGTERM');
          await exited;
        }
      }
    },
  };
}

const NUMBER = /(?<![\w.])\d[\d,]*(?:\.\d+)?(?!\w)/g;
const BARS = /[▏▎▍▌▋▊▉█]+/g;
/** How far a share in percent may be from the one that the page shows: speed and rounding differ. */
const PERCENT_TOLERANCE = 10;

/**
 * Compares what a page shows, where … is any text, with what a command printed. White space and bars do not
 * count; of numbers, only shares in percent do, unless `isExact`.
 *
 * @returns the first part that was not printed.
 */
export function findMissing(shown: string, printed: string, isExact = false): string | undefined {
  const clean = (text: string): string => text.replace(BARS, '').replace(/\s+/g, ' ');
  const parts = clean(shown)
    .split('…')
    .map((part) => part.trim());
  const text = clean(printed).trim();
  let from = 0;
  for (const [at, part] of parts.entries()) {
    const pattern = patternOf(part, isExact);
    const anchored = `${at === 0 ? '^' : ''}${pattern}${at === parts.length - 1 && part !== '' ? '$' : ''}`;
    const found = new RegExp(anchored).exec(text.slice(from));
    if (found === null || (parts.length === 1 && part === '' && text !== '')) {
      return part;
    }
    const numbers = part.match(NUMBER) ?? [];
    const percents = [...part.matchAll(new RegExp(`${NUMBER.source}( ?%)?`, 'g'))];
    for (const [index, [, unit]] of percents.entries()) {
      const [expected, actual] = [numbers[index], found[index + 1]].map(toNumber);
      if (
        !isExact &&
        unit &&
        Math.abs((expected as number) - (actual as number)) > PERCENT_TOLERANCE
      ) {
        return part;
      }
    }
    from += found.index + found[0].length;
  }
  return undefined;
}

const toNumber = (text = ''): number => Number(text.replaceAll(',', ''));

/** A regular expression for a part, in which any number is a group. */
function patternOf(part: string, isExact: boolean): string {
  const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return isExact ? literal(part) : part.split(NUMBER).map(literal).join('(\\d[\\d,]*(?:\\.\\d+)?)');
}
