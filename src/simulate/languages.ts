/** The languages that traffic can be in, each with its phrases. */
import de from './phrases/de.json' with { type: 'json' };
import en from './phrases/en.json' with { type: 'json' };
import es from './phrases/es.json' with { type: 'json' };
import fr from './phrases/fr.json' with { type: 'json' };
import type { Phrases } from './phrases/phrases.ts';

export const LANGUAGES = { de, en, es, fr } as const satisfies Record<string, Phrases>;

/** ISO 639 code. */
export type Language = keyof typeof LANGUAGES;
