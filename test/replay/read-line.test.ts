import { expect, test } from 'vitest';
import { readLine } from '../../src/replay/read-line.ts';
import { COMMIT, eventLine, lineOf } from './lines.ts';

test('a prediction has what a replay needs', () => {
  expect(readLine(lineOf('positive text'))).toEqual({
    kind: 'prediction',
    prediction: {
      requestId: 'r',
      id: 'AWsFu5Yy',
      commit: COMMIT,
      input: 'positive text',
      isCut: false,
      label: 'positive',
      score: 0.8,
      scores: { negative: 0.1, neutral: 0.1, positive: 0.8 },
      language: 'en',
    },
  });
});

test('what a container writes before the object is skipped', () => {
  expect(readLine(`server-1  | ${lineOf('positive')}`).kind).toBe('prediction');
});

test.each<[string, string, ReturnType<typeof readLine>['kind']]>([
  ['a blank line', ' ', 'blank'],
  ['output of another program', '> npm start', 'broken'],
  ['a line that was cut', lineOf('positive').slice(0, 90), 'broken'],
  ['an object of another program', '{"message":"hello"}', 'broken'],
  ['a short commit', lineOf('positive', { commit: 'abc' }), 'broken'],
  ['no label', lineOf('positive', { label: undefined }), 'broken'],
  ['a score that is text', lineOf('positive', { score: '0.8' }), 'broken'],
  ['scores that are text', lineOf('positive', { scores: { positive: '0.8' } }), 'broken'],
  ['scores that are null', lineOf('positive', { scores: null }), 'broken'],
  ['no language', lineOf('positive', { language: undefined }), 'broken'],
  ['feedback without an id', eventLine('feedback', { actual: 'positive', commit: 'a' }), 'broken'],
  ['another event', eventLine('ready'), 'event'],
  ['the prediction of a candidate', eventLine('shadow_prediction'), 'event'],
])('%s', (_, line, kind) => {
  expect(readLine(line).kind).toBe(kind);
});

test('feedback has id, commit and the right label', () => {
  const fields = { id: 'x', commit: 'aaaaaaaa', predicted: 'neutral', actual: 'positive' };
  expect(readLine(eventLine('feedback', fields))).toEqual({
    kind: 'feedback',
    feedback: { id: 'x', commit: 'aaaaaaaa', actual: 'positive' },
  });
});

test('a start names LOG_INPUT, in newer logs', () => {
  expect(readLine(eventLine('listening', { log_input: 'full' }))).toEqual({
    kind: 'listening',
    logInput: 'full',
  });
  expect(readLine(eventLine('listening'))).toEqual({ kind: 'listening', logInput: undefined });
});
