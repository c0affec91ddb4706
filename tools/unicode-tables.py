"""Writes src/inference/tokenizer/unicode-tables.ts: Unicode as the Rust library `tokenizers` knows it.

Each crate of the library has tables of another version of Unicode. They are read through the library
itself: every code point is passed to it, and what it does is recorded.

    pip install 'tokenizers==0.23.*' 'unicodedata2==18.*'
    python tools/unicode-tables.py >src/inference/tokenizer/unicode-tables.ts
"""

import sys

import tokenizers
import unicodedata2
from tokenizers import Regex, normalizers, pre_tokenizers

# Surrogates are no characters: the library can't receive them.
CHARACTERS = [chr(c) for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]

CATEGORIES = (
    "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Co Cn"
).split()


def base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    return digits[number] if number < 36 else base36(number // 36) + digits[number % 36]


def ranges(characters: set[str]) -> str:
    """`gap` or `gap-extra`: how far a range begins after the previous one ended, and how many follow."""
    found: list[list[int]] = []
    for code in sorted(map(ord, characters)):
        if found and code == found[-1][1] + 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    words, end = [], 0
    for first, last in found:
        extra = f"-{base36(last - first)}" if last > first else ""
        words.append(base36(first - end) + extra)
        end = last
    return " ".join(words)


def mapping(lower: dict[str, str]) -> str:
    """`gap,count,step,offset`: runs of characters whose lower case is the same distance away."""
    runs: list[list[int]] = []
    for code, target in sorted((ord(c), ord(t)) for c, t in lower.items()):
        offset = target - code
        if runs and runs[-1][3] == offset:
            first, count, step, _ = runs[-1]
            last = first + (count - 1) * step
            if code - last in ((1, 2) if count == 1 else (step,)):
                runs[-1] = [first, count + 1, code - last, offset]
                continue
        runs.append([code, 1, 1, offset])
    words, end = [], 0
    for first, count, step, offset in runs:
        sign = "-" if offset < 0 else ""
        words.append(
            f"{base36(first - end)},{base36(count)},{step},{sign}{base36(abs(offset))}"
        )
        end = first + (count - 1) * step
    return " ".join(words)


def removed_by(normalizer) -> set[str]:
    return {c for c in CHARACTERS if normalizer.normalize_str(c) == ""}


def pieces(pre_tokenizer, text: str) -> int:
    return len(pre_tokenizer.pre_tokenize_str(text))


def bert(**steps: bool):
    default = {"clean_text": False, "handle_chinese_chars": False, "lowercase": False}
    return normalizers.BertNormalizer(**{**default, "strip_accents": False, **steps})


def newer_than_normalization() -> set[str]:
    """Characters that Unicode normalizes today, and the library does not."""
    newer = set()
    for character in CHARACTERS:
        decomposed = unicodedata2.normalize("NFD", character)
        if (
            unicodedata2.normalize("NFKD", character) != character
            and normalizers.NFKD().normalize_str(character) == character
        ):
            # Its parts are as new as it is, unless the library composes them with others.
            newer |= {character, *decomposed} - OLD_MARKS
        elif unicodedata2.combining(character) and character not in OLD_MARKS:
            newer.add(character)
    return newer


OLD_MARKS = removed_by(normalizers.StripAccents())


def lower_case() -> dict[str, str]:
    lower = {c: normalizers.Lowercase().normalize_str(c) for c in CHARACTERS}
    # U+0130 is the only one with two, which every version of Unicode has.
    return {c: t for c, t in lower.items() if t != c and len(t) == 1}


def tables() -> dict[str, str]:
    punctuation, digits = pre_tokenizers.BertPreTokenizer(), pre_tokenizers.Digits(True)
    word = pre_tokenizers.Whitespace()
    result = {
        "CONTROL": ranges(removed_by(bert(clean_text=True)) - {"\0", "\ufffd"}),
        "NONSPACING_MARK": ranges(removed_by(bert(strip_accents=True))),
        "COMBINING_MARK": ranges(OLD_MARKS),
        "PUNCTUATION": ranges(
            {c for c in CHARACTERS if pieces(punctuation, f"a{c}a") == 3}
        ),
        "NUMERIC": ranges({c for c in CHARACTERS if pieces(digits, f"a{c}") == 2}),
        "WORD": ranges({c for c in CHARACTERS if pieces(word, f"a{c}a") == 1}),
        "NEWER_THAN_NORMALIZATION": ranges(newer_than_normalization()),
        "LOWER_CASE": mapping(lower_case()),
    }
    for name in [*CATEGORIES, "Alphabetic"]:
        replace = normalizers.Replace(Regex(rf"\p{{{name}}}"), "")
        result[f"ONIGURUMA_{name}"] = ranges(removed_by(replace))
    return result


DOCUMENTATION = {
    "CONTROL": "BertNormalizer's `clean_text` removes them, and U+0000 and U+FFFD.",
    "NONSPACING_MARK": "BertNormalizer's `strip_accents` removes them after NFD.",
    "COMBINING_MARK": "StripAccents removes them.",
    "PUNCTUATION": "BertPreTokenizer and Punctuation split at them.",
    "NUMERIC": "Digits splits at them.",
    "WORD": "`\\w` of Whitespace.",
    "NEWER_THAN_NORMALIZATION": "Newer than the library's NFD, NFC, NFKD and NFKC, which keep them as they are.",
    "LOWER_CASE": "Lower case where it is one other character.",
}


def main() -> None:
    print(f"""/**
 * Made by tools/unicode-tables.py from tokenizers {tokenizers.__version__}: do not edit.
 *
 * Ranges of code points, in base 36: `gap` or `gap-extra`, how far a range begins after the end of the
 * previous one, and how many code points follow its first. LOWER_CASE has `gap,count,step,offset`.
 */""")
    oniguruma = {}
    for name, table in tables().items():
        if name.startswith("ONIGURUMA_"):
            oniguruma[name.removeprefix("ONIGURUMA_")] = table
        else:
            print(f"\n/** {DOCUMENTATION[name]} */\nexport const {name} =\n  '{table}';")
    print("\n/** Properties of Oniguruma, which runs the patterns of Replace, Split and ByteLevel. */")
    print("export const ONIGURUMA = {")
    for name, table in oniguruma.items():
        separator = " " if len(table) < 90 else "\n    "
        print(f"  {name}:{separator}'{table}',")
    print("} as const;")


if __name__ == "__main__":
    sys.exit(main())
