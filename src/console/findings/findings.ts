/** What there is to say of server and traffic, and what to do about it, out of the alarms that were raised. */
import type { FiringAlert } from '../../api/console.ts';
import type { Finding } from '../../api/finding.ts';
import { languageName, UNDETERMINED } from '../../terminal/languages.ts';
import { listed, milliseconds, modelName, percent, rate } from '../../terminal/quantities.ts';
import { driftFindings } from './drift.ts';
import type { Facts } from './facts.ts';
import { withLanguages } from './fleet-languages.ts';
import { runbookStep } from './next-steps.ts';
import { serviceFindings } from './service.ts';

/** At least one finding, the most serious first. */
export function findingsOf(facts: Facts): readonly Finding[] {
  const { status, fleet } = facts;
  const alerts = fleet.status === 'ok' ? fleet.alerts : [];
  const local =
    status === 'ready'
      ? [...serviceFindings(facts.alarms), ...driftFindings(withLanguages(facts, alerts))]
      : [notReadyFinding(status)];
  const found = withAlerts(local, alerts);
  return found.length > 0 ? found.sort(bySeverity) : [healthyFinding(facts)];
}

const SEVERITIES: readonly Finding['severity'][] = ['act', 'look', 'fine'];

function bySeverity(a: Finding, b: Finding): number {
  return SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
}

function notReadyFinding(status: 'loading' | 'draining'): Finding {
  const text = {
    loading: 'The model is being loaded and checked. Until then, predictions are refused.',
    draining: 'The server is stopping: it answers what it has accepted and takes nothing new.',
  }[status];
  return { severity: 'look', kind: status, text, steps: [runbookStep('ClassifierNotReady')] };
}

/** The alerts that fire: what is a finding already goes on as that one. */
function withAlerts(found: readonly Finding[], alerts: readonly FiringAlert[]): Finding[] {
  const hasAlert = ({ steps }: Finding, name: string): boolean =>
    steps.some((step) => step.type === 'runbook' && step.alert === name);
  const merged = found.map((finding) => {
    const own = alerts.filter(({ alert }) => hasAlert(finding, alert));
    return own.length === 0
      ? finding
      : {
          ...finding,
          severity: own.some(({ severity }) => severity === 'page') ? 'act' : finding.severity,
          firingSince: Math.min(...own.map(({ since }) => since)),
        };
  });
  const others = alerts.filter(({ alert }) => !found.some((finding) => hasAlert(finding, alert)));
  return [
    ...merged,
    ...others.map(
      ({ alert, severity, summary, since }, i): Finding => ({
        severity: severity === 'page' ? 'act' : 'look',
        kind: `alert ${alert} ${i}`,
        text: summary,
        steps: [runbookStep(alert)],
        firingSince: since,
      }),
    ),
  ];
}

function healthyFinding({ model, recent, lasting, drift }: Facts): Finding {
  const name = model ? modelName(model) : 'The model';
  const finding = (kind: string, text: string): Finding => ({
    ...{ severity: 'fine', kind, text, steps: [] },
  });
  if (recent.texts === 0) {
    return finding('idle', `${name} is ready. No text has arrived in the last minute.`);
  }
  const speed = recent.latency ? `, p99 ${milliseconds(recent.latency.p99)}` : '';
  const traffic = `${name} answers ${rate(recent.texts / recent.seconds)} texts/s${speed}`;
  return finding('good', `${traffic}; ${languagesText(drift, lasting.texts)}.`);
}

/** Shares below the threshold of the alarm are named all the same. */
function languagesText({ known, features }: Facts['drift'], texts: number): string {
  if (known.length === 0) {
    return 'languages are not judged: the version has no profile';
  }
  const bins = features.find(({ feature }) => feature === 'language')?.bins ?? [];
  const foreign = bins
    .filter(({ bin, count }) => count > 0 && bin !== UNDETERMINED && !known.includes(bin))
    .sort((a, b) => b.count - a.count);
  if (foreign.length === 0) {
    return 'all in languages that it was trained on';
  }
  const count = foreign.reduce((sum, bin) => sum + bin.count, 0);
  const names = foreign.map(({ bin }) => languageName(bin));
  const shown = names.length > 3 ? [...names.slice(0, 2), `${names.length - 2} others`] : names;
  return `${percent(count / Math.max(texts, count))} in other languages (${listed(shown)})`;
}
