/** The state of server and traffic in sentences, out of the alarms that the server reports. */
import type { ConsoleData } from '../../api/console.ts';
import {
  count,
  counted,
  duration,
  languageName,
  languageWithCode,
  listed,
  milliseconds,
  minutes,
  modelName,
  percent,
  rate,
} from './format.ts';
import { type LanguageShare, languageShares } from './languages.ts';
import type { State } from './state.ts';

export type Level = 'bad' | 'warning' | 'idle' | 'good';

export interface Finding {
  readonly level: Level;
  /** Stays the same while only the numbers in the text change. */
  readonly kind: string;
  readonly text: string;
}

/** At least one finding, the most serious first. */
export function findings({
  data,
  contact,
  ageSeconds,
}: Pick<State, 'data' | 'contact' | 'ageSeconds'>): Finding[] {
  if (contact === 'needs-key') {
    return [{ level: 'idle', kind: 'key', text: 'The server wants an API key.' }];
  }
  if (contact === 'silent') {
    const text = `The server has not answered for ${duration(ageSeconds)}.`;
    return [{ level: 'bad', kind: 'silent', text }];
  }
  if (!data) {
    return [{ level: 'idle', kind: 'connecting', text: 'Waiting for the server …' }];
  }
  if (data.status === 'loading') {
    const text = 'The model is being loaded and checked. Until then, predictions are refused.';
    return [{ level: 'warning', kind: 'loading', text }];
  }
  if (data.status === 'draining') {
    const text = 'The server is stopping: it answers what it has accepted and takes nothing new.';
    return [{ level: 'warning', kind: 'draining', text }];
  }
  const found = [...serviceFindings(data), ...driftFindings(data)];
  return found.length > 0
    ? found.sort((a, b) => Number(b.level === 'bad') - Number(a.level === 'bad'))
    : [healthyFinding(data)];
}

function serviceFindings({ alarms }: ConsoleData): Finding[] {
  const { noWorker, failedRequests, refusedRequests, queueNearlyFull, slowAnswers } = alarms;
  const share = (alarm: { count: number; requests: number }): string =>
    `${count(alarm.count)} of ${counted(alarm.requests, 'request')} of the last minute`;
  const found: (Finding | false | null)[] = [
    noWorker && { level: 'bad', kind: 'workers', text: 'No worker is running.' },
    failedRequests && {
      level: 'bad',
      kind: 'failed',
      text: `${share(failedRequests)} failed with a server error.`,
    },
    refusedRequests && {
      level: 'bad',
      kind: 'refused',
      text: `${share(refusedRequests)} were turned away (429): more arrives than the workers can do.`,
    },
    !refusedRequests &&
      queueNearlyFull && {
        level: 'bad',
        kind: 'queue',
        text: `The queue is nearly full: ${count(queueNearlyFull.length)} of ${counted(queueNearlyFull.capacity, 'text')} wait.`,
      },
    slowAnswers && {
      level: 'warning',
      kind: 'slow',
      text: `Answers are slow: one in a hundred takes longer than ${milliseconds(slowAnswers.p99)}.`,
    },
  ];
  return found.filter((finding) => finding !== false && finding !== null);
}

function driftFindings(data: ConsoleData): Finding[] {
  const { foreignLanguages, labelMix, scoreCollapse, unknownTokens } = data.drift.alarms;
  const found: (Finding | false | null)[] = [
    foreignLanguages.length > 0 && {
      level: 'warning',
      kind: `foreign ${foreignLanguages.map(({ bin }) => bin).join(' ')}`,
      text: foreignText(data),
    },
    scoreCollapse && {
      level: 'warning',
      kind: 'unsure',
      text: `The model is unsure: ${percent(scoreCollapse.observed)} of its predictions have a score of ${scoreCollapse.maxScore} or less; in training ${percent(scoreCollapse.reference)}.`,
    },
    labelMix && {
      level: 'warning',
      kind: 'labels',
      text: `The labels predicted are not mixed as in training: stability index ${labelMix.stabilityIndex.toFixed(2)}.`,
    },
    unknownTokens && {
      level: 'warning',
      kind: 'unknown',
      text: `${percent(unknownTokens.observed)} of the texts have tokens that the vocabulary does not know.`,
    },
  ];
  return found.filter((finding) => finding !== false && finding !== null);
}

/** `34 % of the texts of the last 5 minutes are German (de) and 5 % French (fr), which …` */
function foreignText({ model, drift }: ConsoleData): string {
  const [first, ...others] = drift.alarms.foreignLanguages.map(({ bin, observed }) => ({
    share: percent(observed),
    language: languageWithCode(bin),
  }));
  const languages = listed([
    `${first?.share} of the texts of the last ${minutes(drift.windowSeconds)} are ${first?.language}`,
    ...others.map(({ share, language }) => `${share} ${language}`),
  ]);
  return `${languages}, which ${model ? modelName(model) : 'The model'} was not trained on.`;
}

/** Up to this share, texts in foreign languages are named, but do not change the status. */
const MAX_STRAY_SHARE = 0.02;

function healthyFinding(data: ConsoleData): Finding {
  const { texts, seconds, latency } = data.recent;
  const { known, windowSeconds } = data.drift;
  const shares = languageShares(data);
  const foreign = shares.filter(({ familiarity }) => familiarity === 'foreign');
  const sum = (of: readonly LanguageShare[]): number => of.reduce((n, { count }) => n + count, 0);
  const names = listed(foreign.map(({ language }) => languageName(language)));

  if (sum(foreign) > MAX_STRAY_SHARE * sum(shares)) {
    const text = `Ready. ${count(sum(foreign))} of ${counted(sum(shares), 'text')} of the last ${minutes(windowSeconds)}: ${names}, which the model was not trained on. Too few to judge.`;
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
  const speed = latency ? `, p99 ${milliseconds(latency.p99)}` : '';
  const text = `All is well: ${rate(texts / seconds)} texts/s${speed}, ${languages}.`;
  return { level: 'good', kind: 'good', text };
}
