/** Checks the answers of a running server against its own description. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'vitest';

interface MediaType {
  readonly schema?: object;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

interface DescribedResponse {
  readonly $ref?: string;
  readonly headers?: Readonly<Record<string, { readonly $ref: string }>>;
  readonly content?: Readonly<Record<string, MediaType>>;
}

export interface DescribedOperation {
  readonly operationId: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly example?: unknown;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, MediaType>> };
  readonly responses: Readonly<Record<string, DescribedResponse>>;
}

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly responses: Readonly<Record<string, DescribedResponse>>;
    readonly headers: Readonly<
      Record<string, { readonly required?: boolean; readonly schema: object }>
    >;
    readonly securitySchemes?: object;
  };
}

export interface Description {
  readonly document: Document;
  /** Every operation, with its method and its path with parameters, such as `/model/files/{path}`. */
  readonly operations: readonly {
    readonly method: string;
    readonly path: string;
    readonly operation: DescribedOperation;
  }[];
  /** @param name of one of the document's schemas. */
  validate(name: string, value: unknown): readonly unknown[];
  /** Expects a response that the operation has, with its headers and its body. @returns the body. */
  expectDescribed(method: string, path: string, response: Response): Promise<unknown>;
}

/** @param headers of the request for the document, if it needs any. */
export async function describeServer(url: string): Promise<Description> {
  return describe((await (await fetch(`${url}/openapi.json`)).json()) as Document);
}

export function describe(document: Document): Description {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, 'openapi');
  const compiled = new Map<string, ValidateFunction>();
  const errorsOf = (pointer: string, value: unknown): readonly unknown[] => {
    const check = compiled.get(pointer) ?? ajv.compile({ $ref: `openapi#${pointer}` });
    compiled.set(pointer, check);
    return check(value) ? [] : (check.errors ?? []);
  };

  return {
    document,
    operations: Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
    ),
    validate: (name, value) => errorsOf(`/components/schemas/${name}`, value),
    async expectDescribed(method, path, response) {
      const described = document.paths[path]?.[method]?.responses[response.status];
      expect(described, `${method} ${path} ${response.status}`).toBeDefined();
      const pointer =
        described?.$ref?.slice(1) ??
        pointerOf('paths', path, method, 'responses', String(response.status));
      const target = described?.$ref
        ? document.components.responses[described.$ref.split('/').at(-1) as string]
        : described;
      for (const [name, { $ref }] of Object.entries(target?.headers ?? {})) {
        const header = document.components.headers[$ref.split('/').at(-1) as string];
        const value = response.headers.get(name);
        if (value === null) {
          expect(header?.required ?? false, `${name} of ${method} ${path}`).toBe(false);
        } else {
          const typed = Number.isInteger(Number(value)) ? Number(value) : value;
          expect(
            errorsOf(`${$ref.slice(1)}/schema`, name === 'retry-after' ? typed : value),
          ).toEqual([]);
        }
      }
      const text = await response.text();
      if (target?.content === undefined) {
        expect(text).toBe('');
        return undefined;
      }
      const type = (response.headers.get('content-type') ?? '').split(';')[0] as string;
      expect(Object.keys(target.content)).toContain(type);
      const isJson = /[/+]json$/.test(type);
      const body: unknown = isJson ? JSON.parse(text) : text;
      if (target.content[type]?.schema) {
        expect(errorsOf(`${pointer}${pointerOf('content', type, 'schema')}`, body)).toEqual([]);
      }
      return body;
    },
  };
}

/** RFC 6901, in a URI. */
function pointerOf(...keys: readonly string[]): string {
  return keys
    .map((key) => `/${encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))}`)
    .join('');
}
