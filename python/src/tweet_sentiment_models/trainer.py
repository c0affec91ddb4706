"""A callback for the `Trainer` of Hugging Face, without a dependency on `transformers`."""

from __future__ import annotations

from typing import Any, Callable


class TrainerCallback:
    """Has the methods of `transformers.TrainerCallback`, which may be more in another version of it."""

    def __init__(self, check: Callable[[Any], None]) -> None:
        self._check = check

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Check the training arguments, before the first step."""
        self._check(args)

    def __getattr__(self, name: str) -> Callable[..., None]:
        """Any other event has no effect."""
        if not name.startswith("on_"):
            raise AttributeError(name)
        return _ignore


def _ignore(*args: Any, **kwargs: Any) -> None:
    pass
