"""Token ids by the Rust library `tokenizers`, for the parity test.

Reads {"tokenizer": tokenizer.json or null, "train": [texts], "texts": [texts]} from standard input
and writes a list of {"name", "tokenizer", "window", "ids": [[id, …], …]}: one for the given
tokenizer, or else one for each family, trained on the texts of `train`.
"""

import json
import math
import sys
import unicodedata

from tokenizers import (
    Tokenizer,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)


def unigram_vocabulary(texts: list[str]) -> list[tuple[str, float]]:
    """Words, pairs of different letters and single characters, each with a score of its own.

    Not trained: a trained vocabulary has "oo" and "ooo", and then "ooooo" has two best
    segmentations of the same score, of which each library may take another one.
    """
    pieces: dict[str, None] = {}
    for text in texts:
        for word in unicodedata.normalize("NFKC", text).split():
            pieces["▁" + word] = None
            pieces.update((a + b, None) for a, b in zip(word, word[1:]) if a != b)
            pieces.update((character, None) for character in word)
    special = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    return special + [
        (piece, -1 - 0.5 * math.log(rank + 2))
        for rank, piece in enumerate(["▁", *pieces])
    ]


def families(texts: list[str]):
    """Small tokenizers of the families that encoders use."""
    word_piece = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    word_piece.normalizer = normalizers.BertNormalizer()
    word_piece.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    word_piece.train_from_iterator(
        texts, trainers.WordPieceTrainer(vocab_size=800, special_tokens=special)
    )
    word_piece.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    yield "WordPiece", word_piece

    unigram = Tokenizer(models.Unigram(unigram_vocabulary(texts), unk_id=3))
    unigram.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace("  ", " ")]
    )
    unigram.pre_tokenizer = pre_tokenizers.Metaspace()
    unigram.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    yield "Unigram", unigram

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    bpe.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=800, special_tokens=special, initial_alphabet=alphabet
        ),
    )
    bpe.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    yield "byte-level BPE", bpe


def main() -> None:
    request = json.load(sys.stdin)
    if request["tokenizer"] is None:
        tokenizers = list(families(request["train"]))
        for _, tokenizer in tokenizers:
            tokenizer.enable_truncation(32)
    else:
        tokenizers = [("pinned", Tokenizer.from_str(json.dumps(request["tokenizer"])))]
    answer = [
        {
            "name": name,
            "tokenizer": json.loads(tokenizer.to_str()),
            "ids": [e.ids for e in tokenizer.encode_batch(request["texts"])],
        }
        for name, tokenizer in tokenizers
    ]
    json.dump(answer, sys.stdout)


main()
