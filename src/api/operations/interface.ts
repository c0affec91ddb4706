import { z } from 'zod';
import { json, type Operation } from '../operation.ts';

export const INTERFACE_OPERATIONS = {
  openapi: {
    id: 'getOpenApi',
    method: 'get',
    path: '/openapi.json',
    tag: 'interface',
    summary: 'This document',
    responses: {
      200: {
        description: 'OpenAPI 3.1, with the limits of this server',
        content: json('OpenApiDocument', z.looseObject({ openapi: z.string() })),
      },
    },
    problems: ['internal-error'],
  },
  docs: {
    id: 'getDocs',
    method: 'get',
    path: '/docs',
    tag: 'interface',
    summary: 'A page that shows this document and sends requests',
    responses: { 200: { description: 'The page', content: { 'text/html': {} } } },
    problems: [],
  },
} as const satisfies Record<string, Operation>;
