/** Colours. */
import { styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];

/** Puts a style around a text, or returns the text as it is. */
export type Paint = (style: Style, text: string) => string;

export function createPaint(isColoured: boolean): Paint {
  return (style, text) => (isColoured ? styleText(style, text, { validateStream: false }) : text);
}

/** Whether a stream gets colours: Node considers NO_COLOR, FORCE_COLOR and the terminal. */
export function isColoured(stream: NodeJS.WritableStream): boolean {
  return styleText('bold', 'x', { stream }) !== 'x';
}
