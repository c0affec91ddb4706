/** Changes of the models of all members, in two phases: all prepare, then all apply. */
import { type Changes, createChanges } from '../serving/changes.ts';
import { ChangeError } from '../serving/errors.ts';
import type { ChangeOutcome, ModelChange } from '../serving/model-change.ts';
import type { Log } from '../telemetry/log/log.ts';
import { writeChange } from '../telemetry/telemetry.ts';
import { outcomeOf } from './change-result.ts';
import { type Member, type MemberGroup, send } from './group.ts';
import type { ChangeResult, MemberSettings, ToMember } from './messages.ts';
import { createPending } from './pending.ts';

/** What a load may take besides the download. */
const LOAD_TIMEOUT_MS = 120_000;
const SETTLE_TIMEOUT_MS = 10_000;

export interface MemberChanges extends Changes {
  /** A member's answer to one step. */
  onStep(id: number, result: ChangeResult): void;
  /** What a member that starts now is given. */
  settings(): MemberSettings;
  /** A member is ready, and serves a version. */
  onReady(commit: string): void;
}

type Candidate = NonNullable<MemberSettings['candidate']>;

interface State {
  readonly group: MemberGroup;
  readonly pending: ReturnType<typeof createPending<ChangeResult>>;
  settings: MemberSettings;
}

export function createMemberChanges(
  group: MemberGroup,
  log: Log,
  settings: MemberSettings,
): MemberChanges {
  const state: State = { group, pending: createPending<ChangeResult>(), settings };
  const changes = createChanges({
    prepare: (change) => prepareAll(state, change),
    onEnd: (ended) => writeChange(log, ended),
  });
  return {
    ...changes,
    onStep: state.pending.resolve,
    settings: () => state.settings,
    onReady: (commit) => {
      // Those that replace others serve what these serve, whatever the store pins by then.
      state.settings = {
        ...state.settings,
        config: {
          ...state.settings.config,
          modelCommit: state.settings.config.modelCommit ?? commit,
        },
      };
    },
  };
}

async function prepareAll(state: State, requested: ModelChange) {
  const { group, settings } = state;
  const members = [...group.members];
  const { processes, modelFetchTimeoutMs } = settings.config;
  if (members.length < processes || !members.every(({ isReady }) => isReady)) {
    throw new ChangeError('not-ready', 'A process is being started; try again when all are ready');
  }
  await Promise.all(members.map(({ complete, ended }) => Promise.race([complete, ended])));
  const change =
    requested.type === 'rollback' ? { ...requested, commit: settings.previous } : requested;
  const timeoutMs = modelFetchTimeoutMs + LOAD_TIMEOUT_MS;
  const results = await Promise.all(
    members.map((member) => step(state, member, { type: 'prepare', change }, timeoutMs)),
  );
  const settle = (isApplied: boolean): Promise<(ChangeResult | undefined)[]> =>
    Promise.all(
      members.map((member) =>
        step(state, member, { type: 'settle', isApplied }, SETTLE_TIMEOUT_MS),
      ),
    );
  const abandon = async (): Promise<void> => void (await settle(false));
  let outcome: ChangeOutcome;
  try {
    [outcome] = results.map(outcomeOf) as [ChangeOutcome];
  } catch (error) {
    await abandon();
    throw error;
  }
  return {
    outcome,
    apply: async () => {
      if (members.some((member) => !group.members.has(member))) {
        // Its replacement has begun with what served before.
        throw new ChangeError(
          'process-failed',
          'A process ended before all had loaded the version',
        );
      }
      // First, so that the replacement of a member that ends now has it too.
      state.settings = settingsAfter(settings, change, outcome);
      const settled = await settle(true);
      settled.filter((_, i) => group.members.has(members[i] as Member)).forEach(outcomeOf);
    },
    abandon,
  };
}

type Step =
  | Omit<Extract<ToMember, { type: 'prepare' }>, 'id'>
  | Omit<Extract<ToMember, { type: 'settle' }>, 'id'>;

/** Undefined where the member does not answer in time, or ends. */
function step(
  { pending }: State,
  { worker, ended }: Member,
  message: Step,
  timeoutMs: number,
): Promise<ChangeResult | undefined> {
  if (!worker.isConnected()) {
    return Promise.resolve(undefined);
  }
  return Promise.race([
    pending.request((id) => send(worker, { ...message, id }), timeoutMs),
    ended,
  ]);
}

function settingsAfter(
  settings: MemberSettings,
  change: ModelChange,
  { from, to, isChanged, endsCandidate }: ChangeOutcome,
): MemberSettings {
  switch (change.type) {
    case 'shadow':
      return { ...settings, candidate: withLabelMap(change, settings.candidate) };
    case 'end-shadow':
      return { ...settings, candidate: undefined };
    default:
      return isChanged
        ? {
            config: { ...settings.config, modelCommit: to },
            candidate:
              endsCandidate || settings.candidate?.commit === to ? undefined : settings.candidate,
            previous: from,
          }
        : settings;
  }
}

/** A change of the share alone keeps the candidate's labels. */
function withLabelMap(change: Candidate, before: Candidate | undefined): Candidate {
  return before?.commit === change.commit && change.labelMap === undefined
    ? { ...change, labelMap: before.labelMap }
    : change;
}
