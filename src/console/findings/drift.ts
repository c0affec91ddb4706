/** Alarms of drift as findings: those of one kind are one sentence. */
import type { DriftAlarm } from '../../api/console.ts';
import type { Finding, NextStep } from '../../api/finding.ts';
import { UNDETERMINED } from '../../terminal/languages.ts';
import { languageWithCode, listed, modelName, percent } from '../../terminal/quantities.ts';
import type { Facts } from './facts.ts';
import { textsOf } from './fleet-languages.ts';
import { driftStep, logsStep, runbookStep, textsStep, versionSteps } from './next-steps.ts';

/** At least one alarm, all of one kind. */
type Alarms = readonly [DriftAlarm, ...DriftAlarm[]];

interface Sentence {
  readonly text: string;
  readonly detail?: string;
  /** Before the step to the runbook. */
  readonly steps: readonly NextStep[];
}

const SENTENCES: Readonly<Record<DriftAlarm['kind'], (alarms: Alarms, facts: Facts) => Sentence>> =
  {
    foreign_language: foreignLanguages,
    undetermined: ([{ bin, observed, expected, reference }], facts) => ({
      text: `The language of ${percent(observed)} of ${textsOf(facts, bin)} can’t be determined; ${USUALLY[reference]} ${percent(expected)}.`,
      detail:
        'They may be in a language, or a spelling of one, that the server does not recognise.',
      steps: [
        textsStep('Show these texts', 'language', [UNDETERMINED]),
        logsStep(facts.logFile, `--language ${UNDETERMINED}`),
      ],
    }),
    label_mix: (alarms, { logFile }) => {
      const bins = alarms.flatMap(({ bin }) => bin ?? []);
      const mix = alarms.map(
        ({ bin, observed, expected, reference }) =>
          `${percent(observed)} ${bin ?? ''} (${USUALLY[reference]} ${percent(expected)})`,
      );
      return {
        text: `The predicted labels have changed: ${listed(mix)}.`,
        detail: 'Either the sentiment has changed, or the predictions are wrong: read some texts.',
        steps: [
          textsStep('Show these texts', 'label', bins),
          logsStep(logFile, `--label ${bins[0] ?? ''}`),
        ],
      };
    },
    score: (alarms, facts) => changed('Scores are', alarms, facts),
    length: (alarms, facts) => changed('The lengths of the texts are', alarms, facts),
    topic: (alarms, facts) => changed('The topics of the texts are', alarms, facts),
    unknown_tokens: ([{ observed, expected, reference }], facts) => {
      const { features } = facts.drift;
      const names = features.find(({ feature }) => feature === 'unknown_ratio')?.bins ?? [];
      return {
        text: `${percent(observed)} of the texts have tokens that the vocabulary does not know; ${USUALLY[reference]} ${percent(expected)}.`,
        detail: 'Another script, new characters, or a client with a wrong encoding.',
        steps: [
          textsStep(
            'Show these texts',
            'unknown_ratio',
            names.slice(1).map(({ bin }) => bin),
          ),
          driftStep(facts, reference),
        ],
      };
    },
  };

const USUALLY: Readonly<Record<DriftAlarm['reference'], string>> = {
  training: 'in training',
  normal: 'normally',
};

export function driftFindings(facts: Facts): Finding[] {
  const { alarms } = facts.drift;
  const firsts = alarms.filter(({ kind }, i) => alarms.findIndex((a) => a.kind === kind) === i);
  return firsts.map((first) => {
    const others = alarms.filter((alarm) => alarm !== first && alarm.kind === first.kind);
    const all: Alarms = [first, ...others];
    const { steps, ...sentence } = SENTENCES[first.kind](all, facts);
    const names = all.map(({ bin }) => bin ?? '').join(' ');
    return {
      severity: all.some(({ severity }) => severity === 'page') ? 'act' : 'look',
      kind: `${first.kind} ${names}`.trim(),
      ...sentence,
      steps: [...steps, runbookStep(first.alert)],
    };
  });
}

/** `34 % of the texts of the last 5 minutes are German (de) and 5 % French (fr), which …` */
function foreignLanguages(alarms: Alarms, facts: Facts): Sentence {
  const { model, logFile } = facts;
  const texts = textsOf(facts, alarms[0].bin);
  const shares = alarms.map(({ bin, observed }, i) => {
    const language = languageWithCode(bin ?? '');
    return `${percent(observed)} ${i === 0 ? `of ${texts} are ` : ''}${language}`;
  });
  const languages = alarms.flatMap(({ bin }) => bin ?? []);
  const versions = versionSteps(facts, languages);
  // Once the versions are known, the one that serves is among them.
  const isNone = facts.versions.length > 0 && versions.length === 0;
  const none = isNone ? ' No other version here was trained on them.' : '';
  return {
    text: `${listed(shares)}, which ${model ? modelName(model) : 'the model'} was not trained on.`,
    detail: `The labels of these texts are not reliable.${none}`,
    steps: [
      textsStep('Show these texts', 'language', languages),
      ...versions,
      logsStep(logFile, `--language ${languages[0] ?? ''}`),
    ],
  };
}

function changed(subject: string, [alarm]: Alarms, facts: Facts): Sentence {
  const { feature, observed, threshold, reference } = alarm;
  const bins = facts.drift.features.find((each) => each.feature === feature)?.bins ?? [];
  const [grown] = bins.toSorted((a, b) => b.observed - b.reference - (a.observed - a.reference));
  const than = { training: 'the training data has them', normal: 'they are normally' }[reference];
  return {
    text: `${subject} not as ${than}: stability index ${observed.toFixed(2)}, above ${threshold}.`,
    steps: [
      ...(grown ? [textsStep('Show texts of the bin that grew most', feature, [grown.bin])] : []),
      driftStep(facts, reference),
    ],
  };
}
