"""What makes two runs of a training differ: seeds, and variables of the environment."""

from __future__ import annotations

import json
import os
import random
import sys
import warnings
from pathlib import Path

ENVIRONMENT = "environment/environment.json"


def prepare(root: Path, seed: int | None) -> None:
    """Seed the generators of this process, and warn where it differs from what `models reproduce` runs."""
    variables = _recorded_variables(root)
    for name, value in variables.items():
        if os.environ.get(name) != value:
            _warn(
                f"{name} is {os.environ.get(name)!r} in this process, and {value!r} in {ENVIRONMENT}"
            )
    if seed is None:
        return
    if "PYTHONHASHSEED" not in variables:
        _warn(
            "the order of sets of strings differs from run to run: add "
            f'"PYTHONHASHSEED": "{seed % 2**32}" to the variables of {ENVIRONMENT}, and set it before Python starts'
        )
    random.seed(seed)
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if numpy is not None:
        numpy.random.seed(seed % 2**32)
    if torch is not None:
        torch.manual_seed(seed)


def _recorded_variables(root: Path) -> dict[str, str]:
    """Those that `models reproduce` sets; none where the file is missing or wrong, which `models commit` reports."""
    try:
        variables = json.loads((root / ENVIRONMENT).read_bytes())["variables"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return variables if isinstance(variables, dict) else {}


def _warn(message: str) -> None:
    # The line of the training code, whatever of this package is between.
    level = 1
    while sys._getframe(level).f_globals["__name__"].startswith(f"{__package__}."):
        level += 1
    warnings.warn(f"{message}: another run may give another model", stacklevel=level + 1)
