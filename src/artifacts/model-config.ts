/** What the classifier needs of `config.json` and `tokenizer.json`. */
import { type ModelFiles, parseJsonFile } from './read.ts';
import type { TokenizerJson } from './tokenizer-json.ts';

export interface ModelConfig {
  /** In the order of the logits. */
  readonly labels: readonly string[];
  /** Tokens that the model can take, special ones included. */
  readonly window: number;
  readonly padId: number;
  /** Padding takes part only in attention; everything else is computed for tokens only. */
  readonly paddingFree: boolean;
  readonly tokenizer: TokenizerJson;
}

/** Positions of a model whose `config.json` has none. */
const DEFAULT_POSITIONS = 512;

/**
 * Reads `config.json` and `tokenizer.json`.
 *
 * The window is the tokenizer's truncation length where it has one, else the number of the model's
 * position embeddings (RoBERTa and its relatives reserve the first `pad_token_id + 1` of them).
 *
 * @throws ModelError `unfit`, naming file and key.
 */
export function readModelConfig(files: ModelFiles): ModelConfig {
  const config = parseJsonFile(files, 'config.json');
  const tokenizer = parseJsonFile(files, 'tokenizer.json');
  const padId = tokenizer.padding?.pad_id ?? config.pad_token_id ?? 0;
  const reserved = /roberta|camembert/.test(config.model_type ?? '') ? padId + 1 : 0;
  const positions = (config.max_position_embeddings ?? DEFAULT_POSITIONS) - reserved;
  const window = Math.min(tokenizer.truncation?.max_length ?? positions, positions);
  // JavaScript lists keys that are integers in ascending order.
  const labels = Object.values(config.id2label);
  return { labels, window, padId, paddingFree: config.padding_free ?? false, tokenizer };
}
