"""Text → token ids. All of it is in tokenizer.json, so that the server does the same."""

from collections import Counter

from tokenizers import Regex, Tokenizer, decoders, pre_tokenizers
from tokenizers.models import BPE, WordLevel
from tokenizers.normalizers import NFC, Lowercase, Replace, Sequence
from tokenizers.processors import TemplateProcessing
from tokenizers.trainers import BpeTrainer

# Their places in this list are their ids.
SPECIAL_TOKENS = ["[PAD]", "[UNK]", "[CLS]"]

# "@jack", but neither "jack@example.org" nor a lone "@".
MENTION = "(?<![A-Za-z0-9_])@[A-Za-z0-9_]+"
LINK = "[Hh][Tt][Tt][Pp][Ss]?://[^ \t\n\r]+"


def build_tokenizer(texts: list[str], kind: str, max_length: int, **settings: int) -> Tokenizer:
    """`kind` is "words" (`min_count`) or "byte-level-bpe" (`vocabulary_size`).

    Texts are cut at `max_length` tokens, [CLS] included.
    """
    normalizer = Sequence(
        [Replace(Regex(LINK), "http"), Replace(Regex(MENTION), "@user"), NFC(), Lowercase()]
    )
    if kind == "byte-level-bpe":
        # Every text is a sequence of bytes: no token is unknown.
        tokenizer = Tokenizer(BPE(unk_token="[UNK]"))
        tokenizer.normalizer = normalizer
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
        tokenizer.decoder = decoders.ByteLevel()
        trainer = BpeTrainer(
            vocab_size=settings["vocabulary_size"],
            special_tokens=SPECIAL_TOKENS,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        tokenizer.train_from_iterator(texts, trainer)
    elif kind == "words":
        split = pre_tokenizers.BertPreTokenizer()
        counts = Counter(
            word
            for text in texts
            for word, _ in split.pre_tokenize_str(normalizer.normalize_str(text))
        )
        words = sorted(word for word, n in counts.items() if n >= settings["min_count"])
        vocabulary = {token: index for index, token in enumerate(SPECIAL_TOKENS + words)}
        tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
        tokenizer.normalizer = normalizer
        tokenizer.pre_tokenizer = split
        tokenizer.add_special_tokens(SPECIAL_TOKENS)
    else:
        raise SystemExit(f'tokenizer.kind: expected "words" or "byte-level-bpe", found "{kind}"')
    # A token that each text has: no text is without a feature.
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A", special_tokens=[("[CLS]", SPECIAL_TOKENS.index("[CLS]"))]
    )
    tokenizer.enable_truncation(max_length)
    return tokenizer
