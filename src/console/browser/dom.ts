/**
 * Elements out of data. Texts of strangers become text nodes and attributes, never markup.
 */

type Child = Node | string | undefined;

/** An element with attributes and children. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** An element of the page itself. @throws where index.html has none of that id. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) {
    throw new Error(`The page has no element with the id ${id}`);
  }
  return found as T;
}

/** Sets a text only where it differs, so that a selection in it survives. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) {
    target.textContent = text;
  }
}

/** A bar that says again, for the eye, what a number beside it says. @param share from 0 to 1. */
export function bar(share: number, className = ''): HTMLElement {
  const made = element('span', { class: `bar ${className}`.trim(), 'aria-hidden': 'true' });
  setShare(made, share);
  return made;
}

export function setShare(target: HTMLElement, share: number): void {
  target.style.setProperty('--share', String(Math.min(Math.max(share, 0), 1)));
}

/** A short text in the place of data that are not there. */
export function placeholder(text: string): HTMLElement {
  return element('p', { class: 'empty' }, text);
}

/** A row of header cells. */
export function headerRow(...names: readonly string[]): HTMLElement {
  return element('tr', {}, ...names.map((name) => element('th', { scope: 'col' }, name)));
}
