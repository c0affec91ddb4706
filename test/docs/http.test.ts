/** docs/reference/http.md has what the code and the OpenAPI document have. */
import { expect, test } from 'vitest';
import { EXPOSED_HEADERS } from '../../src/http/middleware/cross-origin.ts';
import { codeSpans, readDocument, tableRows } from './markdown.ts';

interface OpenApi {
  readonly paths: Record<string, Record<string, Operation>>;
}
interface Operation {
  readonly summary: string;
  readonly security?: readonly Record<string, unknown>[];
  readonly responses: Record<string, unknown>;
}

const page = readDocument('docs/reference/http.md');

test('lists the headers that pages of other origins may read', () => {
  const [, list = ''] = /and may read ([^.]*)\./.exec(page) ?? [];
  expect(codeSpans(list)).toEqual(EXPOSED_HEADERS);
});

/** Of the schemes of the OpenAPI document. */
const REQUIRED: Readonly<Record<string, string>> = {
  bearerKey: 'API key',
  adminToken: 'admin token',
};

test('lists the operations of docs/openapi.json, with what they require and their statuses', () => {
  const { paths } = JSON.parse(readDocument('docs/openapi.json')) as OpenApi;
  const [, list = ''] = /may also be answered with ([\d, and]+):/.exec(page) ?? [];
  const common: string[] = list.match(/\d+/g) ?? [];
  const expected = Object.entries(paths)
    .filter(([path]) => !path.includes('/versions/'))
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { summary, security, responses }]) => {
        const statuses = Object.keys(responses);
        expect(statuses, path).toEqual(expect.arrayContaining(common));
        const [scheme = ''] = Object.keys(security?.[0] ?? {});
        return [
          `\`${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, '<$1>')}\``,
          summary,
          REQUIRED[scheme] ?? '',
          statuses.filter((status) => !common.includes(status)).join(', '),
        ];
      }),
    );
  expect(tableRows(page, 'operation')).toEqual(expected);
});
