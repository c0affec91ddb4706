/** The changes of the models that the page offers: what each will do, in words, and its request. */
import type { ChangeResponse } from '../../api/admin.ts';
import type { ConsoleData } from '../../api/console.ts';
import { percent, shortCommit } from '../../terminal/quantities.ts';

export type ActionName = 'load' | 'share' | 'promote' | 'end' | 'rollback' | 'swap';

/** What the reader chooses. */
export interface Choice {
  /** A tag of `ConsoleData.versions`, or a commit. */
  readonly version: string;
  /** From 0 to 1. */
  readonly share: number;
  /** Labels of the version → those of the version that serves; only where they differ. */
  readonly labelMap: Readonly<Record<string, string>>;
}

export interface AdminAction {
  readonly label: string;
  /** What has to be chosen before. */
  readonly fields: readonly (keyof Choice)[];
  isPossible(data: ConsoleData): boolean;
  /** What will happen. */
  explain(data: ConsoleData, choice: Choice): string;
  request(
    data: ConsoleData,
    choice: Choice,
  ): { readonly method: string; readonly path: string; readonly body?: object };
}

const candidateOf = ({ candidate }: ConsoleData): string => candidate?.tag ?? shortName(candidate);
const primaryOf = ({ model }: ConsoleData): string => model?.tag ?? shortName(model);
const hasCandidate = ({ candidate }: ConsoleData): boolean => candidate !== undefined;
const isReady = ({ model }: ConsoleData): boolean => model !== undefined;

export const ACTIONS: Readonly<Record<ActionName, AdminAction>> = {
  promote: {
    label: 'Promote',
    fields: [],
    isPossible: hasCandidate,
    explain: (data) =>
      `${candidateOf(data)} answers every request from now on; it is loaded already. ` +
      `${primaryOf(data)} becomes the version before: “Roll back” serves it again. The comparison ends.`,
    request: () => ({ method: 'POST', path: '/admin/promote' }),
  },
  share: {
    label: 'Change share',
    fields: ['share'],
    isPossible: hasCandidate,
    explain: (data, { share }) =>
      `${candidateOf(data)} predicts ${percent(share)} of the texts from now on, until now it was ` +
      `${percent(data.candidate?.share ?? 0)}. The comparison goes on.`,
    request: ({ candidate }, { share }) => shadowRequest(candidate?.commit ?? '', share, {}),
  },
  end: {
    label: 'End comparison',
    fields: [],
    isPossible: hasCandidate,
    explain: (data) =>
      `${candidateOf(data)} is closed, and its counts are dropped; its predictions stay in the log. ` +
      `${primaryOf(data)} goes on to serve.`,
    request: () => ({ method: 'DELETE', path: '/admin/shadow' }),
  },
  load: {
    label: 'Load candidate',
    fields: ['version', 'labelMap', 'share'],
    isPossible: isReady,
    explain: (data, { version, share }) =>
      `${nameOf(data, version)} predicts ${percent(share)} of the texts from now on, after ` +
      `${primaryOf(data)} has answered them. Clients see nothing of it. Both take memory until the ` +
      `comparison ends.${hasCandidate(data) ? ` It takes the place of ${candidateOf(data)}.` : ''}`,
    request: (data, { version, share, labelMap }) =>
      shadowRequest(commitOf(data, version), share, labelMap),
  },
  swap: {
    label: 'Swap',
    fields: ['version'],
    isPossible: isReady,
    explain: (data, { version }) =>
      `${nameOf(data, version)} answers every request from now on, in the place of ${primaryOf(data)}, ` +
      `as soon as it is proven and loaded. Where that fails, ${primaryOf(data)} goes on to serve. ` +
      '“Roll back” takes the swap back.',
    request: (data, { version }) => ({
      method: 'PUT',
      path: '/admin/model',
      body: { commit: commitOf(data, version) },
    }),
  },
  rollback: {
    label: 'Roll back',
    fields: [],
    isPossible: ({ previous }) => previous !== undefined,
    explain: (data) =>
      `${nameOf(data, data.previous?.commit ?? '')} answers every request from now on, in the place of ` +
      `${primaryOf(data)}; it ${data.previous?.loaded ? 'is loaded already' : 'is loaded first'}.` +
      `${hasCandidate(data) ? ` What was compared with ${primaryOf(data)} is dropped.` : ''}`,
    request: () => ({ method: 'POST', path: '/admin/rollback' }),
  },
};

function shadowRequest(commit: string, share: number, labelMap: Choice['labelMap']) {
  const map = Object.keys(labelMap).length > 0 ? { labelMap } : {};
  return { method: 'PUT', path: '/admin/shadow', body: { commit, share, ...map } };
}

/** The labels of a version that have to be mapped: all of them, unless they are those of the one that serves. */
export function labelsToMap({ versions, labels }: ConsoleData, version: string): readonly string[] {
  const found = versions.find(({ tag, commit }) => version === tag || version === commit);
  const own = found?.labels ?? [];
  const isSame = own.length === labels.length && own.every((label) => labels.includes(label));
  return isSame ? [] : own;
}

/** The commit of a tag that the server knows; another text as it is. */
function commitOf({ versions }: ConsoleData, version: string): string {
  return versions.find(({ tag }) => tag === version)?.commit ?? version;
}

/** The tag of a commit, or its first digits; another text as it is. */
export function nameOf({ versions }: ConsoleData, version: string): string {
  return versions.find(({ commit }) => commit === version)?.tag ?? shortCommit(version);
}

function shortName(version: { readonly commit: string } | undefined): string {
  return version ? shortCommit(version.commit) : 'The version';
}

/** What a change has done. */
export function describeOutcome(
  data: ConsoleData,
  { type, to, changed, warnings }: ChangeResponse,
): string {
  const name = nameOf(data, to ?? '');
  const done: Readonly<Record<ChangeResponse['type'], string>> = {
    swap: `${name} serves now.`,
    promote: `${name} serves now.`,
    rollback: `${name} serves again.`,
    shadow: `${name} is compared now.`,
    'end-shadow': 'The comparison has ended.',
  };
  return [changed ? done[type] : 'Nothing has changed: it was so already.', ...warnings].join(' ');
}
