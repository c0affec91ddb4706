/** The state of server and traffic in sentences, out of the alarms that the server reports. */
import type { ConsoleData } from '../../api/console.ts';
import { languageName } from '../../terminal/languages.ts';
import {
  count,
  counted,
  duration,
  languageWithCode,
  listed,
  milliseconds,
  minutes,
  modelName,
  percent,
  rate,
  shortCommit,
} from './format.ts';
import { type LanguageShare, languageShares } from './languages.ts';
import type { State } from './state.ts';

export type Level = 'bad' | 'warning' | 'idle' | 'good';

export interface Finding {
  readonly level: Level;
  /** Stays the same while only the numbers in the text change. */
  readonly kind: string;
  readonly text: string;
  /** Versions that know the foreign languages, those that know most of them first. */
  readonly offers?: readonly Offer[];
}

export interface Offer {
  /** The tag, or the commit. */
  readonly version: string;
  readonly text: string;
  /** It is not compared yet, and the page can change that. */
  readonly canCompare: boolean;
}

/** At least one finding, the most serious first. */
export function findings({
  data,
  contact,
  ageSeconds,
}: Pick<State, 'data' | 'contact' | 'ageSeconds'>): Finding[] {
  if (contact === 'needs-key') {
    return [finding('idle', 'key', 'The server wants an API key.')];
  }
  if (contact === 'silent') {
    const text = `The server has not answered for ${duration(ageSeconds)}.`;
    return [finding('bad', 'silent', text)];
  }
  if (!data) {
    return [finding('idle', 'connecting', 'Waiting for the server …')];
  }
  if (data.status !== 'ready') {
    return [finding('warning', data.status, NOT_READY[data.status])];
  }
  const found = [...serviceFindings(data), ...driftFindings(data)];
  return found.length > 0
    ? found.sort((a, b) => Number(b.level === 'bad') - Number(a.level === 'bad'))
    : [healthyFinding(data)];
}

const NOT_READY = {
  loading: 'The model is being loaded and checked. Until then, predictions are refused.',
  draining: 'The server is stopping: it answers what it has accepted and takes nothing new.',
};

function finding(level: Level, kind: string, text: string): Finding {
  return { level, kind, text };
}

function serviceFindings({ alarms }: ConsoleData): Finding[] {
  const found: Finding[] = [];
  const add = (...args: Parameters<typeof finding>) => found.push(finding(...args));
  const { failedRequests, refusedRequests, queueNearlyFull, slowAnswers } = alarms;
  const share = (alarm: { count: number; requests: number }): string =>
    `${count(alarm.count)} of ${counted(alarm.requests, 'request')} of the last minute`;
  if (alarms.noWorker) {
    add('bad', 'workers', 'No worker is running.');
  }
  if (failedRequests) {
    add('bad', 'failed', `${share(failedRequests)} failed with a server error.`);
  }
  if (refusedRequests) {
    const reason = 'more arrives than the workers can do';
    add('bad', 'refused', `${share(refusedRequests)} were turned away (429): ${reason}.`);
  } else if (queueNearlyFull) {
    const { length, capacity } = queueNearlyFull;
    const waiting = `${count(length)} of ${counted(capacity, 'text')} wait`;
    add('bad', 'queue', `The queue is nearly full: ${waiting}.`);
  }
  if (slowAnswers) {
    const time = milliseconds(slowAnswers.p99);
    add('warning', 'slow', `Answers are slow: one in a hundred takes longer than ${time}.`);
  }
  return found;
}

const NAMES: Readonly<Record<string, string>> = {
  score: 'scores',
  length: 'lengths',
  topic: 'topics',
};

function foreignLanguagesOf({ drift }: ConsoleData): { bin: string; observed: number }[] {
  return drift.alarms
    .filter(({ kind }) => kind === 'foreign_language')
    .map(({ bin, observed }) => ({ bin: bin ?? '', observed }));
}

function driftFindings(data: ConsoleData): Finding[] {
  const found: Finding[] = [];
  const add = (kind: string, text: string) => found.push(finding('warning', kind, text));
  const foreign = foreignLanguagesOf(data);
  if (foreign.length > 0) {
    const kind = `foreign ${foreign.map(({ bin }) => bin).join(' ')}`;
    found.push({ ...finding('warning', kind, foreignText(data)), offers: offersOf(data) });
  }
  for (const alarm of data.drift.alarms) {
    const { kind, bin, reference, measure, observed, expected } = alarm;
    const usual = reference === 'training' ? 'in training' : 'usually';
    if (kind === 'undetermined') {
      const shares = `${percent(observed)} of the texts have no known language`;
      add(kind, `${shares}; ${usual} ${percent(expected)}.`);
    } else if (kind === 'label_mix') {
      add(kind, `${percent(observed)} of the labels are ${bin}; ${usual} ${percent(expected)}.`);
    } else if (measure === 'stability_index') {
      const index = `stability index ${observed.toFixed(2)}`;
      add(kind, `The ${NAMES[kind]} of the texts are not as usual: ${index}.`);
    } else if (kind === 'unknown_tokens') {
      const share = percent(observed);
      add('unknown', `${share} of the texts have tokens that the vocabulary does not know.`);
    }
  }
  return found;
}

/** `34 % of the texts of the last 5 minutes are German (de) and 5 % French (fr), which …` */
function foreignText(data: ConsoleData): string {
  const { model, drift } = data;
  const [first, ...others] = foreignLanguagesOf(data).map(({ bin, observed }) => ({
    share: percent(observed),
    language: languageWithCode(bin),
  }));
  const languages = listed([
    `${first?.share} of the texts of the last ${minutes(drift.windowSeconds)} are ${first?.language}`,
    ...others.map(({ share, language }) => `${share} ${language}`),
  ]);
  return `${languages}, which ${model ? modelName(model) : 'The model'} was not trained on.`;
}

const MAX_OFFERS = 3;

/** `v2.0.0 knows German.` */
function offersOf(data: ConsoleData): Offer[] {
  const { versions, candidate, admin } = data;
  const foreign = foreignLanguagesOf(data).map(({ bin }) => bin);
  return versions
    .map((each) => ({ ...each, known: foreign.filter((name) => each.languages.includes(name)) }))
    .filter(({ known }) => known.length > 0)
    .sort((a, b) => b.known.length - a.known.length)
    .slice(0, MAX_OFFERS)
    .map(({ commit, tag, known }) => {
      const isCompared = commit === candidate?.commit;
      const text = `${tag ?? shortCommit(commit)} knows ${listed(known.map(languageName))}`;
      return {
        version: tag ?? commit,
        text: isCompared ? `${text}, and is compared now.` : `${text}.`,
        canCompare: !isCompared && admin === 'here',
      };
    });
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
    const share = `${count(sum(foreign))} of ${counted(sum(shares), 'text')}`;
    const text = `${share} of the last ${minutes(windowSeconds)}: ${names}, which the model was not trained on`;
    return finding('idle', 'few', `Ready. ${text}. Too few to judge.`);
  }
  if (texts === 0) {
    return finding('idle', 'idle', 'Ready, and idle: no text in the last minute.');
  }
  const languages =
    known.length === 0
      ? 'languages not judged: the version has no profile'
      : foreign.length === 0
        ? 'all in languages that the model knows'
        : `nearly all in languages that the model knows (strays: ${names})`;
  const speed = latency ? `, p99 ${milliseconds(latency.p99)}` : '';
  const text = `All is well: ${rate(texts / seconds)} texts/s${speed}, ${languages}.`;
  return finding('good', 'good', text);
}
