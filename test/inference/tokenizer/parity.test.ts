import { describe, expect, test } from 'vitest';
import { createTokenizer } from '../../../src/inference/tokenizer/tokenizer.ts';
import { SHIPPED } from '../../support/pinned.ts';
import {
  differingBlocks,
  probeJson,
  probes,
  recorded,
  recordedHashes,
  shippedTokenizer,
} from './probes.ts';

// JavaScript's own Unicode is newer or older than the library's, and its version changes with Node's.
describe('token ids of every character, alone and beside letters, are those of the Rust library', () => {
  test.each(SHIPPED)('for the shipped version %s', (commit) => {
    const [tokenize, hashes] = [shippedTokenizer(commit), recordedHashes(commit)];
    expect(differingBlocks(tokenize, recorded.blocks.shipped, hashes)).toEqual([]);
  });

  test.each(probes)('for the components of $name', (probe) => {
    const tokenize = createTokenizer({
      tokenizer: probeJson(probe),
      window: Number.POSITIVE_INFINITY,
    });
    const hashes = recorded.probes[probe.name] as string;
    expect(differingBlocks(tokenize, recorded.blocks.probes, hashes)).toEqual([]);
  });
});
