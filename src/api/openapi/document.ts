/** The description of the HTTP interface: OpenAPI 3.1.1, https://spec.openapis.org/oas/v3.1.1.html. */
import {
  ANY_REQUEST_PROBLEMS,
  type Content,
  type Deployment,
  type Guard,
  type NamedSchema,
  type Operation,
  type Parameter,
  problemsOf,
  TAGS,
} from '../operation.ts';
import { PROBLEMS, type ProblemCode, problemType } from '../problem.ts';
import { componentSchemas, inlineSchema, referenceTo } from './schemas.ts';

const DESCRIPTION = `Labels texts with a classifier that is pinned by a git commit.

Every answer has the header \`x-request-id\`: that of the request, if it has a sane one. \`x-model-commit\` is the
version that answered. Errors are problem details (RFC 9457) whose \`type\` is stable. The trace of a
\`traceparent\` header (W3C Trace Context) is in the log.`;

/** By guard: any one of them suffices. */
const SECURITY: Readonly<Record<Guard, Readonly<Record<string, object>>>> = {
  key: {
    bearerKey: { type: 'http', scheme: 'bearer', description: 'One of API_KEYS' },
    headerKey: {
      ...{ type: 'apiKey', in: 'header', name: 'X-API-Key' },
      description: 'One of API_KEYS',
    },
  },
  'admin token': {
    adminToken: { type: 'http', scheme: 'bearer', description: 'One of ADMIN_TOKEN' },
  },
};

const HEADERS = {
  'x-request-id': {
    description: 'That of the request, or a new one; also in the log',
    required: true,
    schema: { type: 'string', pattern: '^[A-Za-z0-9_.:/+=-]{1,128}$' },
  },
  'x-model-commit': {
    description: 'The version that answered; absent while none is known',
    schema: { type: 'string', pattern: '^([0-9a-f]{40}|[0-9a-f]{64})$' },
  },
  'retry-after': {
    description: 'When the same request may be accepted, in seconds',
    schema: { type: 'integer', minimum: 1 },
  },
  'ratelimit-policy': {
    description: 'With RATE_LIMIT: how many texts of a client are allowed, and in how many seconds',
    schema: { type: 'string' },
  },
  ratelimit: {
    description: 'With RATE_LIMIT: how many of them are left, and until when, in seconds',
    schema: { type: 'string' },
  },
  'www-authenticate': { description: '`Bearer`', schema: { type: 'string' } },
} as const;

const EVERY_ANSWER: readonly Header[] = ['x-request-id', 'x-model-commit'];
const RATE: readonly Header[] = ['ratelimit-policy', 'ratelimit'];
/** Further headers of a problem, by status. */
const PROBLEM_HEADERS: Readonly<Record<number, Header>> = {
  401: 'www-authenticate',
  429: 'retry-after',
  503: 'retry-after',
};

type Header = keyof typeof HEADERS;

export interface DocumentOptions {
  /** Those of one server, with a guard only where its keys are configured. */
  readonly operations: readonly Operation[];
  readonly deployment: Deployment;
  /** Of the project. */
  readonly version: string;
}

/** @returns a document without the operations of the console. */
export function openApiDocument({ operations, deployment, version }: DocumentOptions): object {
  const described = operations.filter(({ tag }) => tag !== 'console');
  const tags = new Set(described.map(({ tag }) => tag));
  const guards = new Set(described.flatMap(({ guard }) => guard ?? []));
  const schemes = [...guards].flatMap((guard) => Object.entries(SECURITY[guard]));
  return {
    openapi: '3.1.1',
    info: {
      title: 'tweet-sentiment-server',
      ...{ version, description: DESCRIPTION },
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: Object.entries(TAGS)
      .filter(([name]) => tags.has(name as keyof typeof TAGS))
      .map(([name, description]) => ({ name, description })),
    paths: pathsOf(described, deployment),
    components: {
      responses: Object.assign({}, ...described.map(refusalComponents)),
      schemas: componentSchemas(described.flatMap((each) => schemasOf(each, deployment))),
      headers: HEADERS,
      ...(schemes.length > 0 && { securitySchemes: Object.fromEntries(schemes) }),
    },
  };
}

function pathsOf(operations: readonly Operation[], deployment: Deployment): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    // What Express calls `:name` and `*name` is `{name}`.
    const path = operation.path.replace(/[:*](\w+)/g, '{$1}');
    paths[path] = {
      ...paths[path],
      [operation.method]: describeOperation(operation, deployment),
    };
  }
  return paths;
}

function describeOperation(operation: Operation, deployment: Deployment): object {
  const { id, tag, summary, description, guard, parameters, request } = operation;
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    security: guard ? Object.keys(SECURITY[guard]).map((name) => ({ [name]: [] })) : [],
    ...(parameters && {
      parameters: parameters.map((each) => describeParameter(each, deployment)),
    }),
    ...(request && {
      requestBody: {
        required: operation.isBodyOptional !== true,
        content: describeContent(request(deployment)),
      },
    }),
    responses: { ...answersOf(operation), ...refusalReferences(operation) },
  };
}

function describeParameter(parameter: Parameter, deployment: Deployment): object {
  const { name, in: place, description, schema, example, isRequired = false } = parameter;
  return {
    ...{ name, in: place, description },
    required: place === 'path' || isRequired,
    schema: inlineSchema(schema),
    ...(example && { example: example(deployment) }),
  };
}

function answersOf({ responses, problems }: Operation): Record<string, object> {
  const rate = problems.includes('rate-limited') ? RATE : [];
  return Object.fromEntries(
    Object.entries(responses).map(([status, { description, content }]) => [
      status,
      {
        description,
        headers: headersOf([...EVERY_ANSWER, ...rate]),
        ...(content && { content: describeContent(content) }),
      },
    ]),
  );
}

/** What an operation answers with one status instead. */
interface Refusal {
  readonly status: number;
  readonly codes: readonly ProblemCode[];
  /** Of the response among the components: the same for all operations with these problems. */
  readonly name: string;
}

function refusalsOf(operation: Operation): readonly Refusal[] {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of new Set([...problemsOf(operation), ...ANY_REQUEST_PROBLEMS])) {
    const [status] = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const protocol = Object.values(operation.problemContent ?? {}).flatMap(
    ({ schema }) => schema?.name ?? [],
  );
  return [...byStatus].map(([status, codes]) => {
    const sorted = codes.toSorted();
    return { status, codes: sorted, name: [...protocol, ...sorted].join('_') };
  });
}

function refusalReferences(operation: Operation): Record<string, object> {
  return Object.fromEntries(
    refusalsOf(operation).map(({ status, name }) => [
      status,
      { $ref: `#/components/responses/${name}` },
    ]),
  );
}

function refusalComponents(operation: Operation): Record<string, object> {
  return Object.fromEntries(
    refusalsOf(operation).map(({ status, codes, name }) => [
      name,
      {
        description: codes
          .map((code) => `\`${problemType(code)}\`: ${PROBLEMS[code][1]}`)
          .join('\n\n'),
        headers: headersOf([
          ...EVERY_ANSWER,
          ...[PROBLEM_HEADERS[status] ?? []].flat(),
          ...(codes.includes('rate-limited') ? RATE : []),
        ]),
        content: {
          ...(operation.problemContent && describeContent(operation.problemContent)),
          ...(isProblemDetails(operation, codes) && {
            'application/problem+json': { schema: problemOf(status, codes) },
          }),
        },
      },
    ]),
  );
}

/** A request that is refused before it has a route is of no protocol. */
function isProblemDetails({ problemContent }: Operation, codes: readonly ProblemCode[]): boolean {
  const anyRequest: readonly ProblemCode[] = ANY_REQUEST_PROBLEMS;
  return problemContent === undefined || codes.some((code) => anyRequest.includes(code));
}

/** A problem with one of these types. */
function problemOf(status: number, codes: readonly ProblemCode[]): object {
  const type = { type: 'string', enum: codes.map(problemType) };
  return {
    allOf: [
      referenceTo('Problem'),
      { type: 'object', properties: { type, status: { type: 'integer', const: status } } },
    ],
  };
}

function headersOf(names: readonly Header[]): object {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

function describeContent(content: Content): object {
  return Object.fromEntries(
    Object.entries(content).map(([type, { schema, examples }]) => [
      type,
      {
        ...(schema
          ? { schema: referenceTo(schema.name) }
          : isText(type) && { schema: { type: 'string' } }),
        ...(examples && {
          examples: Object.fromEntries(
            Object.entries(examples).map(([name, value]) => [
              name.replaceAll(' ', '-'),
              { summary: name, value },
            ]),
          ),
        }),
      },
    ]),
  );
}

/** Bytes have no schema. */
function isText(type: string): boolean {
  return type.startsWith('text/');
}

function schemasOf(
  { request, responses, problemContent }: Operation,
  deployment: Deployment,
): readonly NamedSchema[] {
  const contents = [
    request?.(deployment),
    problemContent,
    ...Object.values(responses).map(({ content }) => content),
  ];
  return contents.flatMap((content) =>
    Object.values(content ?? {}).flatMap(({ schema }) => schema ?? []),
  );
}
