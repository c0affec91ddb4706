/** The top of the page: the version that serves, the state of server and traffic, the age of the data. */
import { html } from 'htm/preact';
import { h, type VNode } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { type Finding, findings, type Level } from '../findings.ts';
import { duration, timeOfDay, versionName } from '../format.ts';
import type { Actions, State } from '../state.ts';
import { KeyForm } from './key-form.ts';

/** For the title of the tab. */
const MARKS: Readonly<Record<Level, string>> = { bad: '✖ ', warning: '▲ ', idle: '', good: '' };
/** Older data are not live, whatever the reason. */
const MAX_LIVE_SECONDS = 10;

interface Props {
  readonly state: State;
  readonly actions: Actions;
  /** Called with a version that the reader wants to compare. */
  readonly onCompare: (version: string) => void;
}

export function Header({ state, actions, onCompare }: Props): VNode {
  const { data, contact, isPaused, isKeyRefused } = state;
  const found = findings(state);
  const [first, ...others] = found as [Finding, ...Finding[]];
  const name = data?.model?.name ?? 'tweet-sentiment';
  const status = statusOf(state);
  useEffect(() => {
    document.title = `${MARKS[first.level]}${name}`;
    document.body.classList.toggle('stale', contact === 'silent');
  }, [first.level, name, contact]);
  // Read aloud when the kinds of findings change, not each time that a number changes.
  const kinds = found.map(({ kind }) => kind).join();
  const announcement = useMemo(() => found.map(({ text }) => text).join(' '), [kinds]);

  return html`
    <header>
      <div class="identity">
        <h1 id="name">${name}</h1>
        <span id="version" class="version">${data?.model && versionName(data.model)}</span>
        <span id="state" class="state" data-state=${status}>${status}</span>
        <p class="scope">
          <span>This replica, last 15 minutes</span>
          <span id="freshness" class="freshness">${freshness(state)}</span>
          <button id="pause" type="button" onClick=${actions.togglePause}>
            ${isPaused ? 'Go on' : 'Pause'}
          </button>
        </p>
      </div>
      <div id="verdict" class="verdict" data-level=${first.level}>
        <span class="mark" aria-hidden="true" />
        <div>
          <p id="headline" class="headline">${first.text}</p>
          ${offers(first, onCompare)}
          <ul id="further" class="further">
            ${others.map((each) => html`<li key=${each.kind}>${each.text}${offers(each, onCompare)}</li>`)}
          </ul>
        </div>
      </div>
      <p id="announcement" class="hidden" role="status">${announcement}</p>
      ${h(KeyForm, {
        isNeeded: contact === 'needs-key',
        isRefused: isKeyRefused,
        onKey: actions.enterKey,
      })}
    </header>
  `;
}

function offers({ offers = [] }: Finding, onCompare: (version: string) => void): VNode[] {
  return offers.map(
    ({ version, text, canCompare }) =>
      html`
      <p key=${version} class="offer">
        ${text}${' '}
        ${
          canCompare &&
          html`<button type="button" aria-label=${`Compare ${version}`} onClick=${() => onCompare(version)}>
            Compare it
          </button>`
        }
      </p>
    ` as VNode,
  );
}

function statusOf({ data, contact }: State): string {
  const status = data?.status ?? 'connecting';
  return { silent: 'unreachable', 'needs-key': 'locked', answered: status }[contact];
}

function freshness({ data, ageSeconds, isPaused, contact }: State): string {
  if (!data) {
    return '';
  }
  if (isPaused) {
    return `paused at ${timeOfDay(data.now)}`;
  }
  return contact === 'silent' || ageSeconds > MAX_LIVE_SECONDS
    ? `as of ${duration(ageSeconds)} ago`
    : `live, ${timeOfDay(data.now)}`;
}
