"""A model repository: the git clone whose commits are versions of a model."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Callable

from .errors import ModelsError
from .run import Run


class Repository:
    """A clone of a model repository. `root` is its folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def open(cls, path: str | os.PathLike[str] | None = None) -> Repository:
        """Open the clone that a folder is in, by default the current one.

        Raises ModelsError where it is in none.
        """
        folder = Path(path or ".").resolve()
        for each in (folder, *folder.parents):
            # A file in a worktree.
            if (each / ".git").exists():
                return cls(each)
        raise ModelsError(
            f"{folder} is in no git repository: expected a clone of a model repository; "
            "`tweet-sentiment models new <folder>` makes one"
        )

    def start(
        self, seed: int | None = None, hyperparameters: Mapping[str, Any] | None = None
    ) -> Run:
        """Begin a training: record what it starts from, at once, before it reads anything.

        What `models commit` would refuse after the training, such as a missing file, is refused before it, with
        CommandFailed. SeveralTrainings is raised in the program of the recorded command where `hyperparameters`
        are given, or a version was committed already: `models reproduce` runs that program for each version.

        `seed` goes to `random`, and to NumPy and PyTorch where they are imported already.
        `hyperparameters` are written to hyperparameters.json first, key by key, nested as the file is;
        the others keep their values.

        Use it as a context manager. A training that fails commits nothing, and what remains is reported.
        """
        return Run.start(self.root, seed, hyperparameters)

    def track(
        self, message: str, **options: Any
    ) -> Callable[[Callable[..., object]], Callable[..., str]]:
        """Decorate a function that trains: it gets the run first, and its version is committed after it.

        `options` are those of `start`. The decorated function returns the SHA.
        """

        def decorate(train: Callable[..., object]) -> Callable[..., str]:
            @functools.wraps(train)
            def tracked(*args: Any, **kwargs: Any) -> str:
                with self.start(**options) as run:
                    train(run, *args, **kwargs)
                    return run.commit(message)

            return tracked

        return decorate
