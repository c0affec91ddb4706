/** Texts as unified diffs. */
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { type Change, type Status, statusOf } from './change.ts';

export interface TextChange {
  readonly path: string;
  readonly status: Status;
  /** In the format of `diff -u`. */
  readonly patch: string;
}

/** @returns undefined where a side is not text. */
export function diffTexts(path: string, sides: Change<Buffer>): TextChange | undefined {
  if ([sides.old, sides.new].some((bytes) => bytes?.includes(0))) {
    return undefined;
  }
  const names = [
    sides.old ? `a/${path}` : '/dev/null',
    sides.new ? `b/${path}` : '/dev/null',
  ] as const;
  const texts = [sides.old?.toString('utf8') ?? '', sides.new?.toString('utf8') ?? ''] as const;
  const patch = createTwoFilesPatch(...names, ...texts, undefined, undefined, {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY,
    maxEditLength: Math.max(MAX_EDITS, lengthOfWholeFile(sides)),
  });
  const tooMany = `Files ${names.join(' and ')} differ in too many lines to compare them\n`;
  return { path, status: statusOf(sides), patch: patch ?? tooMany };
}

/** Lines that are added and removed: the time to find them grows with the square of their number. */
const MAX_EDITS = 4_000;

/** Nothing has to be found where one side has no such file. */
function lengthOfWholeFile({ old: before, new: after }: Change<Buffer>): number {
  return before && after ? 0 : Number.POSITIVE_INFINITY;
}
