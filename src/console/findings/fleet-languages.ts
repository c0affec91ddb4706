/** Languages that raise an alert over all replicas are alarms here too: with their share of all traffic. */
import type { DriftAlarm, FiringAlert } from '../../api/console.ts';
import { UNDETERMINED } from '../../terminal/languages.ts';
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
  const alarms = [...ofFleet, ...drift.alarms.filter((alarm) => !isOfFleet(alarm))];
  alarms.sort((a, b) => b.observed - a.observed);
  return { ...facts, drift: { ...drift, alarms } };
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
