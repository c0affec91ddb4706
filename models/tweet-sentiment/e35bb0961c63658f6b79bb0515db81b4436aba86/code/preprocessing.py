"""Text → token ids. All of it lives in `tokenizer.json`, so serving repeats it exactly.

Python (`tokenizers`, regular expressions by Oniguruma) and JavaScript
(`@huggingface/tokenizers`, `RegExp`) must read a pattern alike: characters are listed,
because classes such as \\w and \\s differ between the two engines.
"""

from tokenizers import Regex, Tokenizer
from tokenizers.normalizers import BertNormalizer, Normalizer, Replace, Sequence

# "@jack", ".@jack", "你好@jack", but neither "jack@example.org" nor "josé@example.org".
# "@user" and "@USER" stay one and the same mention.
MENTION = "(?<![A-Za-z0-9_À-ɏ])@[A-Za-z0-9_]+"

# Up to the next white space. A bare "http", as in the training data, is left alone.
LINK = "[Hh][Tt][Tt][Pp][Ss]?://[^ \t\n\r\u00a0\u2028\u2029\u3000]+"

# Twitter's API escapes these three characters; the training data came unescaped. "&amp;"
# is last, so that "&amp;lt;" is unescaped once.
ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}

# The capital sigma at the end of a word: JavaScript lower-cases it to "ς", Rust to "σ".
SIGMA = {"Σ": "σ"}

# What only varies an emoji: its presentation (U+FE0E, U+FE0F), its skin, its gender.
VARIATIONS = "[\ufe0e\ufe0f🏻-🏿]|\u200d[♀♂]"

# A word → its emoji, its emoticons. The training tweets have emoticons and not one emoji: as
# the same word, ":)" teaches what "😊" means. Emoji of no clear feeling stay as they are.
# Emoticons with a letter stand alone: "xD" is laughter, the end of "maxD" is not. ">:(" is
# before ":(", a part of it.
FEELINGS = {
    "smile": ("☺☻🙂😊😀😃😄😁😇😌🤗😺😸", r"[:=]['’]?-?\)+|\(-?[:=]"),
    "laugh": ("😂🤣😆😅😹", r"(?<![A-Za-z0-9])(?:[:=]-?|[xX])D+(?![A-Za-z0-9])"),
    "love": ("❤♥❣💕💖💗💘💙💚💛💜🖤🤍🤎🧡💓💞💝💟😍🥰😻", "<3+"),
    "kiss": ("😘😗😚😙💋", r"[:;]-?\*+"),
    "wink": ("😉😏", r";-?\)+|\(-?;|(?<![A-Za-z0-9]);-?D+(?![A-Za-z0-9])"),
    "playful": ("😜😛😝🤪😋", "(?<![A-Za-z0-9])(?:[:;=]-?|[xX])[Pp]+(?![A-Za-z0-9])"),
    "awesome": ("😎🤩🔥💯", None),
    "great": ("👍👏🙌👌💪✌🤝", None),
    "celebrate": ("🎉🎊🥳🎂🎈🏆🥇", None),
    "thanks": ("🙏", None),
    "angry": ("😡😠🤬👿😤", r">[:=]-?\(+"),
    "sad": ("☹🙁😞😔😟😥😿😓😩😫😣😖😢", r"[:=]-?\(+"),
    "crying": ("😭", r"[:=]['’]-?\(+"),
    "heartbroken": ("💔", "</3+"),
    "annoyed": ("😒🙄😑😐😕🤨", r"[:=]-?[/\\]+(?![/\\])|-[._]+-"),
    "awful": ("🤮🤢💩👎", None),
    "shocked": ("😱😮😲😯😳🤯", "(?<![A-Za-z0-9])[:=]-?[Oo]+(?![A-Za-z0-9])"),
}

# Where a new word starts within a hashtag: "#Love|This", "#NFL|Draft", "#BB|17", "#100|Days".
HASHTAG_WORD = (
    "(?:(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[A-Z][a-z]|[0-9])|(?<=[0-9])(?=[A-Z]))"
    "(?<=#[A-Za-z0-9_]{0,60})"
)

# A letter that two more of its kind follow: "sooooo" and "sooo" lose all "o" but two.
ELONGATION = r"([a-z])(?=\1\1)"


def feeling_rules() -> list[Replace]:
    """Each emoji and emoticon → its word; a run such as "😂😂😂" or ":)))" → one word."""
    rules = [Replace(Regex(VARIATIONS), "")]
    for word, (emoji, emoticons) in FEELINGS.items():
        pattern = f"[{emoji}]+" if emoticons is None else f"[{emoji}]+|{emoticons}"
        rules.append(Replace(Regex(pattern), f" {word} "))
    return rules


def build_normalizer() -> Normalizer:
    """What happens to a text before it is split: TweetEval's conventions, words, lower case.

    TweetEval (Barbieri et al. 2020, arXiv:2010.12421) publishes its tweets with mentions
    as "@user" and links as "http". On these those replacements change nothing; live traffic
    needs them.
    """
    return Sequence(
        [
            Replace(Regex(LINK), "http"),
            Replace(Regex(MENTION), "@user"),
            *(Replace(entity, character) for entity, character in (ENTITIES | SIGMA).items()),
            *feeling_rules(),
            Replace(Regex(HASHTAG_WORD), " "),
            BertNormalizer(lowercase=True),
            Replace(Regex(ELONGATION), ""),
        ]
    )


def build_tokenizer(base: str, max_length: int) -> Tokenizer:
    """The base model's WordPiece tokenizer with our normalizer.

    Texts are cut at `max_length` tokens, [CLS] and [SEP] included. There is no padding:
    whoever makes a batch pads it.
    """
    tokenizer = Tokenizer.from_str(base)
    tokenizer.normalizer = build_normalizer()
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length)
    return tokenizer


def encode(tokenizer: Tokenizer, texts: list[str], max_length: int) -> list[list[int]]:
    """Token ids of each text, at most `max_length` of them."""
    window = Tokenizer.from_str(tokenizer.to_str())
    window.enable_truncation(max_length)
    return [encoding.ids for encoding in window.encode_batch(texts)]
