"""Text → token ids. All of it lives in `tokenizer.json`, so serving repeats it exactly.

Python (`tokenizers`, regular expressions by Oniguruma) and JavaScript
(`@huggingface/tokenizers`, `RegExp`) must read a pattern alike: characters are listed,
because classes such as \\w and \\s differ between the two engines.
"""

from tokenizers import Regex, Tokenizer
from tokenizers.models import Unigram
from tokenizers.normalizers import NFKC, Normalizer, Replace, Sequence
from tokenizers.pre_tokenizers import Metaspace
from tokenizers.processors import TemplateProcessing

# XLM-R's (Conneau et al. 2020, arXiv:1911.02116). Their places in this list are their ids.
SPECIAL_TOKENS = ["<s>", "<pad>", "</s>", "<unk>"]

# "@jack", ".@jack", "你好@jack", but neither "jack@example.org" nor "josé@example.org".
# "@user" and "@USER" stay one and the same mention.
MENTION = "(?<![A-Za-z0-9_À-ɏ])@[A-Za-z0-9_]+"

# Up to the next white space. A bare "http", as in the training data, is left alone.
LINK = "[Hh][Tt][Tt][Pp][Ss]?://[^ \t\n\r\u00a0\u2028\u2029\u3000]+"

# Twitter's API escapes these three characters; the training data came unescaped. "&amp;"
# is last, so that "&amp;lt;" is unescaped once.
ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}

# What only varies or joins emoji: presentation (U+FE0E, U+FE0F), skin, gender, joiner.
VARIATIONS = "\u200d[♀♂]|[\u200d\ufe0e\ufe0f🏻-🏿]"

# Where a new word starts within a hashtag: "#Love|This", "#NFL|Draft", "#BB|17", "#100|Days".
HASHTAG_WORD = (
    "(?:(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[A-Z][a-z]|[0-9])|(?<=[0-9])(?=[A-Z]))"
    "(?<=#[A-Za-z0-9_]{0,60})"
)

# A letter that two more of its kind follow: "sooooo" and "sooo" lose all "o" but two.
ELONGATION = r"([A-Za-zÀ-ɏ])(?=\1\1)"

# XLM-R's pieces were learned after SentencePiece's map "nmt_nfkc": these two, then NFKC. Its
# own table isn't used, because JavaScript and Rust read it differently.
CONTROLS = "[\u0001-\u0008\u000b\u000e-\u001f\u007f\u008f\u009f]"
SPACES = (
    "[\t\n\f\r\u00a0\u061c\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u2581\u3000\ufeff\ufffd]"
)


def build_normalizer() -> Normalizer:
    """What happens to a text before it is split: TweetEval's conventions, words, XLM-R's own.

    TweetEval (Barbieri et al. 2020, arXiv:2010.12421) publishes its tweets with mentions
    as "@user" and links as "http". On these those replacements change nothing; live traffic
    needs them.
    """
    return Sequence(
        [
            Replace(Regex(LINK), "http"),
            Replace(Regex(MENTION), "@user"),
            *(Replace(entity, character) for entity, character in ENTITIES.items()),
            Replace(Regex(VARIATIONS), ""),
            Replace(Regex(HASHTAG_WORD), " "),
            Replace(Regex(CONTROLS), ""),
            Replace(Regex(SPACES), " "),
            NFKC(),
            Replace(Regex(ELONGATION), ""),
            Replace(Regex(" {2,}"), " "),
            Replace(Regex("^ | $"), ""),
        ]
    )


def build_tokenizer(vocabulary: list[tuple[str, float]]) -> Tokenizer:
    """XLM-R's Unigram tokenizer over some or all of its pieces, with our normalizer.

    There is no padding: whoever makes a batch pads it.
    """
    unknown = SPECIAL_TOKENS.index("<unk>")
    tokenizer = Tokenizer(Unigram(vocabulary, unk_id=unknown, byte_fallback=False))
    tokenizer.normalizer = build_normalizer()
    tokenizer.pre_tokenizer = Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>",
        special_tokens=[(token, SPECIAL_TOKENS.index(token)) for token in ("<s>", "</s>")],
    )
    tokenizer.add_special_tokens(SPECIAL_TOKENS)
    return tokenizer


def encode(tokenizer: Tokenizer, texts: list[str], max_length: int) -> list[list[int]]:
    """Token ids of each text, at most `max_length` of them."""
    window = Tokenizer.from_str(tokenizer.to_str())
    window.enable_truncation(max_length)
    return [encoding.ids for encoding in window.encode_batch(texts)]
