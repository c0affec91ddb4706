/** The options by which git treats conflicts, so that the driver does the same. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Environment } from '../../config/environment.ts';
import { type Repository, readSetting } from '../git.ts';

export interface ConflictStyle {
  /** What is written behind the markers: names of branches. */
  readonly labels: Readonly<Record<'base' | 'ours' | 'theirs', string>>;
  /** Whether the text of the base is shown: `merge.conflictStyle` `diff3` and `zdiff3`. */
  readonly showsBase: boolean;
  /** Characters of a marker; more than 7 in the merge of two merge bases. */
  readonly markerSize: number;
  /** The side that is taken instead of a conflict: `git merge -X ours` or `-X theirs`. */
  readonly favored?: 'ours' | 'theirs' | undefined;
}

/** git's defaults; `merge-file` has these markers, too. */
export const DEFAULT_STYLE: ConflictStyle = {
  labels: { ours: 'ours', base: 'base', theirs: 'theirs' },
  showsBase: false,
  markerSize: 7,
};

/** What git replaces in the command of a driver; left as it is where git does not know it. */
export interface PassedByGit {
  /** `%L` */
  readonly markerSize?: string | undefined;
  /** `%S`, `%X`, `%Y`: git 2.44 and later. */
  readonly baseLabel?: string | undefined;
  readonly oursLabel?: string | undefined;
  readonly theirsLabel?: string | undefined;
  /** The process of git: the parent of the shell that it started. */
  readonly gitProcess?: string | undefined;
}

/** @param environment of the driver: git names the merged branches in it. */
export async function readConflictStyle(
  repository: Pick<Repository, 'git'>,
  passed: PassedByGit,
  environment: Environment,
): Promise<ConflictStyle> {
  const style = await readSetting(repository, 'merge.conflictStyle');
  const defaults = DEFAULT_STYLE.labels;
  const branch = mergedBranch(environment);
  return {
    labels: {
      base: known(passed.baseLabel) ?? defaults.base,
      ours: known(passed.oursLabel) ?? (branch === undefined ? defaults.ours : 'HEAD'),
      theirs: known(passed.theirsLabel) ?? branch ?? defaults.theirs,
    },
    showsBase: style?.endsWith('diff3') ?? DEFAULT_STYLE.showsBase,
    markerSize: Number.parseInt(passed.markerSize ?? '', 10) || DEFAULT_STYLE.markerSize,
    favored: passed.gitProcess ? favoredSide(await commandOf(passed.gitProcess)) : undefined,
  };
}

function known(label: string | undefined): string | undefined {
  return label === undefined || /^(?:%[A-Z])?$/.test(label) ? undefined : label;
}

/** `git merge` sets `GITHEAD_<SHA>` to the name of each branch that it merges. */
function mergedBranch(environment: Environment): string | undefined {
  const names = Object.entries(environment).filter(([name]) => /^GITHEAD_[\da-f]{40,}$/.test(name));
  return names.length === 1 ? names[0]?.[1] : undefined;
}

/** git has no other way to tell a driver its `-X`. */
export function favoredSide(command: readonly string[]): ConflictStyle['favored'] {
  const end = command.indexOf('--');
  const words = end < 0 ? command : command.slice(0, end);
  const options = words.flatMap((word, i) => {
    const [, value] = /^(?:-X|--strategy-option(?:=|$))(.*)$/s.exec(word) ?? [];
    return value === undefined ? [] : [value === '' ? words[i + 1] : value];
  });
  const sides = options.filter((option) => option === 'ours' || option === 'theirs');
  return sides.at(-1);
}

/** The words of a process's command; none where the system does not tell. */
async function commandOf(processId: string): Promise<readonly string[]> {
  try {
    return (await readFile(`/proc/${processId}/cmdline`, 'utf8')).split('\0');
  } catch {
    // Not Linux. Words with spaces are taken apart, which no value of -X has.
    return new Promise((resolve) => {
      execFile('ps', ['-o', 'args=', '-p', processId], (error, output) =>
        resolve(error ? [] : output.trim().split(/\s+/)),
      );
    });
  }
}
