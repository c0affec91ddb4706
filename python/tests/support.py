"""A model repository in which a version can be trained, from the files of the shipped one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import unittest
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest import mock

from tweet_sentiment_models import Repository, command_line

ROOT = Path(__file__).resolve().parents[2]
STORE = ROOT / "models" / "tweet-sentiment"
SHIPPED = STORE / (STORE / "PINNED").read_text().strip()
MODEL_FILES = ("model.onnx", "tokenizer.json", "config.json")
TEXTS = ["What a day!", "Rain again.", "The bus leaves at nine."]

TRAIN = "label\ttext\npositive\tWhat a day!\nnegative\tRain again.\n"
DEV = "label\ttext\nneutral\tThe bus leaves at nine.\n"

LABEL = {"precision": 1.0, "recall": 1.0, "f1-score": 1.0, "support": 1.0}
# As scikit-learn's `classification_report(…, output_dict=True)`.
REPORT: Mapping[str, Any] = {
    "negative": {**LABEL, "support": 0.0},
    "neutral": LABEL,
    "positive": {**LABEL, "support": 0.0},
    "accuracy": 1.0,
    "macro avg": LABEL,
    "weighted avg": LABEL,
}


class ModelRepositoryTest(unittest.TestCase):
    """A test with a repository in `root`, data in `data`, and variables that it may change."""

    def setUp(self) -> None:
        """Make the repository, as `models init` prepares it, with the ingredients of the shipped version."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        variables = mock.patch.dict(os.environ)
        variables.start()
        self.addCleanup(variables.stop)
        os.environ.pop("TWEET_SENTIMENT", None)
        os.environ.update(
            json.loads((SHIPPED / "environment/environment.json").read_text())["variables"]
        )
        self.root = Path(folder.name).resolve() / "repository"
        self.data = Path(folder.name).resolve() / "data"
        self.data.mkdir()
        (self.data / "train.tsv").write_text(TRAIN)
        (self.data / "dev.tsv").write_text(DEV)
        written = shutil.ignore_patterns(
            "*.onnx", "commit.json", ".gitattributes", "golden.json", "metrics.json"
        )
        shutil.copytree(SHIPPED, self.root, ignore=written)
        self.write("data/datasets.json", '{"datasets": []}\n')
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("config", "user.name", "A U Thor")
        self.git("config", "user.email", "author@example.com")
        command_line.run(["models", "init", "."], self.root)
        self.repository = Repository.open(self.root)

    def git(self, *arguments: str) -> str:
        """Run git in the repository; return what it printed."""
        return subprocess.check_output(["git", *arguments], cwd=self.root, text=True)

    def read(self, name: str) -> str:
        """Read a file of the repository."""
        return (self.root / name).read_text(encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        """Write a file of the repository."""
        (self.root / name).write_text(text, encoding="utf-8")

    def train(self) -> None:
        """Write the model files; the weights are those of the shipped version."""
        for name in MODEL_FILES:
            shutil.copyfile(SHIPPED / name, self.root / name)
