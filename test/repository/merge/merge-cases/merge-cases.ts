import { DATASET_CASES } from './datasets.ts';
import { KEY_CASES } from './keys.ts';
import type { MergeCase } from './merge-case.ts';
import { PACKAGE_CASES } from './packages.ts';
import { LINE_CASES, SPELLING_CASES } from './spelling.ts';

export const MERGE_CASES: readonly MergeCase[] = [
  ...KEY_CASES,
  ...SPELLING_CASES,
  ...LINE_CASES,
  ...PACKAGE_CASES,
  ...DATASET_CASES,
];
