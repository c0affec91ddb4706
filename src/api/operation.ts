/** What an operation of the HTTP interface is: its route, its metrics' series and its description come from it. */
import type { z } from 'zod';
import { PROBLEMS, type ProblemCode } from './problem.ts';

export type Method = 'get' | 'post' | 'put' | 'delete';

/** Who may use an operation, where keys or tokens are configured. */
export type Guard = 'key' | 'admin token';

export const TAGS = {
  predictions: 'Labels of texts, and what clients report of them',
  'open inference': 'The Open Inference Protocol v2, of KServe and Triton',
  model: 'The version that serves',
  health: 'For load balancers, Kubernetes and Prometheus',
  admin: 'Changes of the model that serves',
  interface: 'What this server is and how it is used',
  console: 'The pages and what they read; the formats may change in any version',
} as const;

/** What is only known of a running server. */
export interface Deployment {
  readonly maxInputs: number;
  readonly maxChars: number;
  readonly maxBody: number;
  readonly modelName: string;
  /** Of the model that serves; empty while there is none. */
  readonly labels: readonly string[];
  /** The version that serves, or is being loaded. */
  readonly commit: string | undefined;
  /** Another version, to be compared with it; undefined where there is none. */
  readonly otherCommit: string | undefined;
  /** Of no text; this server accepts feedback on it. */
  readonly predictionId: string | undefined;
}

export interface MediaType {
  /** Undefined: a text, or bytes. */
  readonly schema?: NamedSchema;
  /** By name; each of a request is answered with 2xx. */
  readonly examples?: Readonly<Record<string, unknown>>;
}

/** A schema with its name among those of the document. */
export interface NamedSchema {
  readonly name: string;
  readonly schema: z.ZodType;
}

/** Bodies by media type. */
export type Content = Readonly<Record<string, MediaType>>;

export interface OperationResponse {
  readonly description: string;
  /** Undefined: no body. */
  readonly content?: Content;
}

export interface Parameter {
  readonly name: string;
  /** A parameter of the path is required. */
  readonly in: 'path' | 'query' | 'header';
  readonly description: string;
  readonly schema: z.ZodType;
  /** Of the running server. */
  readonly example?: (deployment: Deployment) => unknown;
  readonly isRequired?: boolean;
}

export interface Operation {
  /** Unique; the name of a generated function. */
  readonly id: string;
  readonly method: Method;
  /** Express path. */
  readonly path: string;
  /** The `route` label of the metrics, where it is not the path: for two paths to the same. */
  readonly route?: string;
  readonly tag: keyof typeof TAGS;
  readonly summary: string;
  readonly description?: string;
  /** Undefined: open to all. */
  readonly guard?: Guard | undefined;
  /** Browsers keep it from pages of other origins, whatever CORS_ORIGINS allows. */
  readonly isSameOrigin?: boolean;
  readonly parameters?: readonly Parameter[];
  /** The body of a request; with limits and examples of the running server. */
  readonly request?: (deployment: Deployment) => Content;
  /** Whether a request may come without a body. */
  readonly isBodyOptional?: boolean;
  /** By status, 2xx and 3xx. */
  readonly responses: Readonly<Record<number, OperationResponse>>;
  /** What it may answer instead, apart from `ANY_REQUEST_PROBLEMS`. */
  readonly problems: readonly ProblemCode[];
  /** The body of a problem in a protocol that has its own; by default problem details (RFC 9457). */
  readonly problemContent?: Content;
}

/** Of an operation that reads a JSON body. */
export const BODY_PROBLEMS = [
  ...['malformed-json', 'invalid-body', 'body-too-large', 'unsupported-media-type'],
  ...['request-timeout', 'headers-too-large', 'too-many-bodies'],
] as const satisfies readonly ProblemCode[];

/** Of an operation that needs the model. */
export const MODEL_PROBLEMS = ['not-ready', 'draining'] as const satisfies readonly ProblemCode[];

/** Of an operation that requires a key or a token. */
export const GUARD_PROBLEMS = [
  'unauthorized',
  'forbidden',
] as const satisfies readonly ProblemCode[];

/** Of any request, before it has a route. */
export const ANY_REQUEST_PROBLEMS = [
  ...['invalid-request', 'request-timeout', 'expectation-failed', 'headers-too-large'],
] as const satisfies readonly ProblemCode[];

/** The problems of an operation whose keys or tokens are configured, or which has no guard. */
export function problemsOf({ guard, problems }: Operation): readonly ProblemCode[] {
  return guard === undefined ? problems : [...problems, ...GUARD_PROBLEMS];
}

/** Every status that an operation answers with once it has a request; ascending. */
export function statusesOf(operation: Operation): readonly number[] {
  const statuses = [
    ...Object.keys(operation.responses).map(Number),
    ...problemsOf(operation).map((code) => PROBLEMS[code][0]),
  ];
  return [...new Set(statuses)].sort((a, b) => a - b);
}

/** The only content of a body in JSON. */
export function json(
  name: string,
  schema: z.ZodType,
  examples?: Readonly<Record<string, unknown>>,
): Content {
  return { 'application/json': { schema: { name, schema }, ...(examples && { examples }) } };
}
