/** How others run this command line: git as a merge driver and filter. */
import { realpathSync } from 'node:fs';

/** This command line as words for a shell; what follows is appended. */
export function commandLine(): string {
  return [process.execPath, realpathSync(process.argv[1] as string)].map(quote).join(' ');
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
