// Invented texts, of the phrases that `simulate` sends.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../tools/launch.mjs';

const pick = (list) => list[Math.floor(Math.random() * list.length)];

function phrases(language) {
  const file = join(ROOT, 'src/simulate/phrases', `${language}.json`);
  const { slots, topics } = JSON.parse(readFileSync(file, 'utf8'));
  return (label, topic = pick(Object.keys(topics))) =>
    pick(topics[topic][label]).replace(/\{(\w+)\}/g, (_, slot) => pick(slots[slot]));
}

const LABELS = ['negative', 'neutral', 'positive'];
const languages = { en: phrases('en'), de: phrases('de') };

/** @returns a function that gives the next text; with `share`, that part of them from `other`. */
export const mixed = (usual, other, share) => () => (Math.random() < share ? other() : usual());
export const english = () => languages.en(pick(LABELS));
export const german = () => languages.de(pick(LABELS));
export const negative = () => languages.en('negative');
/** Without words, so that no language is identified. */
export const wordless = () =>
  `${pick(['17', '2026', '40', '99'])} ${pick(['!!', '...', '?!', ':)'])}`;
export const sport = () => languages.en(pick(LABELS), 'sport');
/** Several times as long as others. */
export const long = () => Array.from({ length: 4 }, english).join(' ');
export const short = () => pick(['Great game!', 'So late again.', 'Not bad', 'I love it']);
/** Signs that no vocabulary has. */
export const hieroglyphs = () => `Look at this ${pick(['𓀀', '𓂀', '𓃠', '𓆏'])}${pick(['𓋹', '𓏏'])}`;
