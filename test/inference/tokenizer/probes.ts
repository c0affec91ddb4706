/**
 * Tokenizers for tests, and the ids that the Rust library computed with them: a hash for each block of 256
 * code points, which test/deep/encode.py wrote.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TokenizerJson } from '../../../src/artifacts/tokenizer-json.ts';
import { createTokenizer, type Tokenize } from '../../../src/inference/tokenizer/tokenizer.ts';
import { ROOT } from '../../../tools/launch.mjs';
import { MODEL, shippedJson } from '../../support/pinned.ts';

interface Recorded {
  /** Version of the Rust library. */
  readonly tokenizers: string;
  /** The blocks that are recorded. */
  readonly blocks: { readonly shipped: readonly number[]; readonly probes: readonly number[] };
  /** Their hashes, by the SHA-256 of a tokenizer.json. */
  readonly shipped: Readonly<Record<string, string>>;
  /** Their hashes, by name. */
  readonly probes: Readonly<Record<string, string>>;
}

interface Probe {
  readonly name: string;
  readonly normalizer: object | null;
  readonly pre_tokenizer: { readonly type: string };
}

const HASH_DIGITS = 4;
const FOLDER = import.meta.dirname;

export const recorded = readJson<Recorded>(join(FOLDER, 'recorded-ids.json'));
export const probes = readJson<readonly Probe[]>(join(FOLDER, 'probes.json'));

/** The characters that byte-level BPE writes for bytes. */
const ALPHABET = Array.from({ length: 0x144 }, (_, code) => String.fromCharCode(code)).filter(
  (character) => /[!-~¡-¬®-\u0143]/.test(character),
);

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

/** The tokenizer of a shipped version, without a window. */
export function shippedTokenizer(commit: string, window = Number.POSITIVE_INFINITY): Tokenize {
  return createTokenizer({ tokenizer: shippedTokenizerJson(commit), window });
}

export function shippedTokenizerJson(commit: string): TokenizerJson {
  return shippedJson<TokenizerJson>(commit, 'tokenizer.json');
}

/** @throws where the tokenizer of a shipped version is not recorded. */
export function recordedHashes(commit: string): string {
  const path = join(ROOT, 'models', MODEL, commit, 'tokenizer.json');
  const hashes = recorded.shipped[createHash('sha256').update(readFileSync(path)).digest('hex')];
  if (hashes === undefined) {
    throw new Error(`${path} has no recorded ids: test/deep/encode.py says how to record them`);
  }
  return hashes;
}

/** @returns a tokenizer whose ids are the bytes of a text after all steps, and where its words begin. */
export function probeJson({ normalizer, pre_tokenizer: step }: Probe): TokenizerJson {
  const tokens = ['[UNK]', ...ALPHABET, ...ALPHABET.map((character) => `##${character}`)];
  const toBytes = { type: 'ByteLevel', add_prefix_space: false, use_regex: false };
  return {
    added_tokens: [],
    normalizer,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: step.type === 'ByteLevel' ? [step] : [step, toBytes],
    },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 1_000_000,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    },
  } as unknown as TokenizerJson;
}

/** Each character of a block alone, before, after and between letters. */
export function contextsOf(block: number): string[] {
  return Array.from({ length: 256 }, (_, index) =>
    String.fromCodePoint(block * 256 + index),
  ).flatMap((character) => [character, `a${character}`, `${character}a`, `a${character}b`]);
}

/** @returns the blocks whose ids are not the recorded ones. */
export function differingBlocks(
  tokenize: Tokenize,
  blocks: readonly number[],
  hashes: string,
): string[] {
  const differing = blocks.filter((block, at) => {
    const { ids } = tokenize(contextsOf(block).join(' '));
    const hash = createHash('sha256').update(ids.join(',')).digest('hex').slice(0, HASH_DIGITS);
    return hash !== hashes.slice(at * HASH_DIGITS, (at + 1) * HASH_DIGITS);
  });
  return differing.map((block) => `U+${(block * 256).toString(16).toUpperCase()}`);
}
