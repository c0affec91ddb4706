/** Lines as the server writes them. */

const PREDICTION = {
  timestamp: '2026-01-31T12:00:00.123Z',
  level: 'info',
  event: 'prediction',
  request_id: 'r',
  id: 'AWsFu5Yy',
  model: 'tweet-sentiment',
  commit: '32eb7fd5469295075ea10dfc54e9c97da5514a19',
  input: 'hello',
  label: 'positive',
  score: 0.9,
  scores: { negative: 0.04, neutral: 0.06, positive: 0.9 },
  language: 'en',
  latency_ms: 12.5,
};

/** A prediction's line, without newline. */
export function predictionLine(
  fields: Partial<Record<keyof typeof PREDICTION, unknown>> = {},
): string {
  return JSON.stringify({ ...PREDICTION, ...fields });
}
