/** What is left to a client of the texts that it may have classified. */
import { ProblemError } from './problem.ts';

export interface RateStatus {
  /** So many texts in so many seconds are allowed. */
  readonly texts: number;
  readonly seconds: number;
  readonly remaining: number;
  /** Until there are as many as at the beginning again. */
  readonly resetSeconds: number;
}

/** A client has had the texts of its rate. @param requested number of texts of the request. */
export function rateLimited(
  requested: number,
  { texts, seconds, remaining, resetSeconds }: RateStatus,
): ProblemError {
  return new ProblemError(
    'rate-limited',
    `At most ${texts} texts in ${seconds} s are allowed for this client: ${remaining} left, ${requested} requested`,
    resetSeconds,
  );
}
