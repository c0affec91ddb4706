"""Which of the base's 250,002 word pieces to keep.

Two thirds of multilingual-e5-small's 118 million parameters are embeddings of pieces, most of
them for languages that our tweets are not in. A model of the kept pieces is a third as large,
and a tweet has at most a few per cent more tokens.
"""

import unicodedata

from tokenizers import Tokenizer

# How XLM-R marks the start of a word.
WORD_START = "▁"

# In the names of Unicode's characters.
SCRIPTS = ("LATIN", "ARABIC", "DEVANAGARI")

# Ideographs and Hangul syllables: characters by the ten thousand, none of our languages'.
LARGE_SCRIPTS = ((0x2E80, 0x9FFF), (0xAC00, 0xD7AF), (0x20000, 0x10FFFF))


def select_pieces(tokenizer: Tokenizer, texts: list[str], first: int) -> list[int]:
    """Ids of the pieces to keep, ascending.

    Kept are the special tokens, every piece that occurs in `texts`, single characters
    (emoji are among them), and of the `first` pieces, which are the most frequent ones,
    those in our scripts.
    """
    pieces = [tokenizer.id_to_token(i) for i in range(tokenizer.get_vocab_size())]
    kept = {tokenizer.token_to_id(token) for token in ("<s>", "<pad>", "</s>", "<unk>")}
    for encoding in tokenizer.encode_batch(texts):
        kept.update(encoding.ids)
    kept.update(i for i, piece in enumerate(pieces) if is_single(piece))
    kept.update(i for i, piece in enumerate(pieces[:first]) if is_ours(piece))
    return sorted(kept)


def is_single(piece: str) -> bool:
    """At most one character, and not one of a script with very many."""
    characters = piece.replace(WORD_START, "")
    large = any(a <= ord(c) <= b for c in characters for a, b in LARGE_SCRIPTS)
    return len(characters) <= 1 and not large


def is_ours(piece: str) -> bool:
    """Each letter or accent of the piece is of one of our scripts."""
    return all(
        any(script in unicodedata.name(c, "") for script in SCRIPTS)
        for c in piece.replace(WORD_START, "")
        if unicodedata.category(c)[0] in "LM"
    )
