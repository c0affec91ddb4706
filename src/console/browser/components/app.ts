/** The whole page between skip link and footer. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Actions, State } from '../state.ts';
import { DriftPanel } from './drift-panel.ts';
import { FeedbackPanel } from './feedback-panel.ts';
import { Header } from './header.ts';
import { LanguagesPanel } from './languages-panel.ts';
import { LoadPanel } from './load-panel.ts';
import { ModelPanel } from './model-panel.ts';
import { PredictionsPanel } from './predictions-panel.ts';
import { TrafficPanels } from './traffic-panels.ts';
import { TryPanel } from './try-panel.ts';

export function App({ state, actions }: { state: State; actions: Actions }): VNode {
  const { data, card, cardError } = state;
  // The header changes every second, the panels with the data only.
  const panels = useMemo(
    () => html`
      <main id="main">
        <${TryPanel} data=${data} onAnswer=${actions.refresh} />
        <${LanguagesPanel} data=${data} />
        <${TrafficPanels} data=${data} />
        <${DriftPanel} data=${data} />
        <${LoadPanel} data=${data} />
        <${FeedbackPanel} data=${data} />
        <${PredictionsPanel} data=${data} />
        <${ModelPanel} card=${card} error=${cardError} />
      </main>
    `,
    [data, card, cardError, actions],
  );
  return html`<${Header} state=${state} actions=${actions} />${panels}` as VNode;
}
