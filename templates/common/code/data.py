"""Labelled texts, as data/datasets.json lists them. `--data` is the folder with the files."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Split:
    """The texts of a role; `labels` are indices into the label list, int64 [texts]."""

    texts: list[str]
    labels: np.ndarray
    files: list[Path]


def load(datasets: dict, role: str, folder: Path, labels: list[str]) -> Split:
    """All rows of the files with this role ("train", "dev" or "test")."""
    entries = [f for d in datasets["datasets"] for f in d["files"] if f["role"] == role]
    splits = [read(entry, folder, labels) for entry in entries]
    return Split(
        texts=[text for split in splits for text in split.texts],
        labels=np.concatenate([split.labels for split in splits]),
        files=[file for split in splits for file in split.files],
    )


def load_each(datasets: dict, role: str, folder: Path, labels: list[str]) -> dict[str, Split]:
    """Each file with this role, by its path without .tsv: the names of scores in metrics.json."""
    entries = [f for d in datasets["datasets"] for f in d["files"] if f["role"] == role]
    return {e["path"].removesuffix(".tsv"): read(e, folder, labels) for e in entries}


def read(entry: dict, folder: Path, labels: list[str]) -> Split:
    """Rows of a tab-separated file. Ends the program if it is not there, or its bytes are not the recorded ones."""
    path = folder / entry["path"]
    if not path.is_file():
        raise SystemExit(
            f"{path}: expected the file {entry['path']} of data/datasets.json in the folder of --data, found nothing"
        )
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != entry["sha256"]:
        raise SystemExit(f"{path}: expected sha256 {entry['sha256']}, found {digest}")
    # Only line feeds end a row: texts may contain other line separators.
    header, *lines = content.decode().replace("\r\n", "\n").removesuffix("\n").split("\n")
    columns = header.split("\t")
    # The last column is the rest of its line.
    rows = [dict(zip(columns, line.split("\t", len(columns) - 1))) for line in lines]
    unknown = {row["label"] for row in rows} - set(labels)
    if unknown:
        raise SystemExit(f"{path}: hyperparameters.json has no label {', '.join(sorted(unknown))}")
    return Split(
        texts=[row["text"] for row in rows],
        labels=np.array([labels.index(row["label"]) for row in rows]),
        files=[path],
    )
