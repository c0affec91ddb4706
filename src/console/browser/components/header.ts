/** The top of the page: the version that serves, what the charts show, the age of the data. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { FleetStatus } from '../../../api/console.ts';
import { counted, duration, versionName } from '../../../terminal/quantities.ts';
import { timeOfDay } from '../format.ts';
import { type Actions, FLEET_RANGES, type Scope, type State } from '../state.ts';
import { time } from './parts.ts';

/** Older data are not live, whatever the reason. */
const MAX_LIVE_SECONDS = 10;

export function header(state: State, actions: Actions): VNode {
  const { data, contact, isPaused } = state;
  const status = statusOf(state);
  return html`
    <header>
      <h1 id="name">${data?.model?.name ?? 'Console'}</h1>
      <p class="live">
        <span id="version" class="version">${data?.model && versionName(data.model)}</span>
        <span id="state" class="state" data-state=${status}>${status}</span>
        ${data?.fleet.status === 'ok' && html`<span class="note">${replicas(data.fleet)}</span>`}
      </p>
      <a href="/history">Model history</a>
      ${
        contact !== 'needs-key' &&
        html`
        <div class="scope">
          ${data && data.fleet.status !== 'off' ? scopes(state.scope, actions) : html`<span>This replica</span>`}
          <span id="freshness" class="freshness">${freshness(state)}</span>
          <button id="pause" type="button" onClick=${actions.togglePause}>
            ${isPaused ? 'Go on' : 'Pause'}
          </button>
        </div>
      `
      }
    </header>
  `;
}

/** `2 replicas`, or by version where they differ; and those that can't be scraped. */
function replicas({ versions, down }: Extract<FleetStatus, { status: 'ok' }>): string {
  const total = versions.reduce((sum, { replicas: n }) => sum + n, 0);
  const byVersion = versions.map(
    ({ tag, commit, replicas: n }) => `${n} × ${tag || versionName({ commit })}`,
  );
  return [
    counted(total, 'replica'),
    ...(versions.length > 1 ? [byVersion.join(', ')] : []),
    ...(down > 0 ? [`${down} down`] : []),
  ].join(' · ');
}

function scopes(chosen: Scope, { showScope }: Actions): VNode {
  const option = (scope: Scope, text: string): VNode => html`
    <label class="option">
      <input
        type="radio"
        name="scope"
        checked=${scope === chosen}
        onChange=${() => showScope(scope)}
      /><span>${text}</span>
    </label>
  `;
  return html`
    <fieldset class="scopes">
      <legend class="hidden">What the charts show</legend>
      ${option('replica', 'This replica')}
      ${FLEET_RANGES.map((range, i) => option(range, i === 0 ? `All replicas, ${range}` : range))}
    </fieldset>
  `;
}

function statusOf({ data, contact }: State): string {
  const status = data?.status ?? 'connecting';
  return { silent: 'unreachable', 'needs-key': 'locked', answered: status }[contact];
}

function freshness({ data, ageSeconds, isPaused, contact }: State): VNode | string {
  if (!data) {
    return '';
  }
  if (!isPaused && (contact === 'silent' || ageSeconds > MAX_LIVE_SECONDS)) {
    return `as of ${duration(ageSeconds)} ago`;
  }
  return html`${isPaused ? 'paused at' : 'live,'} ${time(data.now, timeOfDay)} UTC` as VNode;
}
