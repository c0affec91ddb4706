/** This program as git runs it, as a merge driver and filter. */
import { realpathSync } from 'node:fs';
import { quoteWord } from '../terminal/shell.ts';

/** The command that starts this program, quoted for a shell; arguments can be appended. */
export function commandLine(): string {
  return [process.execPath, realpathSync(process.argv[1] as string)].map(quoteWord).join(' ');
}
