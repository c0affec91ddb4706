/** A line of the log → what replay needs of it. */
import { parseObject } from '../logs/entry.ts';

export interface LoggedPrediction {
  readonly requestId: string;
  readonly id: string;
  readonly commit: string;
  /** In the form that LOG_INPUT sets; undefined where it is `none`. */
  readonly input: string | undefined;
  /** The log has only the beginning of the text. */
  readonly isCut: boolean;
  readonly label: string;
  readonly score: number;
  /** Undefined where the line has none. */
  readonly scores: Readonly<Record<string, number>> | undefined;
  readonly language: string;
}

export interface LoggedFeedback {
  readonly id: string;
  /** First digits of the commit that predicted. */
  readonly commit: string;
  readonly actual: string;
}

export type Line =
  | { readonly kind: 'prediction'; readonly prediction: LoggedPrediction }
  | { readonly kind: 'feedback'; readonly feedback: LoggedFeedback }
  /** A server has started; what follows was logged with this LOG_INPUT, where the line names it. */
  | { readonly kind: 'listening'; readonly logInput: string | undefined }
  /** Another event of the log, such as `ready`. */
  | { readonly kind: 'event' }
  /** Not a line of the log, or one in which a field is missing or has the wrong type. */
  | { readonly kind: 'broken' }
  | { readonly kind: 'blank' };

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
/** Longer ones are from no server. */
const MAX_ID_LENGTH = 512;

type Fields = Readonly<Record<string, unknown>>;

export function readLine(line: string): Line {
  const fields = parseObject(line)?.fields;
  if (!fields) {
    return { kind: line.trim() === '' ? 'blank' : 'broken' };
  }
  switch (fields.event) {
    case 'prediction': {
      const prediction = predictionOf(fields);
      return prediction ? { kind: 'prediction', prediction } : { kind: 'broken' };
    }
    case 'feedback': {
      const feedback = feedbackOf(fields);
      return feedback ? { kind: 'feedback', feedback } : { kind: 'broken' };
    }
    case 'listening':
      return {
        kind: 'listening',
        logInput: isText(fields.log_input) ? fields.log_input : undefined,
      };
    default:
      return { kind: isText(fields.event) ? 'event' : 'broken' };
  }
}

function predictionOf(fields: Fields): LoggedPrediction | undefined {
  const { request_id, id, commit, input, input_cut, label, score, scores, language } = fields;
  return isText(commit) &&
    COMMIT.test(commit) &&
    isText(label) &&
    isNumber(score) &&
    (scores === undefined || isScores(scores)) &&
    isText(language)
    ? {
        requestId: isText(request_id) ? request_id : '',
        id: isText(id) && id.length <= MAX_ID_LENGTH ? id : '',
        commit,
        input: isText(input) ? input : undefined,
        isCut: input_cut === true,
        label,
        score,
        scores,
        language,
      }
    : undefined;
}

function feedbackOf({ id, commit, actual }: Fields): LoggedFeedback | undefined {
  return isText(id) && id !== '' && id.length <= MAX_ID_LENGTH && isText(commit) && isText(actual)
    ? { id, commit, actual }
    : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isScores(value: unknown): value is Readonly<Record<string, number>> {
  return typeof value === 'object' && value !== null && Object.values(value).every(isNumber);
}
