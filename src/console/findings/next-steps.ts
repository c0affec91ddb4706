/** What a reader can do next: the texts, the runbook, commands to copy, versions that know a language. */
import type { ConsoleData, DriftAlarm } from '../../api/console.ts';
import type { NextStep } from '../../api/finding.ts';
import { languageName } from '../../terminal/languages.ts';
import { listed, shortCommit } from '../../terminal/quantities.ts';
import { quoteWord } from '../../terminal/shell.ts';
import type { Facts } from './facts.ts';

/** As the documents write it. */
const PROGRAM = 'node dist/main.js';

export function runbookStep(alert: string): NextStep {
  return { type: 'runbook', text: `Runbook: ${alert}`, alert };
}

export function textsStep(text: string, feature: string, bins: readonly string[]): NextStep {
  return { type: 'texts', text, feature, bins };
}

/** @param options of `logs`. */
export function logsStep(logFile: string | undefined, options: string): NextStep {
  const command =
    logFile === undefined
      ? `docker compose logs --no-log-prefix server | ${PROGRAM} logs ${options}`
      : `${PROGRAM} logs ${quoted(logFile)} ${options} --since 10m`;
  return { type: 'command', text: 'Read them in the log', command };
}

/** @param reference what the alarm compared the traffic with. */
export function driftStep(
  { logFile, baselines }: Pick<Facts, 'logFile' | 'baselines'>,
  reference: DriftAlarm['reference'],
): NextStep {
  const isNormal = reference === 'normal' && baselines !== undefined;
  const options = isNormal ? ` --reference normal --baselines ${quoted(baselines)}` : '';
  const command =
    logFile === undefined
      ? `docker compose logs --no-log-prefix server | ${PROGRAM} drift${options}`
      : `${PROGRAM} drift ${quoted(logFile)} --since 1h${options}`;
  const text = `Compare the log with the ${isNormal ? 'normal traffic' : 'training data'}`;
  return { type: 'command', text, command };
}

/** A file name as a word of a shell. */
function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : quoteWord(text);
}

const MAX_VERSIONS = 3;

/** The versions that were trained on some of the languages, those that know most of them first. */
export function versionSteps(
  {
    versions,
    model,
    candidate,
    admin,
  }: Pick<ConsoleData, 'versions' | 'model' | 'candidate' | 'admin'>,
  languages: readonly string[],
): NextStep[] {
  const found = versions
    .filter(({ commit }) => commit !== model?.commit)
    .map((each) => ({ ...each, known: languages.filter((name) => each.languages.includes(name)) }))
    .filter(({ known }) => known.length > 0)
    .sort((a, b) => b.known.length - a.known.length)
    .slice(0, MAX_VERSIONS);
  const offers = found.map(({ commit, tag, known }): NextStep => {
    const isCompared = commit === candidate?.commit;
    const trained = `${tag ?? shortCommit(commit)} was trained on ${listed(known.map(languageName))}`;
    return {
      type: 'version',
      text: isCompared ? `${trained}, and is compared now` : trained,
      version: tag ?? commit,
      canCompare: !isCompared && admin === 'here',
    };
  });
  const [best] = found;
  if (!best || !model) {
    return offers;
  }
  const command = `${PROGRAM} models diff ${shortCommit(model.commit)} ${shortCommit(best.commit)}`;
  const text = `See what ${best.tag ?? shortCommit(best.commit)} changes`;
  return [...offers, { type: 'command', text, command }];
}
