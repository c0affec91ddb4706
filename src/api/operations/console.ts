/** What is for the pages only. It is not in the OpenAPI document: its formats may change in any version. */
import { z } from 'zod';
import {
  consoleDataSchema,
  consoleTextsSchema,
  FLEET_RANGES,
  fleetHistorySchema,
} from '../console.ts';
import {
  liveVersionsSchema,
  modelHistorySchema,
  versionCardSchema,
  versionChangesSchema,
} from '../history.ts';
import { json, type Operation } from '../operation.ts';
import type { ProblemCode } from '../problem.ts';

const CONSOLE = { method: 'get', tag: 'console', isSameOrigin: true } as const;
const DATA = { ...CONSOLE, guard: 'key' } as const;
const PAGE = { 200: { description: 'The page', content: { 'text/html': {} } } } as const;
const HISTORY_PROBLEMS = [
  ...['unknown-version', 'version-unreadable', 'internal-error', 'store-failed'],
  'too-many-downloads',
] as const satisfies readonly ProblemCode[];

function answer(name: string, schema: z.ZodType) {
  return { 200: { description: 'For the page', content: json(name, schema) } };
}

export const CONSOLE_OPERATIONS = {
  consolePage: {
    ...CONSOLE,
    // In the document, since its path has another operation.
    tag: 'interface',
    id: 'getConsole',
    path: '/',
    summary: 'The console',
    responses: PAGE,
    problems: [],
  },
  historyPage: {
    ...CONSOLE,
    id: 'getHistoryPage',
    path: '/history',
    summary: 'The page of the model’s history',
    responses: PAGE,
    problems: [],
  },
  consoleFile: {
    ...CONSOLE,
    id: 'getConsoleFile',
    path: '/console/:file',
    summary: 'A file of the pages',
    responses: { 200: { description: 'The file' } },
    problems: ['not-found'],
  },
  consoleData: {
    ...DATA,
    id: 'getConsoleData',
    path: '/console/data',
    summary: 'What the console shows',
    responses: answer('ConsoleData', consoleDataSchema),
    problems: ['internal-error'],
  },
  consoleTexts: {
    ...DATA,
    id: 'getConsoleTexts',
    path: '/console/texts',
    summary: 'The newest texts of some bins',
    responses: answer('ConsoleTexts', consoleTextsSchema),
    problems: ['internal-error'],
  },
  consoleFleet: {
    ...DATA,
    id: 'getConsoleFleet',
    path: '/console/fleet',
    summary: 'All replicas together',
    parameters: [
      { name: 'range', in: 'query', description: 'How far back', schema: z.enum(FLEET_RANGES) },
    ],
    responses: answer('FleetHistory', fleetHistorySchema),
    problems: ['not-found', 'internal-error'],
  },
  history: {
    ...DATA,
    id: 'getHistory',
    path: '/console/history',
    summary: 'The versions of the model',
    responses: answer('ModelHistory', modelHistorySchema),
    problems: HISTORY_PROBLEMS,
  },
  liveVersions: {
    ...DATA,
    id: 'getLiveVersions',
    path: '/console/history/live',
    summary: 'Which servers serve which version',
    responses: answer('LiveVersions', liveVersionsSchema),
    problems: HISTORY_PROBLEMS,
  },
  versionCard: {
    ...DATA,
    id: 'getVersionCard',
    path: '/console/history/:sha',
    summary: 'A version',
    responses: answer('VersionCard', versionCardSchema),
    problems: HISTORY_PROBLEMS,
  },
  versionChanges: {
    ...DATA,
    id: 'getVersionChanges',
    path: '/console/history/:sha/changes',
    summary: 'What a version changed',
    responses: answer('VersionChanges', versionChangesSchema),
    problems: HISTORY_PROBLEMS,
  },
} as const satisfies Record<string, Operation>;
