"""Token ids by the Rust library `tokenizers`, to compare with.

    pip install 'tokenizers==0.23.*'
    python test/deep/encode.py <request.json >answer.json
    python test/deep/encode.py record >test/inference/tokenizer/recorded-ids.json
    npx biome format --write test/inference/tokenizer/recorded-ids.json

Requests: {"train": [text, …]} returns small tokenizers of the families that encoders use, trained on the
texts; {"tokenizers": [tokenizer.json, …], "texts": [text, …]} returns the ids of each text, for each
tokenizer.

`record` writes a hash for blocks of 256 code points, for the shipped tokenizers and for each of
probes.json: of the ids of each character alone, before, after and between letters. Of unassigned planes
and those for private use, every sixteenth block is recorded. `npm test` compares our ids with the record,
test/deep/tokenizer.test.ts the record with the library's ids.
"""

import hashlib
import json
import math
import sys
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import tokenizers
from tokenizers import (
    Tokenizer,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)

ROOT = Path(__file__).parents[2]
PROBES = ROOT / "test/inference/tokenizer/probes.json"

SURROGATES = range(0xD8, 0xE0)
BLOCKS = [
    block
    for block in range(0x1100)
    if block not in SURROGATES
    and (block < 0x324 or block in (0xE00, 0xE01) or block % 16 == 15)
]
# Within them, all characters are alike. They are recorded for the shipped tokenizers only.
UNIFORM = [
    *(range(0x35, 0x4D), range(0x4F, 0x9F), range(0xAD, 0xD7), range(0xE1, 0xF8)),
    *(range(0x171, 0x187), range(0x201, 0x2A6), range(0x2A8, 0x2B7)),
    *(range(0x2BA, 0x2CE), range(0x2CF, 0x2EB), range(0x2EF, 0x2F8)),
    *(range(0x2FB, 0x313), range(0x315, 0x323), range(0x325, 0xE00)),
    *(range(0xE02, 0xFFF), range(0x1000, 0x10FF)),
]
HASH_DIGITS = 4


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


def families(texts: list[str]) -> Iterable[Tokenizer]:
    """Small tokenizers of the families that encoders use."""
    word_piece = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    word_piece.normalizer = normalizers.BertNormalizer()
    word_piece.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    word_piece.train_from_iterator(
        texts, trainers.WordPieceTrainer(vocab_size=800, special_tokens=special)
    )
    word_piece.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    yield word_piece

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
    yield unigram

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
    yield bpe

    word_level = Tokenizer(models.WordLevel(unk_token="<unk>"))
    word_level.normalizer = normalizers.Lowercase()
    word_level.pre_tokenizer = pre_tokenizers.Whitespace()
    word_level.train_from_iterator(
        texts, trainers.WordLevelTrainer(vocab_size=200, special_tokens=["<unk>"])
    )
    yield word_level


def probes() -> Iterable[Tokenizer]:
    """Tokenizers whose ids are the bytes of a text after all steps, and where its words begin."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = ["[UNK]", *alphabet, *(f"##{character}" for character in alphabet)]
    to_bytes = {"type": "ByteLevel", "add_prefix_space": False, "use_regex": False}
    for probe in json.loads(PROBES.read_text()):
        steps = [probe["pre_tokenizer"], {**to_bytes, "trim_offsets": False}]
        if steps[0]["type"] == "ByteLevel":
            steps.pop()
        model = {
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 1_000_000,
            "vocab": {token: id for id, token in enumerate(tokens)},
        }
        yield from_json(
            {
                "version": "1.0",
                "added_tokens": [],
                "normalizer": probe["normalizer"],
                "pre_tokenizer": {"type": "Sequence", "pretokenizers": steps},
                "model": model,
            }
        )


def from_json(tokenizer: dict) -> Tokenizer:
    return Tokenizer.from_str(json.dumps(tokenizer))


def text_of(block: int) -> str:
    """Each character alone, before, after and between letters."""
    codes = range(block * 256, block * 256 + 256)
    return " ".join(f"{c} a{c} {c}a a{c}b" for c in map(chr, codes))


def hashes(tokenizer: Tokenizer, blocks: Iterable[int]) -> str:
    tokenizer.no_truncation()
    ids = (tokenizer.encode(text_of(block)).ids for block in blocks)
    digests = (hashlib.sha256(",".join(map(str, each)).encode()) for each in ids)
    return "".join(digest.hexdigest()[:HASH_DIGITS] for digest in digests)


def record() -> dict:
    few = [block for block in BLOCKS if not any(block in uniform for uniform in UNIFORM)]
    # Several versions may have the same one.
    shipped = {
        hashlib.sha256(path.read_bytes()).hexdigest(): path
        for path in ROOT.glob("models/tweet-sentiment/*/tokenizer.json")
    }
    names = [probe["name"] for probe in json.loads(PROBES.read_text())]
    return {
        "tokenizers": tokenizers.__version__,
        "blocks": {"shipped": BLOCKS, "probes": few},
        "shipped": {
            digest: hashes(Tokenizer.from_file(str(path)), BLOCKS)
            for digest, path in sorted(shipped.items())
        },
        "probes": {
            name: hashes(probe, few) for name, probe in zip(names, probes())
        },
    }


def answer(request: dict) -> object:
    if "train" in request:
        trained = list(families(request["train"]))
        for tokenizer in trained:
            tokenizer.enable_truncation(32)
        return [json.loads(tokenizer.to_str()) for tokenizer in trained]
    return [
        [encoding.ids for encoding in from_json(each).encode_batch(request["texts"])]
        for each in request["tokenizers"]
    ]


if __name__ == "__main__":
    is_recording = sys.argv[1:] == ["record"]
    json.dump(record() if is_recording else answer(json.load(sys.stdin)), sys.stdout)
