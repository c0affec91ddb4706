/** Every error of the HTTP interface: problem details, RFC 9457, as `application/problem+json`. */
import { z } from 'zod';

/** Status and title by code; the `type` of a problem is `/problems/<code>`, stable for clients. */
export const PROBLEMS = {
  'malformed-json': [400, 'The body is not JSON'],
  'invalid-body': [400, 'The body has the wrong shape'],
  'empty-text': [400, 'A text is empty or blank'],
  'too-many-inputs': [400, 'Too many texts'],
  'text-too-long': [400, 'A text is too long'],
  'unknown-label': [400, 'The model has no such label'],
  'invalid-request': [400, 'The request can’t be understood'],
  'invalid-commit': [400, 'The commit is not a full SHA'],
  unauthorized: [401, 'A key is needed'],
  forbidden: [403, 'The key is not known'],
  'forbidden-host': [403, 'The page is not for this host'],
  'not-found': [404, 'There is nothing here'],
  'unknown-version': [404, 'The store has no such version'],
  'unknown-id': [404, 'The id is of no known prediction'],
  'no-candidate': [404, 'No candidate is loaded'],
  'no-previous': [404, 'No version has served before'],
  'method-not-allowed': [405, 'The method is not allowed here'],
  'request-timeout': [408, 'The request took too long to arrive'],
  'change-in-progress': [409, 'Another change is being made'],
  'not-comparable': [409, 'The versions can’t be compared'],
  'id-expired': [410, 'The prediction is too long ago'],
  'body-too-large': [413, 'The body is too large'],
  'unsupported-media-type': [415, 'The body’s media type is not supported'],
  'expectation-failed': [417, 'The expectation can’t be met'],
  'version-refused': [422, 'The version can’t serve'],
  'version-unreadable': [422, 'The version can’t be read'],
  'headers-too-large': [431, 'The headers are too large'],
  'rate-limited': [429, 'The client’s rate limit is reached'],
  'queue-full': [429, 'The queue is full'],
  'queue-too-slow': [429, 'The texts would wait too long'],
  'internal-error': [500, 'Something went wrong here'],
  'process-failed': [500, 'Another process did not answer'],
  'store-failed': [502, 'The store can’t be read'],
  'not-ready': [503, 'The model is not loaded yet'],
  'too-many-bodies': [503, 'Too many request bodies'],
  'too-many-downloads': [503, 'Too many downloads'],
  draining: [503, 'The server is stopping'],
  'deadline-exceeded': [504, 'The prediction took too long'],
  'insufficient-memory': [507, 'There is not enough memory'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemCode = keyof typeof PROBLEMS;

/** The `type` of a problem. */
export function problemType<C extends ProblemCode>(code: C): `/problems/${C}` {
  return `/problems/${code}`;
}

export const problemSchema = z.object({
  type: z.enum((Object.keys(PROBLEMS) as ProblemCode[]).map(problemType)),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string().describe('What was wrong with this request, and what is allowed'),
  error: z
    .string()
    .optional()
    .describe(
      'The same as `detail`, where clients of Hugging Face read it: of `POST /`, and with `parameters`',
    ),
});

export type Problem = z.infer<typeof problemSchema>;
