/** Logs to replay, and a stand-in for a version: its answer depends on the text only. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { AnswerSource, ReplayedAnswer } from '../../src/replay/answers.ts';
import { type ReplayOptions, replay } from '../../src/replay/replay.ts';
import { predictionLine } from '../logs/lines.ts';
import { temporaryFolder } from '../support/git-version.ts';

export const COMMIT = 'a'.repeat(40);
export const OTHER = 'b'.repeat(40);

/** Of a text that begins with a label. */
export function answerTo(text: string): ReplayedAnswer {
  const label = text.split(' ')[0] as string;
  const scores = { negative: 0.1, neutral: 0.1, positive: 0.1, [label]: 0.8 };
  return { label, score: 0.8, scores };
}

/** A line that the version answers alike, unless `fields` change it. */
export function lineOf(text: string, fields: Readonly<Record<string, unknown>> = {}): string {
  return predictionLine({ commit: COMMIT, input: text, ...answerTo(text), ...fields });
}

export function eventLine(event: string, fields: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ timestamp: '2026-01-31T12:00:00.000Z', level: 'info', event, ...fields });
}

export function writeLog(lines: readonly string[], name = 'server.log'): string {
  const path = join(temporaryFolder(), name);
  const content = lines.map((line) => `${line}\n`).join('');
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(content) : content);
  return path;
}

export function createAnswers(chunk = 3): AnswerSource {
  return {
    chunk,
    classify: async (texts) => texts.map(answerTo),
    alternatives: async () => [],
    close: async () => undefined,
  };
}

export function run(files: string | readonly string[], options: Partial<ReplayOptions> = {}) {
  return replay([files].flat(), {
    model: 'tweet-sentiment',
    commit: COMMIT,
    answers: createAnswers(),
    texts: undefined,
    readTag: async (commit) => (commit === COMMIT ? 'v2.0.0' : 'v1.0.0'),
    onProgress: () => undefined,
    ...options,
  });
}
