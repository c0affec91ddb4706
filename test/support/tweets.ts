/** Labelled tweets, which are not part of the project: TWEETS names their folder. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../tools/launch.mjs';

export const TWEETS = process.env.TWEETS || join(ROOT, '../shared/data/tweets');

export const haveTweets = existsSync(TWEETS);

export interface LabelledText {
  readonly label: string;
  readonly text: string;
}

/** @param split such as `semeval-en/dev`. */
export function readTweets(split: string): LabelledText[] {
  const [, ...rows] = readFileSync(join(TWEETS, `${split}.tsv`), 'utf8')
    .trimEnd()
    .split('\n');
  return rows.map((row) => {
    const [label, text] = row.split('\t') as [string, string];
    return { label, text };
  });
}
