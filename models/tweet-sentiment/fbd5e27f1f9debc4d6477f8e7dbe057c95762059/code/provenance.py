"""What a version was trained from: every file that can change it, by digest.

`metrics.json` keeps the answer. A version whose files are others by now, for instance after
a merge, has weights and scores that are not its own: it is to be retrained.
"""

import hashlib
from pathlib import Path

INGREDIENTS = ("code", "data", "environment", "hyperparameters.json")

# As in .gitignore: not part of a version.
IGNORED = {"__pycache__", ".venv"}


def trained_from(root: Path) -> dict[str, str]:
    """Path, relative to `root`, → sha256 in hex of each ingredient's bytes; sorted by path."""
    files = [
        path
        for name in INGREDIENTS
        for path in [root / name, *(root / name).rglob("*")]
        if path.is_file() and IGNORED.isdisjoint(path.parts)
    ]
    digests = {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }
    return dict(sorted(digests.items()))
