/** Logs of predictions, and reports over them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Profile } from '../../src/drift/profile.ts';
import { driftOfLogs, type LogOptions, type Versions } from '../../src/drift/report/log-report.ts';
import { createPaint } from '../../src/terminal/paint.ts';
import { temporaryFolder } from '../support/git-version.ts';

export const plain = createPaint(false);

export const COMMIT = 'a'.repeat(40);
export const OTHER = 'b'.repeat(40);

export const PROFILE: Profile = {
  texts: 10_000,
  features: {
    language: { categories: ['de', 'en', 'und', 'other'], ratios: [0.001, 0.989, 0.01, 0] },
    label: { categories: ['negative', 'neutral', 'positive'], ratios: [0.25, 0.25, 0.5] },
    score: { upper_bounds: [0.5, 1], ratios: [0.2, 0.8] },
  },
};

export interface Fields {
  readonly [name: string]: unknown;
}

export function line(fields: Fields = {}): string {
  return JSON.stringify({
    timestamp: '2026-01-31T12:00:00.000Z',
    level: 'info',
    event: 'prediction',
    id: 'id',
    model: 'tweet-sentiment',
    commit: COMMIT,
    input: 'a text',
    label: 'neutral',
    score: 0.9,
    language: 'en',
    tokens: 10,
    unknown_ratio: 0,
    ...fields,
  });
}

/** As many lines as counts say, in seconds one after the other. */
export function lines(counts: readonly (readonly [number, Fields])[]): string[] {
  const fields = counts.flatMap(([n, each]) => Array.from({ length: n }, () => each));
  return fields.map((each, i) =>
    line({
      timestamp: new Date(Date.UTC(2026, 0, 31, 12, 0, i)).toISOString(),
      input: `text ${i}`,
      ...each,
    }),
  );
}

export function write(content: readonly string[], name = 'server.log'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content.map((each) => `${each}\n`).join(''));
  return path;
}

type ReportOptions = Partial<LogOptions & Pick<Versions, 'commit' | 'findReference'>>;

export function report(
  files: string | readonly string[],
  {
    commit,
    findReference = async () => ({ profile: PROFILE, tag: 'v1.0.0' }),
    ...options
  }: ReportOptions = {},
) {
  return driftOfLogs([files].flat(), {
    threshold: 0.25,
    reference: 'training',
    since: undefined,
    openVersions: async (model = 'the-default') => ({ model, commit, findReference }),
    onProgress: () => undefined,
    ...options,
  });
}

/** As the profile has it. */
export const STEADY = [
  [50, { label: 'negative' }],
  [50, { label: 'neutral' }],
  [60, { label: 'positive' }],
  [40, { label: 'positive', score: 0.4 }],
] as const;
