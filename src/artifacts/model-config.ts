/** What the classifier needs of a version's files, read once and checked. */
import { z } from 'zod';
import { ClassifierError } from '../inference/errors.ts';

/** Proven bytes of a version by path, in the layout of the Hugging Face hub. */
export type ModelFiles = ReadonlyMap<string, Buffer>;

const configSchema = z.object({
  id2label: z.record(z.string().regex(/^\d+$/), z.string().min(1)),
  max_position_embeddings: z.int().positive().optional(),
  model_type: z.string().optional(),
  pad_token_id: z.int().min(0).optional(),
  // Not of Hugging Face's: the graph computes nothing but attention for padding.
  padding_free: z.boolean().optional(),
});

const tokenizerSchema = z.looseObject({
  model: z.looseObject({ type: z.string().optional(), unk_id: z.int().nullish() }),
  truncation: z.object({ max_length: z.int().positive() }).nullish(),
  padding: z.object({ pad_id: z.int().min(0) }).nullish(),
});

/** The parts of `tokenizer.json` that the server reads itself. */
export type TokenizerJson = z.infer<typeof tokenizerSchema>;

export interface ModelConfig {
  /** In the order of the logits. */
  readonly labels: readonly string[];
  /** Tokens that the model can take, special ones included. */
  readonly window: number;
  readonly padId: number;
  /** Padding takes part in attention alone; all else is computed for tokens. */
  readonly paddingFree: boolean;
  readonly tokenizer: TokenizerJson;
}

/**
 * Reads `config.json` and `tokenizer.json`.
 *
 * The window is the tokenizer's truncation length where it has one, else what the model's position
 * embeddings hold (RoBERTa's family keeps the first `pad_token_id + 1` of them for itself).
 *
 * @throws ClassifierError `bad-model`, naming file and field.
 */
export function readModelConfig(files: ModelFiles): ModelConfig {
  const config = parseJsonFile(files, 'config.json', configSchema);
  const tokenizer = parseJsonFile(files, 'tokenizer.json', tokenizerSchema);
  const count = Object.keys(config.id2label).length;
  const labels = Array.from({ length: count }, (_, index) => {
    const label = config.id2label[index];
    if (label === undefined) {
      throw new ClassifierError('bad-model', `config.json: id2label: no label for index ${index}`);
    }
    return label;
  });
  const padId = tokenizer.padding?.pad_id ?? config.pad_token_id ?? 0;
  const reserved = /roberta|camembert/.test(config.model_type ?? '') ? padId + 1 : 0;
  const positions = (config.max_position_embeddings ?? 512) - reserved;
  const window = Math.min(tokenizer.truncation?.max_length ?? positions, positions);
  return { labels, window, padId, paddingFree: config.padding_free ?? false, tokenizer };
}

/**
 * One JSON file of a version, checked against its schema.
 *
 * @throws ClassifierError `bad-model` where it is missing, no JSON or of another shape.
 */
export function parseJsonFile<T>(files: ModelFiles, path: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(modelFile(files, path).toString('utf8')));
  } catch (error) {
    if (error instanceof ClassifierError) {
      throw error;
    }
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
    const reason = issue ? `${issue.path.join('.')}: ${issue.message}` : String(error);
    throw new ClassifierError('bad-model', `${path}: ${reason}`, { cause: error });
  }
}

/** @throws ClassifierError `bad-model` where the version has no such file. */
export function modelFile(files: ModelFiles, path: string): Buffer {
  const bytes = files.get(path);
  if (!bytes) {
    throw new ClassifierError('bad-model', `${path}: the version has no such file`);
  }
  return bytes;
}
