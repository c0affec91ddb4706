/** 2: a command that could not do its work, in every command. */
import { describe, expect, test } from 'vitest';
import { runCommand } from '../support/server.ts';

/** Without them, commander reports the missing one. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  'models commit': ['-m', 'x', '--data', 'x'],
  'models reproduce': ['--data', 'x'],
  replay: ['--against', 'x'],
};

/** The commands that `--help` lists, such as `models diff`. */
async function commandsOf(path: readonly string[] = []): Promise<string[][]> {
  const { stdout } = await runCommand([...path, '--help']);
  const listed = /^Commands:\n(.+?)(?:\n\n|$(?!\n))/ms.exec(stdout)?.[1] ?? '';
  const names = [...listed.matchAll(/^ {2}([\w-]+)/gm)]
    .map(([, name]) => name as string)
    .filter((name) => name !== 'help');
  const below = await Promise.all(names.map((name) => commandsOf([...path, name])));
  return names.length === 0 ? [[...path]] : below.flat();
}

test('a wrong option ends every command with 2', async () => {
  const commands = await commandsOf();
  expect(commands.length).toBeGreaterThan(15);
  for (const command of commands) {
    const { code, stdout, stderr } = await runCommand([
      ...command,
      ...(REQUIRED[command.join(' ')] ?? []),
      '--no-such-option',
    ]);
    expect.soft({ code, stdout }, command.join(' ')).toEqual({ code: 2, stdout: '' });
    expect.soft(stderr, command.join(' ')).toContain("unknown option '--no-such-option'");
  }
});

describe('what can’t be done ends with 2 and a message', () => {
  test.each<[string, readonly string[], string]>([
    ['a wrong setting', ['serve', '--port', 'x'], '--port: expected an integer'],
    ['a wrong store', ['models', 'list', '--model-store', 'ftp://x'], 'ftp://x'],
    ['a version that is not there', ['models', 'verify', 'c'.repeat(40)], 'c'.repeat(40)],
    ['a file that is not there', ['logs', 'no.log', '--no-follow'], 'no.log does not exist'],
    ['a log that is not there', ['drift', 'no.log'], 'no.log does not exist'],
    ['a server that is not there', ['drift', '--server', 'http://127.0.0.1:1'], '127.0.0.1:1'],
    ['no server', ['simulate', '--url', 'http://127.0.0.1:1'], '127.0.0.1:1'],
  ])('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await runCommand(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});
