"""What this package raises and warns of. Each message is for the person that runs the training."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence


class ModelsError(Exception):
    """The base of all errors of this package."""


class CommandLineNotFound(ModelsError):
    """The command line, or Node.js, which runs it, is not here and can't be installed."""


class CommandFailed(ModelsError):
    """A command ended with another exit code than 0; the message is what it printed.

    `exit_code` is 1 where the command refuses the version, and 2 where it could not do its work.
    """

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class IngredientsChanged(ModelsError):
    """The files that the training started from are no longer those of the repository.

    `changes` has a text for each of them, such as `code/train.py changed`.
    """

    def __init__(self, changes: Sequence[str]) -> None:
        super().__init__(
            f"since the training began, {', '.join(changes)}: the version would not be what was trained. "
            "Undo the change or train again; what training writes beside the model belongs outside of the "
            "repository or in .gitignore"
        )
        self.changes = list(changes)


class HyperparametersDiffer(ModelsError):
    """A training uses other hyper-parameters than those in hyperparameters.json."""


class SeveralTrainings(ModelsError):
    """The program of the recorded command chooses hyper-parameters, or trains more than one version."""


def warn(message: str) -> None:
    """Warn, with the line of the training code, whatever of this package is between."""
    level = 1
    while sys._getframe(level).f_globals["__name__"].startswith(f"{__package__}."):
        level += 1
    warnings.warn(message, stacklevel=level + 1)
