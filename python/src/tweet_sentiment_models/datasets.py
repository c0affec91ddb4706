"""data/datasets.json: which of its data a training was not given."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

PATH = "data/datasets.json"


@dataclass(frozen=True)
class OtherData:
    """The `paths` of data that the file has, and the names of their data `sets`."""

    paths: Sequence[str]
    sets: Sequence[str]

    @property
    def removal(self) -> str:
        """The commands that remove them."""
        return " and ".join(f"`tweet-sentiment models data remove {name}`" for name in self.sets)


def find_other(root: Path, given: Iterable[Path]) -> OtherData | None:
    """The data of which none of the given files has the digest; None where there are none.

    Nor where the file is not in its format: `models commit` has the message.
    """
    digests = {_sha256(file) for file in given}
    try:
        datasets = json.loads((root / PATH).read_bytes())["datasets"]
        others = [
            (file["path"], dataset["name"])
            for dataset in datasets
            for file in dataset["files"]
            if file["sha256"] not in digests
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    paths = [path for path, _ in others]
    return OtherData(paths, sorted({name for _, name in others})) if others else None


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while block := content.read(2**20):
            digest.update(block)
    return digest.hexdigest()
