/** Languages that raise an alert over all replicas are alarms here too: with their share of all traffic. */
import type { DriftAlarm, FiringAlert } from '../../api/console.ts';
import { UNDETERMINED } from '../../terminal/languages.ts';
import { minutes } from '../../terminal/quantities.ts';
import type { Facts } from './facts.ts';

export function withLanguages(facts: Facts, alerts: readonly FiringAlert[]): Facts {
  const { drift } = facts;
  // Those that page come first: of two alerts of one language, that one counts.
  const ofFleet = alerts.flatMap((alert, i) => {
    const isFirst = alerts.findIndex(({ language }) => language === alert.language) === i;
    return isFirst ? (alarmOf(alert, drift) ?? []) : [];
  });
  const isOfFleet = ({ feature, bin }: DriftAlarm): boolean =>
    ofFleet.some((alarm) => alarm.feature === feature && alarm.bin === bin);
  const all = [...ofFleet, ...drift.alarms.filter((alarm) => !isOfFleet(alarm))];
  const ofKind = (wanted: DriftAlarm['kind']): DriftAlarm[] =>
    all.filter(({ kind }) => kind === wanted);
  const foreign = ofKind('foreign_language').sort((a, b) => b.observed - a.observed);
  // As the server orders its own: languages first. An index is no share, and is not compared with one.
  const undetermined = ofKind('undetermined');
  const others = all.filter((alarm) => ![...foreign, ...undetermined].includes(alarm));
  return { ...facts, drift: { ...drift, alarms: [...foreign, ...undetermined, ...others] } };
}

/**
 * What the share of a language is a share of. The value of an alert is from the window that raised it, of a
 * minute, of five or of an hour.
 */
export function textsOf({ drift, fleet }: Facts, language: string | null): string {
  const isOfFleet =
    fleet.status === 'ok' && fleet.alerts.some((alert) => alert.language === language);
  return isOfFleet
    ? 'the latest texts of all replicas'
    : `the texts of the last ${minutes(drift.windowSeconds)}`;
}

/** Undefined where the alert is not of a language. */
function alarmOf(
  { alert, language, severity, value }: FiringAlert,
  { features, alarms }: Facts['drift'],
): DriftAlarm | undefined {
  if (language === undefined) {
    return undefined;
  }
  const same = alarms.find(({ feature, bin }) => feature === 'language' && bin === language);
  const bins = features.find(({ feature }) => feature === 'language')?.bins;
  return {
    kind: language === UNDETERMINED ? 'undetermined' : 'foreign_language',
    ...{ feature: 'language', bin: language, reference: 'training', measure: 'share' },
    expected: bins?.find(({ bin }) => bin === language)?.reference ?? 0,
    threshold: 0,
    ...same,
    ...{ severity, alert, observed: value },
    runbook: `docs/runbook.md#${alert.toLowerCase()}`,
  };
}
