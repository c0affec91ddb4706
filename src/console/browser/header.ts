/** The top of the page: what is served, whether it is well, how fresh that is. */
import { byId, element, setText } from './dom.ts';
import { duration, timeOfDay } from './format.ts';
import type { Poll } from './poll.ts';
import { type Finding, findings, type Level, versionWords } from './status.ts';

/** For the title of the tab. */
const MARKS: Readonly<Record<Level, string>> = { bad: '✖ ', warning: '▲ ', idle: '', good: '' };
/** Data older than this are not live, whatever the reason. */
const STALE_SECONDS = 10;

export function showHeader(poll: Poll): void {
  const { data, contact } = poll;
  const found = findings(data, contact);
  const [worst, ...others] = found as [Finding, ...Finding[]];

  if (data?.model) {
    setText(byId('name'), data.model.name);
    setText(byId('version'), versionWords(data));
  }
  const state = stateOf(poll);
  byId('state').dataset.state = state;
  setText(byId('state'), state);
  setText(byId('freshness'), freshness(poll));

  byId('verdict').dataset.level = worst.level;
  setText(byId('headline'), worst.text);
  showFurther(others);
  document.title = `${MARKS[worst.level]}${data?.model?.name ?? 'tweet-sentiment'}`;
  document.body.classList.toggle('stale', contact.kind === 'silent');
  announce(found);
}

function stateOf({ data, contact }: Poll): string {
  switch (contact.kind) {
    case 'silent':
      return 'unreachable';
    case 'wants-key':
      return 'locked';
    case 'answered':
      return data?.status ?? 'connecting';
  }
}

function freshness({ data, age, paused, contact }: Poll): string {
  if (!data) {
    return '';
  }
  if (paused) {
    return `paused at ${timeOfDay(data.now)}`;
  }
  return contact.kind === 'silent' || age > STALE_SECONDS
    ? `as of ${duration(age)} ago`
    : `live, ${timeOfDay(data.now)}`;
}

function showFurther(others: readonly Finding[]): void {
  const list = byId('further');
  while (list.children.length > others.length) {
    list.lastElementChild?.remove();
  }
  others.forEach(({ text }, i) => {
    const item = list.children[i] ?? list.appendChild(element('li'));
    setText(item, text);
  });
}

let announced = '';

/** Read out when something else is the matter, not each time that a number changes. */
function announce(found: readonly Finding[]): void {
  const kinds = found.map(({ kind }) => kind).join();
  if (kinds !== announced) {
    announced = kinds;
    setText(byId('announcement'), found.map(({ text }) => text).join(' '));
  }
}
