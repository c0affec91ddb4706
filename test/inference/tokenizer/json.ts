/** Small `tokenizer.json` of each family, and changes of them. */
export const WORD_LEVEL = {
  model: { type: 'WordLevel', unk_token: '<unk>', vocab: { '<unk>': 0, good: 1, morning: 2 } },
  pre_tokenizer: { type: 'Whitespace' },
};
export const BPE = {
  model: {
    type: 'BPE',
    vocab: { a: 0, b: 1, c: 2, ab: 3, abc: 4, '<unk>': 5, bc: 6 },
    merges: [
      ['a', 'b'],
      ['ab', 'c'],
      ['b', 'c'],
    ],
  },
  pre_tokenizer: { type: 'WhitespaceSplit' },
};
export const UNIGRAM = {
  model: {
    type: 'Unigram',
    unk_id: 0,
    vocab: [
      ...[['<unk>', 0] as const, ['▁', -2] as const, ['a', -3] as const, ['b', -3] as const],
      ...[['▁ab', -4] as const, ['ab', -7] as const],
    ],
  },
  pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' },
};

export function added(content: string, id: number, flags: object = {}): object {
  const all = { single_word: false, lstrip: false, rstrip: false, normalized: true };
  return { id, content, ...all, special: false, ...flags };
}

export function change(json: { model: object }, model: object, rest: object = {}): object {
  return { ...json, ...rest, model: { ...json.model, ...model } };
}
