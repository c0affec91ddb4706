/** The page below the skip link. */
import { html } from 'htm/preact';
import { h, type VNode } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { ConsoleData } from '../../../api/console.ts';
import { CHARTS, plotsOf } from '../plots.ts';
import { fleetSource, replicaSource } from '../series.ts';
import type { Actions, State } from '../state.ts';
import { ChartPanel } from './chart-panel.ts';
import { driftRows } from './drift.ts';
import { confusionTable } from './feedback.ts';
import { header } from './header.ts';
import { LanguageTable } from './language-table.ts';
import { load } from './load.ts';
import { modelCard } from './model-card.ts';
import { ModelsPanel } from './models-panel.ts';
import { foldedPanel, panel, type TextFilter, warning } from './parts.ts';
import { PredictionsTable } from './predictions-table.ts';
import { RunbookDialog } from './runbook.ts';
import { Status } from './status.ts';
import { TryPanel } from './try-panel.ts';

interface Props {
  readonly state: State;
  readonly actions: Actions;
}

export function App({ state, actions }: Props): VNode {
  const [wanted, setWanted] = useState<string>();
  const [filter, setFilter] = useState<TextFilter>();
  const [alert, setAlert] = useState<string>();
  useEffect(() => {
    if (filter) {
      reveal('predictions-title');
    }
  }, [filter]);
  const onCompare = (version: string): void => {
    setWanted(version);
    reveal('models-title');
  };
  const { data, card, cardError, scope, fleet, contact } = state;
  // The top changes every second, the panels only with what they show.
  const panels = h(Panels, {
    ...{ state, actions, wanted, filter, onFilter: setFilter },
    onShown: () => setWanted(undefined),
  });
  const unchanged = useMemo(() => panels, [data, card, cardError, scope, fleet, wanted, filter]);
  return html`
    ${header(state, actions)}
    <main id="main">
      ${h(Status, { state, actions, onCompare, onTexts: setFilter, onRunbook: setAlert })}
      ${contact !== 'needs-key' && unchanged}
    </main>
    ${
      alert &&
      h(RunbookDialog, { alert, commit: data?.model?.commit, onClose: () => setAlert(undefined) })
    }
    <footer>
      <p>
        Times are in UTC; point at one for your own. ${data?.fleet.status === 'off' && SETTINGS_HINT}
      </p>
    </footer>
  ` as VNode;
}

const SETTINGS_HINT =
  'Numbers are of this replica. With PROMETHEUS_URL, charts and alerts are of all replicas.';

/** Shows a heading, and goes on from there by keyboard. */
function reveal(id: string): void {
  const heading = document.getElementById(id);
  heading?.scrollIntoView({ block: 'start' });
  heading?.focus({ preventScroll: true });
}

interface PanelsProps extends Props {
  /** A version that the reader wants to compare. */
  readonly wanted: string | undefined;
  readonly onShown: () => void;
  readonly filter: TextFilter | undefined;
  readonly onFilter: (filter: TextFilter | undefined) => void;
}

function Panels({ state, actions, wanted, onShown, filter, onFilter }: PanelsProps): VNode {
  const { data, card, cardError } = state;
  const { source, span, problem } = useMemo(
    () => shownSource(state),
    [data, state.fleet, state.scope],
  );
  const plots = useMemo(() => data && source && plotsOf(data, source), [data, source]);
  const table =
    data && source ? h(LanguageTable, { data, source, span, onTexts: onFilter }) : html`<p />`;
  const textsOf = { feature: 'label', onTexts: onFilter };
  return html`
    <div class="panels">
      ${problem && html`<div class="wide">${warning(problem)}</div>`}
      ${h(ChartPanel, { ...CHARTS.languages, plot: plots?.languages, table })}
      ${h(ChartPanel, { ...CHARTS.requests, plot: plots?.requests })}
      ${h(ChartPanel, { ...CHARTS.latency, plot: plots?.latency })}
      ${h(ChartPanel, { ...CHARTS.labels, plot: plots?.labels, textsOf })}
      ${h(PredictionsTable, { data, filter, onFilter })}
      ${h(TryPanel, { data, onAnswer: actions.refresh })}
      ${h(ModelsPanel, { data, wanted, onShown, onChange: actions.refresh })}
      ${data?.candidate && h(ChartPanel, { ...CHARTS.agreement, plot: plots?.agreement })}
      ${data && detailPanels(data, onFilter)}
      ${panel(
        { id: 'model', title: 'Model', unit: 'commit, files, scores', class: 'wide' },
        modelCard(card, cardError),
      )}
    </div>
  `;
}

/** Those that fold where they have nothing to show. */
function detailPanels(data: ConsoleData, onFilter: PanelsProps['onFilter']): VNode[] {
  const drift = driftRows(data, onFilter);
  const feedback = confusionTable(data);
  const driftHeading = { id: 'drift', title: 'Drift', class: 'drift' };
  const feedbackHeading = { id: 'feedback', title: 'Feedback', class: 'third' };
  const { moving, changed } = data.drift.thresholds;
  const unit = `stability index against the training data, 5 min; ${moving} moving, ${changed} changed`;
  return [
    drift
      ? panel({ ...driftHeading, unit }, drift)
      : foldedPanel(driftHeading, 'Nothing to compare: no text, or the version has no profile.'),
    panel(
      { id: 'load', title: 'Queue and workers', unit: 'of this replica, now', class: 'third' },
      load(data),
    ),
    feedback
      ? panel({ ...feedbackHeading, unit: 'since the model was loaded' }, feedback)
      : foldedPanel(
          feedbackHeading,
          'None yet: “Try a text” and POST /feedback report which label is right.',
        ),
  ];
}

/** All replicas where they are wanted and Prometheus has answered. */
function shownSource({ data, scope, fleet }: State) {
  const replica = data && replicaSource(data);
  const span = replica ? `${Math.round(replica.spanSeconds / 60)} min` : '';
  if (scope === 'replica' || !fleet) {
    return { source: replica, span };
  }
  if (fleet.status === 'ok') {
    return { source: fleetSource(fleet), span: fleet.range.replace(/(?=[hd])/, ' ') };
  }
  const reason = fleet.status === 'unavailable' ? fleet.reason : 'PROMETHEUS_URL is not set';
  return { source: replica, span, problem: `This replica only: ${reason}.` };
}
