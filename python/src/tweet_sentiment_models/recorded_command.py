"""environment/environment.json: the command that trains, and the variables that it runs with."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PATH = "environment/environment.json"


def variables(root: Path) -> dict[str, str]:
    """Those that `models reproduce` sets; none where the file is missing or wrong, which `start` reports."""
    found = _read(root).get("variables")
    return found if isinstance(found, dict) else {}


def runs_this_process(root: Path) -> bool:
    """Whether the program of this process is the one that the recorded command runs."""
    program = getattr(sys.modules["__main__"], "__file__", None)
    command = _read(root).get("command")
    if program is None or not isinstance(command, str):
        return False
    return any((root / word).resolve() == Path(program).resolve() for word in command.split())


def of_this_process(added: Mapping[str, str]) -> str:
    """The command that runs this process once more, with variables, for a shell."""
    # Since Python 3.10; before, Python's own options are not known.
    words = getattr(sys, "orig_argv", [sys.executable, *sys.argv])
    return " ".join(
        [f"{name}={shlex.quote(value)}" for name, value in added.items()] + [shlex.join(words)]
    )


def _read(root: Path) -> Mapping[str, Any]:
    try:
        content = json.loads((root / PATH).read_bytes())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
