"""The command line `tweet-sentiment`, from training code.

The variable TWEET_SENTIMENT may name another program to run, such as "node dist/main.js".
"""

import json
import os
import shlex
import subprocess
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

ROOT = Path(__file__).resolve().parent.parent


def models(*arguments: str, stdin: str | None = None) -> str:
    """Run a command of `models` in this repository; its standard output."""
    return run("models", *arguments, stdin=stdin)


def classify(texts: list[str], commit: str, labels: list[str]) -> np.ndarray:
    """Probabilities that another version gives, float64 [texts, labels], to six decimals."""
    rows = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    output = run(
        "predict", "--model-commit", commit, "--format", "jsonl", "--strict", stdin=rows
    )
    answers = [json.loads(line)["scores"] for line in output.splitlines()]
    return np.array([[scores[label] for label in labels] for scores in answers])


def run(*arguments: str, stdin: str | None = None) -> str:
    """Run a command of the server in this repository; its standard output."""
    program = shlex.split(os.environ.get("TWEET_SENTIMENT", "tweet-sentiment"))
    try:
        finished = subprocess.run(
            [*program, *arguments],
            cwd=ROOT,
            input=stdin,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
    except FileNotFoundError:
        raise SystemExit(
            f"{program[0]} is not in PATH: install it, or name it in the variable TWEET_SENTIMENT"
        ) from None
    if finished.returncode != 0:
        raise SystemExit(finished.returncode)
    return finished.stdout


def lineage() -> dict:
    """Digests of all ingredients, and of the outputs that are there."""
    return json.loads(models("lineage"))


def start_lineage() -> dict:
    """As `lineage`, before the training; ends the program if `models commit` would refuse the ingredients."""
    is_reproduced = "TWEET_SENTIMENT_REPRODUCED_COMMIT" in os.environ
    return json.loads(models("lineage", *([] if is_reproduced else ["--check"])))


def make_golden(tokenizer: Tokenizer, own: list[str]) -> None:
    """Write golden.json: odd texts, the version's `own`, the ids of `tokenizer`, and the scores of the
    server's code.

    It is an error if the server reads tokenizer.json differently from `tokenizer`.
    """
    texts = [json.loads(line) for line in models("golden", "texts").splitlines()]
    texts += [{"kind": "own", "text": text} for text in own]
    for text, encoding in zip(texts, tokenizer.encode_batch([t["text"] for t in texts])):
        text["ids"] = encoding.ids
    models("golden", "make", "--texts", "-", stdin="\n".join(map(json.dumps, texts)))


def measure_profile(files: list[Path]) -> None:
    """Write profile.json: how the training data are distributed; drift is measured against it."""
    models("profile", ".", *map(str, files), "--output", "profile.json")
