"""What makes two runs of a training differ: seeds, and variables of the environment."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

from . import recorded_command
from .errors import warn


def prepare(root: Path, seed: int | None, is_reproduced: bool) -> None:
    """Seed the generators of this process, and warn once where it differs from what `models reproduce` runs."""
    if not is_reproduced:
        _compare_variables(root, seed)
    if seed is None:
        return
    random.seed(seed)
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if numpy is not None:
        numpy.random.seed(seed % 2**32)
    if torch is not None:
        torch.manual_seed(seed)


def _compare_variables(root: Path, seed: int | None) -> None:
    recorded = recorded_command.variables(root)
    differing = {name: value for name, value in recorded.items() if os.environ.get(name) != value}
    problems = [
        f"{name} is {os.environ.get(name, 'not set')}, and {value} in {recorded_command.PATH}"
        for name, value in differing.items()
    ]
    remedies = []
    hash_seed = "PYTHONHASHSEED"
    if seed is not None and hash_seed not in recorded:
        problems.append("the order of sets of strings differs from run to run")
        value = str(seed % 2**32)
        remedies.append(f'Add "{hash_seed}": "{value}" to the variables of {recorded_command.PATH}')
        if os.environ.get(hash_seed) != value:
            differing[hash_seed] = value
    if not problems:
        return
    if differing:
        remedies.append(f"Run it as\n  {recorded_command.of_this_process(differing)}")
    warn(f"another run may give another model: {'; '.join(problems)}. {'. '.join(remedies)}")
