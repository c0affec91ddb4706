/** What is going on, in one sentence, and what is wrong. */
import {
  count,
  counted,
  duration,
  languageName,
  languageWithCode,
  listed,
  milliseconds,
  modelName,
  percent,
  rate,
  shortCommit,
} from './format.ts';
import { type LanguageShare, languageShares } from './languages.ts';
import { RECENT_SECONDS } from './series.ts';
import type { ConsoleData, FeatureDrift } from './types.ts';

// As the rules in deploy/prometheus have it.
/** Fewer observations say nothing of a distribution. */
export const MIN_OBSERVATIONS = 200;
/** Population stability index. */
export const MOVING = 0.1;
export const CHANGED = 0.25;
const SLOW_MS = 250;
const UNSURE = { score: 0.65, excess: 0.15 };
const UNKNOWN_EXCESS = 0.05;

const QUEUE_NEARLY_FULL = 0.8;

export type Level = 'bad' | 'warning' | 'idle' | 'good';

export interface Finding {
  readonly level: Level;
  /** Stays the same while only the numbers in the text change. */
  readonly kind: string;
  readonly text: string;
}

/** What the last poll brought. */
export type Contact =
  | { readonly kind: 'answered' }
  | { readonly kind: 'wants-key' }
  /** @property since seconds that it has been so. */
  | { readonly kind: 'silent'; readonly seconds: number };

/** What is to be told, the worst first; never nothing. */
export function findings(data: ConsoleData | undefined, contact: Contact): Finding[] {
  if (contact.kind === 'wants-key') {
    return [
      {
        level: 'idle',
        kind: 'key',
        text: 'This server wants an API key before it tells anything.',
      },
    ];
  }
  if (contact.kind === 'silent') {
    const text = `The server has not answered for ${duration(contact.seconds)}.`;
    return [{ level: 'bad', kind: 'silent', text }];
  }
  if (!data) {
    return [{ level: 'idle', kind: 'asking', text: 'Asking the server …' }];
  }
  if (data.status === 'loading') {
    const text = 'The model is being loaded and checked. Until then, predictions are refused.';
    return [{ level: 'warning', kind: 'loading', text }];
  }
  if (data.status === 'draining') {
    const text = 'The server is stopping: it answers what it has accepted and takes nothing new.';
    return [{ level: 'warning', kind: 'draining', text }];
  }
  const found = [...serviceFindings(data), ...trafficFindings(data)];
  return found.length > 0
    ? found.sort((a, b) => Number(b.level === 'bad') - Number(a.level === 'bad'))
    : [calm(data)];
}

export interface Recent {
  readonly seconds: number;
  readonly texts: number;
  readonly answered: number;
  readonly refused: number;
  readonly failed: number;
  /** Milliseconds: the middle of those of the steps. */
  readonly p50: number | undefined;
  readonly p99: number | undefined;
}

/** The last minute, or less where the server has not seen that much. */
export function recentOf({ now, steps, stepSeconds }: ConsoleData): Recent {
  const recent = steps.filter(({ at }) => at > now - RECENT_SECONDS);
  const first = steps[0]?.at ?? now;
  const sum = (value: (step: (typeof steps)[number]) => number): number =>
    recent.reduce((total, step) => total + value(step), 0);
  return {
    seconds: Math.max(Math.min(RECENT_SECONDS, now - first), stepSeconds),
    texts: sum(({ labels }) => Object.values(labels).reduce((total, n) => total + n, 0)),
    answered: sum(({ answered }) => answered),
    refused: sum(({ refused }) => refused),
    failed: sum(({ failed }) => failed),
    p50: median(recent.flatMap(({ latency }) => latency?.p50 ?? [])),
    p99: median(recent.flatMap(({ latency }) => latency?.p99 ?? [])),
  };
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function serviceFindings(data: ConsoleData): Finding[] {
  const { failed, refused, answered, p99 = 0 } = recentOf(data);
  const { length, capacity } = data.queue;
  const running = (data.workers.idle ?? 0) + (data.workers.busy ?? 0);
  const requests = failed + refused + answered;
  const found: (Finding | false)[] = [
    running === 0 && { level: 'bad', kind: 'workers', text: 'No worker is running.' },
    failed > 0 && {
      level: 'bad',
      kind: 'failed',
      text: `${count(failed)} of ${counted(requests, 'request')} of the last minute failed with a server error.`,
    },
    refused > 0 && {
      level: 'bad',
      kind: 'refused',
      text: `${count(refused)} of ${counted(requests, 'request')} of the last minute were turned away (429): more arrives than the workers can do.`,
    },
    refused === 0 &&
      length > QUEUE_NEARLY_FULL * capacity && {
        level: 'bad',
        kind: 'queue',
        text: `The queue is nearly full: ${count(length)} of ${counted(capacity, 'text')} wait.`,
      },
    p99 > SLOW_MS && {
      level: 'warning',
      kind: 'slow',
      text: `Answers are slow: one in a hundred takes longer than ${milliseconds(p99)}.`,
    },
  ];
  return found.filter((finding) => finding !== false);
}

function trafficFindings({ model, drift }: ConsoleData): Finding[] {
  const name = model ? modelName(model) : 'The model';
  const feature = (wanted: string): FeatureDrift | undefined =>
    drift.features.find(
      ({ feature, observations }) => feature === wanted && observations >= MIN_OBSERVATIONS,
    );
  const label = feature('label')?.stabilityIndex ?? 0;
  const unsure = shares(feature('score'), (bin) => Number(bin) <= UNSURE.score);
  const unknown = shares(feature('unknown_ratio'), (bin) => Number(bin) > 0);
  const found: (Finding | false)[] = [
    drift.foreign.length > 0 && {
      level: 'warning',
      kind: `foreign ${drift.foreign.map(({ bin }) => bin).join(' ')}`,
      text: `${foreignShares(drift.foreign)}, which ${name} was not trained on.`,
    },
    unsure.observed > unsure.reference + UNSURE.excess && {
      level: 'warning',
      kind: 'unsure',
      text: `The model is unsure: ${percent(unsure.observed)} of its predictions have a score of ${UNSURE.score} or less; in training ${percent(unsure.reference)}.`,
    },
    label > CHANGED && {
      level: 'warning',
      kind: 'labels',
      text: `The labels predicted are not mixed as in training: stability index ${label.toFixed(2)}.`,
    },
    unknown.observed > unknown.reference + UNKNOWN_EXCESS && {
      level: 'warning',
      kind: 'unknown',
      text: `${percent(unknown.observed)} of the texts have tokens that the vocabulary does not know.`,
    },
  ];
  return found.filter((finding) => finding !== false);
}

/** `34 % of the texts of the last 5 minutes are German (de) and 5 % French (fr)` */
function foreignShares(foreign: ConsoleData['drift']['foreign']): string {
  const [first, ...others] = foreign.map(({ bin, observed }) => ({
    share: percent(observed),
    language: languageWithCode(bin),
  }));
  return listed([
    `${first?.share} of the texts of the last 5 minutes are ${first?.language}`,
    ...others.map(({ share, language }) => `${share} ${language}`),
  ]);
}

function shares(drift: FeatureDrift | undefined, wanted: (bin: string) => boolean) {
  const bins = drift?.bins.filter(({ bin }) => wanted(bin)) ?? [];
  return {
    observed: bins.reduce((sum, { observed }) => sum + observed, 0),
    reference: bins.reduce((sum, { reference }) => sum + reference, 0),
  };
}

/** A few texts in foreign languages are strays, unless hardly any others came. */
const STRAYS = 0.02;

function calm(data: ConsoleData): Finding {
  const { texts, seconds, p99 } = recentOf(data);
  const { known } = data.drift;
  const shares = languageShares(data);
  const foreign = shares.filter(({ familiarity }) => familiarity === 'foreign');
  const sum = (of: readonly LanguageShare[]): number => of.reduce((n, { count }) => n + count, 0);
  const names = listed(foreign.map(({ language }) => languageName(language)));

  if (sum(foreign) > STRAYS * sum(shares)) {
    const text = `Ready. ${count(sum(foreign))} of ${counted(sum(shares), 'text')} of the last 5 minutes: ${names}, which the model was not trained on. Too few to judge.`;
    return { level: 'idle', kind: 'few', text };
  }
  if (texts === 0) {
    return { level: 'idle', kind: 'idle', text: 'Ready, and idle: no text in the last minute.' };
  }
  const languages =
    known.length === 0
      ? 'languages not judged: the version has no profile'
      : foreign.length === 0
        ? 'all in languages that the model knows'
        : `nearly all in languages that the model knows (strays: ${names})`;
  const speed = p99 === undefined ? '' : `, p99 ${milliseconds(p99)}`;
  const text = `All is well: ${rate(texts / seconds)} texts/s${speed}, ${languages}.`;
  return { level: 'good', kind: 'good', text };
}

/** `v1.2.0 · fbd5e27f` */
export function versionWords({ model }: ConsoleData): string {
  return model ? [model.tag, shortCommit(model.commit)].filter(Boolean).join(' · ') : '';
}
