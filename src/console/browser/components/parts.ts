/** Small parts of several panels. Texts of users become text nodes and attributes, never markup. */
import { html } from 'htm/preact';
import type { ComponentChildren, VNode } from 'preact';
import { localTime } from '../format.ts';
import type { ChartSeries } from '../series.ts';

export interface Heading {
  readonly id: string;
  readonly title: string;
  readonly unit?: string | undefined;
  /** Values under the cursor of a chart; they take the place of the unit. */
  readonly reading?: string;
  readonly class: string;
}

/** A section of the page. */
export function panel(heading: Heading, ...children: ComponentChildren[]): VNode {
  const { id, title, unit, reading } = heading;
  const value = (text: string): VNode =>
    html`<p id=${`${id}-reading`} class="reading" aria-hidden="true">${text}</p>`;
  return html`
    <section class=${`panel ${heading.class}`} aria-labelledby=${`${id}-title`}>
      <div class="heading">
        <h2 id=${`${id}-title`} tabindex="-1">${title}</h2>
        ${unit && html`<p class="unit">${unit}</p>`}${reading !== undefined && value(reading)}
      </div>
      ${children}
    </section>
  `;
}

/** A section without content: its heading and the reason, in one line. */
export function foldedPanel({ id, title }: Heading, reason: string): VNode {
  return panel({ id, title, unit: reason, class: 'folded' });
}

/** For elements that the style sheet fills up to a share. @param share cut to 0 … 1. */
export function shareStyle(share: number): Record<string, string> {
  return { '--share': String(Math.min(Math.max(share, 0), 1)) };
}

/** Shows the share that a number beside it states. */
export function bar(share: number, kind = '', fill?: ChartSeries): VNode {
  const style = { ...shareStyle(share), ...(fill ? { '--fill': `var(${fill.color})` } : {}) };
  return html`<span class=${`bar ${kind}`.trim()} style=${style} aria-hidden="true" />`;
}

/** The colour of a series, and whether it is striped or dashed. */
export function swatch({ color, striped, dashed }: ChartSeries): VNode {
  const kind = striped ? 'striped' : dashed ? 'dashed' : '';
  const style = { '--color': `var(${color})` };
  return html`<span class=${`swatch ${kind}`.trim()} style=${style} aria-hidden="true" />`;
}

/** A time in UTC, with that of the reader when it is pointed at. @param seconds since 1970. */
export function time(seconds: number, format: (seconds: number) => string): VNode {
  const date = new Date(seconds * 1000);
  return html`<time datetime=${date.toISOString()} title=${localTime(date)}>${format(seconds)}</time>`;
}

/** In the place of data that are not there. */
export function empty(text: string): VNode {
  return html`<p class="empty">${text}</p>`;
}

/** Something that the reader should know: red is for what needs action. */
export function warning(text: string): VNode {
  return html`<p class="warning" data-severity="look">${text}</p>`;
}

/** Marks what raises an alarm, beside its colour. */
export function alarmMark(): VNode {
  return html`<span class="mark small" aria-hidden="true" /><span class="hidden"> (alarm)</span>`;
}

export function headerRow(...names: readonly string[]): VNode {
  return html`<thead><tr>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>`;
}

/** Which texts the reader wants to see: those of some bins of a feature. */
export interface TextFilter {
  readonly feature: string;
  readonly bins: readonly string[];
  /** `German (de)` */
  readonly name: string;
}

export type OnTexts = (filter: TextFilter) => void;

/** A name that leads to its texts. */
export function textsLink(filter: TextFilter, onTexts: OnTexts, content: ComponentChildren): VNode {
  return html`
    <button type="button" class="link" title=${`Show the newest texts: ${filter.name}`} onClick=${() => onTexts(filter)}>
      ${content}
    </button>
  ` as VNode;
}
