/** Reads the commands of shell blocks in documents: enough of a shell to find programs, options, variables and paths. */

export interface SimpleCommand {
  /** `NAME=value` before the program, or of `export` and `alias`. */
  readonly assignments: readonly (readonly [name: string, value: string])[];
  /** The program and its arguments, without quotes; redirections are left out. */
  readonly words: readonly string[];
}

/** What ends a simple command. */
const SEPARATORS = /^(?:&&|\|\||\|&?|;;?|&|\n|\(|\))/;
const REDIRECTION = /^(?:\d*(?:>>|>&|>|<))/;
const HEREDOC = /^<<-?\s*['"]?(\w+)['"]?/;
/** Words that only structure what follows them. */
const KEYWORDS = new Set([
  'if',
  'then',
  'else',
  'fi',
  'do',
  'done',
  'until',
  'while',
  '!',
  '{',
  '}',
]);

/** The blocks of `sh`, `bash` and `console`; of the latter, only what follows a prompt. */
export function shellBlocks(markdown: string): string[] {
  const blocks = markdown.matchAll(/^```(sh|bash|console)\n([\s\S]*?)^```$/gm);
  return [...blocks].map(([, language, block = '']) =>
    language === 'console' ? afterPrompts(block) : block,
  );
}

function afterPrompts(block: string): string {
  const commands = block.matchAll(/^\$ ((?:.*\\\n)*.*)$/gm);
  return [...commands].map(([, command]) => command).join('\n');
}

/** Every simple command of a script, also those in `$(…)`, in no particular order. */
export function commandsOf(script: string): SimpleCommand[] {
  const found: SimpleCommand[] = [];
  let words: string[] = [];
  const end = (): void => {
    const command = toCommand(words);
    if (command.words.length > 0 || command.assignments.length > 0) {
      found.push(command);
    }
    words = [];
  };
  // Documents have <placeholders>, which would be redirections.
  let rest = script
    .replaceAll('\\\n', ' ')
    .replace(/<([\w ./-]+)>/g, '‹$1›')
    .replace(/‹[^›]*›/g, (name) => name.replaceAll(' ', '-'));
  while (rest !== '') {
    const heredoc = HEREDOC.exec(rest);
    const [token] = REDIRECTION.exec(rest) ?? SEPARATORS.exec(rest) ?? /^[ \t]+/.exec(rest) ?? [];
    if (heredoc) {
      // The command goes on to the end of its line; the text is not for the shell.
      const [line = ''] = /^.*\n?/.exec(rest.slice(heredoc[0].length)) ?? [];
      const text = rest.slice(heredoc[0].length + line.length);
      const [, after = ''] = text.split(new RegExp(`^${heredoc[1]}$`, 'm'));
      rest = line + after;
    } else if (rest.startsWith('#')) {
      rest = rest.replace(/^.*/, '');
    } else if (token === undefined) {
      const word = readWord(rest);
      words.push(word.text);
      found.push(...word.nested.flatMap(commandsOf));
      rest = rest.slice(word.length);
    } else {
      rest = rest.slice(token.length);
      if (REDIRECTION.test(token)) {
        const space = /^ */.exec(rest)?.[0].length ?? 0;
        const target = readWord(rest.slice(space));
        found.push(...target.nested.flatMap(commandsOf));
        rest = rest.slice(space + target.length);
      } else if (token.trim() !== '' || token === '\n') {
        end();
      }
    }
  }
  end();
  return found;
}

interface Word {
  readonly text: string;
  /** Characters that it takes, quotes included. */
  readonly length: number;
  /** The scripts of `$(…)` in it. */
  readonly nested: readonly string[];
}

function readWord(source: string): Word {
  const nested: string[] = [];
  let text = '';
  let at = 0;
  let isQuoted = false;
  while (at < source.length) {
    const next = source.slice(at);
    if (next.startsWith('$(')) {
      const length = lengthOfSubstitution(next);
      nested.push(next.slice(2, length - 1));
      text += next.slice(0, length);
      at += length;
    } else if (next.startsWith('"')) {
      isQuoted = !isQuoted;
      at++;
    } else if (!isQuoted && next.startsWith("'")) {
      const [quoted = "'"] = /^'[^']*'/.exec(next) ?? [];
      text += quoted.slice(1, -1);
      at += quoted.length;
    } else if (next.startsWith('\\')) {
      text += next.slice(1, 2);
      at += 2;
    } else if (!isQuoted && isEndOfWord(next)) {
      break;
    } else {
      text += next.slice(0, 1);
      at++;
    }
  }
  return { text, length: Math.max(at, 1), nested };
}

function isEndOfWord(next: string): boolean {
  return /^[\s;|&()<>]/.test(next);
}

function lengthOfSubstitution(source: string): number {
  let depth = 0;
  for (let at = 1; at < source.length; at++) {
    depth += source[at] === '(' ? 1 : source[at] === ')' ? -1 : 0;
    if (depth === 0) {
      return at + 1;
    }
  }
  throw new Error(`$( without an end: ${source}`);
}

const ASSIGNMENT = /^(\w+)=([\s\S]*)$/;

function toCommand(all: readonly string[]): SimpleCommand {
  const first = all.findIndex((word) => !KEYWORDS.has(word));
  let words = first < 0 ? [] : all.slice(first);
  if (words[0] === 'export' || words[0] === 'alias') {
    words = words.slice(1);
  }
  const isAssigned = words.findIndex((word) => !ASSIGNMENT.test(word));
  const count = isAssigned < 0 ? words.length : isAssigned;
  return {
    assignments: words.slice(0, count).map((word) => {
      const [, name = '', value = ''] = ASSIGNMENT.exec(word) ?? [];
      return [name, value] as const;
    }),
    words: words.slice(count),
  };
}
