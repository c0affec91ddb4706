"""The JSON files of this repository."""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def read_json(path: str) -> dict:
    """Parse a file of this repository."""
    return json.loads((ROOT / path).read_text(encoding="utf-8"))


def write_json(path: str, value: dict) -> None:
    """Write a file of this repository, readable, with its last line ended."""
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    (ROOT / path).write_text(text, encoding="utf-8")
