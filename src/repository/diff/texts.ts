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
  const { old: before, new: after } = sides;
  const patch = createTwoFilesPatch(
    before ? `a/${path}` : '/dev/null',
    after ? `b/${path}` : '/dev/null',
    before?.toString('utf8') ?? '',
    after?.toString('utf8') ?? '',
    undefined,
    undefined,
    { context: 3, headerOptions: FILE_HEADERS_ONLY },
  );
  return { path, status: statusOf(sides), patch };
}
