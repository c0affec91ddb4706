import {
  adminStatusSchema,
  changeResponseSchema,
  shadowRequestSchema,
  shadowStatusSchema,
  swapRequestSchema,
} from '../admin.ts';
import { BODY_PROBLEMS, json, MODEL_PROBLEMS, type Operation } from '../operation.ts';
import type { ProblemCode } from '../problem.ts';

const CHANGED = {
  200: { description: 'What was changed', content: json('ChangeResponse', changeResponseSchema) },
} as const;
const CHANGE_PROBLEMS = [
  ...[...MODEL_PROBLEMS, 'change-in-progress', 'process-failed', 'internal-error'],
] as const satisfies readonly ProblemCode[];
/** Of a change that loads a version. */
const LOAD_PROBLEMS = [
  ...[...CHANGE_PROBLEMS, 'unknown-version', 'version-refused', 'store-failed'],
  'insufficient-memory',
] as const satisfies readonly ProblemCode[];
const ADMIN = { tag: 'admin', guard: 'admin token', isSameOrigin: true } as const;

export const ADMIN_OPERATIONS = {
  adminStatus: {
    ...ADMIN,
    id: 'getAdminStatus',
    method: 'get',
    path: '/admin',
    summary: 'What serves, the candidate, the version before',
    responses: {
      200: { description: 'The versions', content: json('AdminStatus', adminStatusSchema) },
    },
    problems: [],
  },
  swap: {
    ...ADMIN,
    id: 'putModel',
    method: 'put',
    path: '/admin/model',
    summary: 'Serve another version',
    request: ({ commit }) =>
      json(
        'SwapRequest',
        swapRequestSchema,
        commit === undefined ? undefined : { 'the version that serves': { commit } },
      ),
    responses: CHANGED,
    problems: [...BODY_PROBLEMS, ...LOAD_PROBLEMS, 'invalid-commit'],
  },
  shadowStatus: {
    ...ADMIN,
    id: 'getShadow',
    method: 'get',
    path: '/admin/shadow',
    summary: 'How the candidate compares',
    responses: {
      200: { description: 'The comparison', content: json('ShadowStatus', shadowStatusSchema) },
    },
    problems: [...MODEL_PROBLEMS, 'no-candidate', 'internal-error'],
  },
  startShadow: {
    ...ADMIN,
    id: 'putShadow',
    method: 'put',
    path: '/admin/shadow',
    summary: 'Load a candidate that predicts a share of the texts',
    request: ({ otherCommit }) =>
      json(
        'ShadowRequest',
        shadowRequestSchema,
        otherCommit === undefined
          ? undefined
          : { 'a tenth of the texts': { commit: otherCommit, share: 0.1 } },
      ),
    responses: CHANGED,
    problems: [...BODY_PROBLEMS, ...LOAD_PROBLEMS, 'invalid-commit', 'not-comparable'],
  },
  endShadow: {
    ...ADMIN,
    id: 'deleteShadow',
    method: 'delete',
    path: '/admin/shadow',
    summary: 'End the comparison',
    responses: CHANGED,
    problems: CHANGE_PROBLEMS,
  },
  promote: {
    ...ADMIN,
    id: 'promote',
    method: 'post',
    path: '/admin/promote',
    summary: 'Serve the candidate',
    responses: CHANGED,
    problems: [...LOAD_PROBLEMS, 'no-candidate'],
  },
  rollback: {
    ...ADMIN,
    id: 'rollback',
    method: 'post',
    path: '/admin/rollback',
    summary: 'Serve the version before again',
    responses: CHANGED,
    problems: [...LOAD_PROBLEMS, 'no-previous'],
  },
} as const satisfies Record<string, Operation>;
