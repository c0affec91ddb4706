/** Shows a long text a screen at a time. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs the program in `PAGER`, by default `less`, with git's settings for it.
 *
 * @returns false where there is none, it can't be run, or `PAGER` is empty or `cat`.
 */
export async function page(
  text: string,
  environment: Readonly<Partial<Record<string, string>>>,
): Promise<boolean> {
  const { PAGER = 'less' } = environment;
  if (['', 'cat'].includes(PAGER.trim())) {
    return false;
  }
  const child = spawn(PAGER, {
    shell: true,
    stdio: ['pipe', 'inherit', 'inherit'],
    // F: ends where all fits on one screen; R: colours; X: the text stays on the screen.
    env: { LESS: 'FRX', LV: '-c', ...environment },
  });
  // A person leaves the pager by q before all is read.
  child.stdin.on('error', () => undefined);
  child.stdin.end(text);
  const ignore = (): void => undefined;
  // Ctrl+C is for the pager.
  process.on('SIGINT', ignore);
  try {
    const [code] = await once(child, 'close');
    return code !== NOT_FOUND && code !== NOT_EXECUTABLE;
  } finally {
    process.off('SIGINT', ignore);
  }
}

/** Exit codes of the shell. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;
