"""New training texts from those that are there: parts of one or two, without some words.

What they say is for a teacher to judge, not for the labels of the texts that they are made of.
"""

import numpy as np

# What a text consists of at least after words are left out.
LEAST_WORDS = 2


def augment(texts: list[str], settings: dict, seed: int) -> list[str]:
    """One new text for each, a function of the seed.

    A part of at least half of the text; after it, in a share `join` of the cases, a part of
    another text, of at most half of it. Then each word is left out with probability `leave_out`.
    """
    random = np.random.default_rng(seed)
    words = [text.split() for text in texts]
    made = []
    for own, other in zip(words, random.permutation(len(words))):
        kept = part(own, random.uniform(0.5, 1), random)
        if random.random() < settings["join"]:
            kept = kept + part(words[other], random.uniform(0.2, 0.5), random)
        fewer = [word for word in kept if random.random() >= settings["leave_out"]]
        made.append(" ".join(fewer if len(fewer) >= LEAST_WORDS else kept))
    return made


def part(words: list[str], share: float, random: np.random.Generator) -> list[str]:
    """So many of the words, at least one, that follow each other."""
    count = max(1, round(share * len(words)))
    start = random.integers(0, max(len(words) - count, 0) + 1)
    return words[start : start + count]
