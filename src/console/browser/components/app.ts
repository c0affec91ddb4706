/** The page between skip link and footer. */
import { html } from 'htm/preact';
import { h, type VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { createPalette } from '../palette.ts';
import { CHARTS, plotsOf } from '../plots.ts';
import type { Actions, State } from '../state.ts';
import { ChartPanel } from './chart-panel.ts';
import { driftRows, driftUnit } from './drift.ts';
import { confusionTable } from './feedback.ts';
import { Header } from './header.ts';
import { languageLegend } from './language-legend.ts';
import { load } from './load.ts';
import { modelCard } from './model-card.ts';
import { ModelsPanel } from './models-panel.ts';
import { panel } from './parts.ts';
import { PredictionsTable } from './predictions-table.ts';
import { TryPanel } from './try-panel.ts';

interface Props {
  readonly state: State;
  readonly actions: Actions;
}

export function App({ state, actions }: Props): VNode {
  // The header changes every second, the panels only with what they show.
  const [wanted, setWanted] = useState<string>();
  const panels = h(Panels, { state, actions, wanted, onShown: () => setWanted(undefined) });
  const { data, card, cardError } = state;
  const unchanged = useMemo(() => panels, [data, card, cardError, wanted]);
  const onCompare = (version: string): void => {
    setWanted(version);
    document.getElementById('models-title')?.scrollIntoView({ block: 'start' });
  };
  return html`${h(Header, { state, actions, onCompare })}${unchanged}` as VNode;
}

interface PanelsProps extends Props {
  /** A version that the reader wants to compare. */
  readonly wanted: string | undefined;
  readonly onShown: () => void;
}

function Panels({ state, actions, wanted, onShown }: PanelsProps): VNode {
  const { data, card, cardError } = state;
  const [palette] = useState(createPalette);
  const plots = useMemo(() => data && plotsOf(data, palette), [data]);
  const legend = data && languageLegend(data, palette);
  const agreement = { ...CHARTS.agreement, class: data?.candidate ? 'third' : 'absent' };
  const drift = { id: 'drift', title: 'Drift from the training data', class: 'drift' };
  return html`
    <main id="main">
      ${h(TryPanel, { data, onAnswer: actions.refresh })}
      ${h(ChartPanel, { ...CHARTS.languages, plot: plots?.languages, legend })}
      ${h(ChartPanel, { ...CHARTS.requests, plot: plots?.requests })}
      ${h(ChartPanel, { ...CHARTS.latency, plot: plots?.latency })}
      ${h(ChartPanel, { ...CHARTS.labels, plot: plots?.labels })}
      ${h(ModelsPanel, { data, wanted, onShown, onChange: actions.refresh })}
      ${h(ChartPanel, { ...agreement, plot: data?.candidate && plots?.agreement })}
      ${panel({ ...drift, unit: data && driftUnit(data) }, data && driftRows(data))}
      ${panel(
        { id: 'load', title: 'Queue and workers', unit: 'now', class: 'load' },
        data && load(data),
      )}
      ${panel(
        {
          id: 'feedback',
          title: 'Feedback',
          unit: 'since the model was loaded',
          class: 'feedback',
        },
        data && confusionTable(data),
      )}
      ${h(PredictionsTable, { data })}
      ${panel(
        { id: 'model', title: 'Model', unit: 'commit, files, scores', class: 'wide' },
        modelCard(card, cardError),
      )}
    </main>
  `;
}
