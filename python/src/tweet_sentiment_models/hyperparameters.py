"""hyperparameters.json: read, compared with what a training uses, and changed before it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Callable

from .errors import HyperparametersDiffer, ModelsError

PATH = "hyperparameters.json"
Key = tuple[str, ...]
_ADVICE = f"the training has to use those of {PATH}, which may be changed before it begins"


def read(root: Path) -> Any:
    """The content of the file. Raises ModelsError where it is missing or not a JSON object."""
    try:
        content = json.loads((root / PATH).read_bytes())
    except FileNotFoundError:
        raise ModelsError(
            f"{root / PATH} does not exist: expected an object with the hyper-parameters"
        ) from None
    except ValueError as error:
        raise ModelsError(f"{root / PATH} is not JSON: {error}") from None
    if not isinstance(content, dict):
        raise ModelsError(f"{root / PATH}: expected an object, found {type(content).__name__}")
    return content


def check(root: Path, values: Mapping[str, Any]) -> None:
    """Raise HyperparametersDiffer where a value is not that of the file."""
    _assert_equal(dict(_leaves(read(root))), dict(_leaves(values)))


def check_estimator(root: Path, estimator: Any) -> None:
    """Raise HyperparametersDiffer where a parameter of a scikit-learn estimator is not that of the file."""
    _check_named(root, estimator.get_params(), "__".join, type(estimator).__name__)


def check_arguments(root: Path, arguments: Any) -> None:
    """As `check_estimator`, for TrainingArguments of Hugging Face; their names are not nested."""
    _check_named(root, arguments.to_dict(), lambda key: key[-1], type(arguments).__name__)


def _check_named(
    root: Path, used: Mapping[str, Any], name_of: Callable[[Key], str], owner: str
) -> None:
    """Compare what the file names of the parameters; `name_of` a key of the file is a parameter's name."""
    recorded = {key: value for key, value in _leaves(read(root)) if name_of(key) in used}
    if not recorded:
        raise HyperparametersDiffer(
            f"{PATH} names no parameter of {owner}, such as {', '.join(sorted(used)[:3])}"
        )
    _assert_equal(recorded, {key: used[name_of(key)] for key in recorded})


def update(root: Path, values: Mapping[str, Any]) -> bool:
    """Write values into the file, where they differ. Returns whether they did."""
    content = read(root)
    try:
        check(root, values)
    except HyperparametersDiffer:
        _merge(content, _as_json(values))
        # NaN is no JSON.
        text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
        (root / PATH).write_bytes(f"{text}\n".encode())
        return True
    return False


def _leaves(values: Mapping[str, Any], prefix: Key = ()) -> Iterator[tuple[Key, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, (*prefix, key))
        else:
            yield (*prefix, key), value


def _assert_equal(recorded: Mapping[Key, Any], used: Mapping[Key, Any]) -> None:
    differing = [
        f"{'.'.join(key)}: the training uses {value!r}, {PATH} has "
        f"{repr(recorded[key]) if key in recorded else 'no such value'}"
        for key, value in used.items()
        if key not in recorded or _as_json(value) != recorded[key]
    ]
    if differing:
        raise HyperparametersDiffer(f"{'; '.join(differing)}: {_ADVICE}")


def _as_json(value: Any) -> Any:
    """A value as it is read back from JSON: a tuple as a list. What JSON can't have is its text."""
    return json.loads(json.dumps(value, default=str))


def _merge(content: dict[str, Any], values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        if isinstance(value, Mapping) and isinstance(content.get(key), dict):
            _merge(content[key], value)
        else:
            content[key] = value
