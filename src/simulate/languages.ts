/** The languages that traffic can be in: one list of phrases each. */
import { de } from './phrases/de.ts';
import { en } from './phrases/en.ts';
import { es } from './phrases/es.ts';
import { fr } from './phrases/fr.ts';
import type { Phrases } from './phrases/phrases.ts';

export const LANGUAGES = { de, en, es, fr } as const satisfies Record<string, Phrases>;

/** ISO 639 code. */
export type Language = keyof typeof LANGUAGES;
