import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { createMemberChanges } from '../../src/cluster/changes.ts';
import { createMemberGroup, type Member } from '../../src/cluster/group.ts';
import type { ChangeResult, MemberSettings, ToMember } from '../../src/cluster/messages.ts';
import type { ModelChange } from '../../src/serving/model-change.ts';
import { sha } from '../support/models.ts';

const [A, B] = [sha('a'), sha('b')];
const SWAP: ModelChange = { type: 'swap', commit: B };
const AUTHOR = { by: 'tester' };

type Step = Extract<ToMember, { type: 'prepare' | 'settle' }>;

/** Two processes that answer steps as the test wants, and the log's lines. */
function startTwo({ isComplete = true } = {}) {
  const log = { flush: async () => undefined, write: () => undefined } as never;
  const group = createMemberGroup({ log, metrics: { snapshot: async () => [] } });
  const config = { processes: 2, modelFetchTimeoutMs: 1_000, modelCommit: A } as never;
  const changes = createMemberChanges(group, log, { config });
  const sent: string[] = [];
  /** Undefined: the member does not answer. */
  let answer = (_: number, step: Step): ChangeResult | undefined => done(step);
  const exits: (() => void)[] = [];
  const members: Member[] = [0, 1].map((index) => {
    const worker = Object.assign(new EventEmitter(), {
      isConnected: () => true,
      send: (step: Step) => {
        sent.push(`${index} ${step.type === 'settle' ? `settle ${step.isApplied}` : step.type}`);
        const result = answer(index, step);
        if (result) {
          setImmediate(() => changes.onStep(step.id, result));
        }
      },
    });
    const member = group.add(worker as never);
    member.isReady = true;
    if (isComplete) {
      member.onComplete();
    }
    exits[index] = () => {
      worker.emit('exit');
      group.remove(member);
    };
    return member;
  });
  return {
    ...{ changes, group, members, sent, exits },
    answerBy: (next: typeof answer): void => {
      answer = next;
    },
  };
}

function done(step: Step): ChangeResult {
  const change = step.type === 'prepare' ? step.change : SWAP;
  const to = 'commit' in change ? change.commit : undefined;
  const outcome = { type: change.type, from: A, to, isChanged: true, warnings: [] };
  return { status: 'done', outcome };
}

const COMMIT_OF = ({ config }: MemberSettings): string | undefined => config.modelCommit;

test('all prepare, then all apply; one that starts later has it too', async () => {
  const { changes, sent } = startTwo();
  expect(await changes.run(SWAP, AUTHOR)).toMatchObject({ from: A, to: B });
  expect(sent).toEqual(['0 prepare', '1 prepare', '0 settle true', '1 settle true']);
  expect(COMMIT_OF(changes.settings())).toBe(B);
});

test('a process that ends while the others still load leaves all on the old version', async () => {
  const { changes, sent, exits, answerBy } = startTwo();
  answerBy((index, step) => {
    if (index === 1 && step.type === 'prepare') {
      // The first has answered; its replacement starts with what serves.
      setImmediate(() => {
        exits[0]?.();
        setImmediate(() => changes.onStep(step.id, done(step)));
      });
      return undefined;
    }
    return done(step);
  });
  await expect(changes.run(SWAP, AUTHOR)).rejects.toMatchObject({ code: 'process-failed' });
  expect(sent).toContain('1 settle false');
  expect(sent).not.toContain('1 settle true');
  expect(COMMIT_OF(changes.settings())).toBe(A);
});

test('a process that ends while it applies is replaced by one that has it: the change is made', async () => {
  const { changes, exits, answerBy } = startTwo();
  answerBy((index, step) => {
    if (index === 0 && step.type === 'settle') {
      setImmediate(() => exits[0]?.());
      return undefined;
    }
    return done(step);
  });
  expect(await changes.run(SWAP, AUTHOR)).toMatchObject({ to: B });
  expect(COMMIT_OF(changes.settings())).toBe(B);
});

test('a process that still loads the candidate of the others is waited for', async () => {
  const { changes, members, sent } = startTwo({ isComplete: false });
  const change = changes.run(SWAP, AUTHOR);
  members[0]?.onComplete();
  await new Promise(setImmediate);
  expect(sent).toEqual([]);
  members[1]?.onComplete();
  expect(await change).toMatchObject({ to: B });
});

test('a change of the share alone keeps the labels of the candidate, for a process that starts later', async () => {
  const { changes } = startTwo();
  const labelMap = { bad: 'negative' };
  await changes.run({ type: 'shadow', commit: B, share: 0.5, labelMap }, AUTHOR);
  await changes.run({ type: 'shadow', commit: B, share: 1 }, AUTHOR);
  expect(changes.settings().candidate).toMatchObject({ commit: B, share: 1, labelMap });
});
