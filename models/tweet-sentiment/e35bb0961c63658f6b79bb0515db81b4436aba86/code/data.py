"""Labelled tweets, found by digest.

`data/datasets.json` names every file that a version is made from. A tweet itself is
never part of this repository: `--data` points to a folder with the files.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Split:
    """One file of labelled texts.

    `labels` holds indices into the label list of `hyperparameters.json`, int64 [rows].
    """

    name: str
    texts: list[str]
    labels: np.ndarray


def load_splits(datasets: list[dict], role: str, root: Path, labels: list[str]) -> list[Split]:
    """Every file with this `role` ("train" or "dev"), in the order of `datasets.json`."""
    return [
        read_split(file, root, labels)
        for dataset in datasets
        for file in dataset["files"]
        if file["role"] == role
    ]


def read_split(file: dict, root: Path, labels: list[str]) -> Split:
    """Read `label<TAB>text` lines after a header.

    Raises ValueError if the bytes are not the recorded ones.
    """
    content = (root / file["path"]).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != file["sha256"]:
        raise ValueError(f"{file['path']}: expected sha256 {file['sha256']}, found {digest}")
    # Only "\n" ends a line: some tweets contain other line separators.
    rows = [line.split("\t", 1) for line in content.decode("utf-8").split("\n")[1:] if line]
    return Split(
        name=file["path"].removesuffix(".tsv"),
        texts=[text for _, text in rows],
        labels=np.array([labels.index(label) for label, _ in rows]),
    )


def merge(splits: list[Split]) -> Split:
    """All rows of several splits, one after another."""
    return Split(
        name="+".join(split.name for split in splits),
        texts=[text for split in splits for text in split.texts],
        labels=np.concatenate([split.labels for split in splits]),
    )
