"""One training, from what it starts from to the commit of its version."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Callable

from . import command_line, datasets, hyperparameters, randomness, recorded_command, scores
from .errors import IngredientsChanged, ModelsError, SeveralTrainings, warn
from .trainer import TrainerCallback

METRICS = "metrics.json"
# An earlier one would be taken for the result of this training.
_WRITTEN = ("model.onnx", METRICS, "golden.json")

_REPRODUCED_COMMIT = "TWEET_SENTIMENT_REPRODUCED_COMMIT"


class Run:
    """A training that has begun; `Repository.start` makes it."""

    def __init__(self, root: Path, lineage: Mapping[str, Any]) -> None:
        self.root = root
        self._lineage = lineage
        # Data set with split, and file.
        self._data: list[tuple[str, Path]] = []
        self._has_warned_of_data = False
        self._written_before = {name: _last_written(root / name) for name in _WRITTEN}
        # `models reproduce` trains this version again, and commits nothing.
        self._reproduced_commit = os.environ.get(_REPRODUCED_COMMIT)
        self._committed: str | None = None

    @classmethod
    def start(cls, root: Path, seed: int | None, changed: Mapping[str, Any] | None) -> Run:
        """As `Repository.start`."""
        is_reproduced = _REPRODUCED_COMMIT in os.environ
        if is_reproduced:
            # A version keeps its own.
            hyperparameters.check(root, changed or {})
        else:
            _assert_one_training(root, changed)
        lineage = _read_lineage(root, *([] if is_reproduced else ["--check"]))
        if not is_reproduced and changed is not None and hyperparameters.update(root, changed):
            lineage = _read_lineage(root)
        run = cls(root, lineage)
        randomness.prepare(root, seed, is_reproduced)
        return run

    @property
    def ingredients(self) -> str:
        """The digest of all ingredients that the training started from: SHA-256 in hex."""
        return str(self._lineage["ingredients"])

    @property
    def hyperparameters(self) -> Any:
        """The content of hyperparameters.json: what the training should use."""
        self._warn_of_other_data()
        return hyperparameters.read(self.root)

    def log_hyperparameters(self, values: Mapping[str, Any]) -> None:
        """Check that the training uses the values that hyperparameters.json has, nested as the file is.

        It writes nothing: the file is an ingredient, and `models reproduce` trains with what it says. To
        train with other values, change the file before.

        Raises HyperparametersDiffer, with each value that differs from the file's or is not in it.
        """
        self._warn_of_other_data()
        hyperparameters.check(self.root, values)

    def log_estimator(self, estimator: Any) -> None:
        """Check that a scikit-learn estimator has the hyper-parameters that hyperparameters.json names.

        The names are those of `get_params`, nested or with two underscores: `{"classifier": {"C": 1.0}}` and
        `{"classifier__C": 1.0}` are the same. What the file does not name is not checked.

        Raises HyperparametersDiffer, with each value that differs; also where the file names none.
        """
        self._warn_of_other_data()
        hyperparameters.check_estimator(self.root, estimator)

    def trainer_callback(self) -> TrainerCallback:
        """Make a callback for a `Trainer` of Hugging Face: `Trainer(…, callbacks=[run.trainer_callback()])`.

        Before the first step it compares the training arguments, such as `learning_rate`, with those of
        that name that hyperparameters.json has, in any of its objects.

        The training ends with HyperparametersDiffer where a value differs, or the file names none.
        """

        def check(arguments: Any) -> None:
            self._warn_of_other_data()
            hyperparameters.check_arguments(self.root, arguments)

        return TrainerCallback(check)

    def data(
        self,
        name: str,
        *paths: str | os.PathLike[str],
        language: str | None = None,
        source: str | None = None,
        license: str | None = None,
    ) -> None:
        """Record data files in data/datasets.json, before the training reads them: `models data add`.

        `name` is data set and split, such as `reviews/train`. The files are tab-separated, with a header that
        has the columns `label` and `text`. Their digests, rows, labels and languages are recorded, and become
        ingredients of the training; the files are not copied.

        Raises CommandFailed where a file is not such a table; IngredientsChanged where another file of the
        repository has changed since the start.
        """
        files = [Path(path).resolve() for path in paths]
        about = {"language": language, "source": source, "license": license}
        flags = [
            word
            for key, value in about.items()
            if value is not None
            for word in (f"--{key}", value)
        ]
        if self._reproduced_commit is None:
            command_line.run(["models", "data", "add", name, *map(str, files), *flags], self.root)
            lineage = _read_lineage(self.root)
            self._assert_unchanged(lineage, allowed=datasets.PATH)
            self._lineage = lineage
        self._data.extend((name, file) for file in files)

    def metrics(
        self,
        datasets: Mapping[str, Mapping[str, Any]],
        primary: str = "macro_recall",
        weights: str = "fp32",
        calibration: Mapping[str, Any] | None = None,
    ) -> None:
        """Write the scores of the model to metrics.json, by data set and split.

        Scores of a data set are what scikit-learn's `classification_report(…, output_dict=True)` returns, or an
        entry of metrics.json: `{"rows": 100, "fp32": {"macro_recall": …, …}}`.

        `primary` is the score that decides: `macro_recall`, `macro_f1` or `accuracy`. `weights` are those that
        the scores of a report are of: `fp32` or `int8`. Raises ValueError where it is none of these, or a score
        is not a number.

        `calibration` is what `calibration.record` returns, where the graph divides its logits by a temperature;
        the reports of the data sets that it was fitted on then have `calibration_error` in addition.
        """
        entries = {name: scores.entry(report, weights) for name, report in datasets.items()}
        record = {} if calibration is None else {"calibration": dict(calibration)}
        self._write_metrics({"primary": primary, "datasets": entries, **record})

    def golden(
        self,
        texts: Iterable[str] | None = None,
        encode: Callable[[str], Sequence[int]] | None = None,
    ) -> None:
        """Write texts with the scores of the model to golden.json: `models golden make`.

        Call it after the model has been written. Each start of the server computes these scores again. Without
        texts, those of `models golden texts` are used. `encode` returns the token ids of a text by the
        tokenizer of the training, special tokens included: they must be those of the server.
        """
        if texts is None:
            lines = command_line.run(["models", "golden", "texts"], self.root).splitlines()
            entries = [json.loads(line) for line in lines]
        else:
            entries = [{"text": text} for text in texts]
        if encode is not None:
            # Of a library such as NumPy, they are no numbers of Python.
            entries = [
                {**entry, "ids": [int(each) for each in encode(entry["text"])]} for entry in entries
            ]
        lines_of_json = "".join(f"{json.dumps(entry)}\n" for entry in entries)
        command_line.run(["models", "golden", "make", "--texts", "-"], self.root, lines_of_json)

    def commit(self, message: str, data: str | os.PathLike[str] | None = None) -> str:
        """Commit the version; return its full SHA.

        Measures the reference profile of the files of `run.data` whose split begins with `train`, and adds
        the record of the training to metrics.json. `data` is a folder with all data of data/datasets.json;
        by default, the files of `run.data` are. Where `models reproduce` runs the training, nothing is
        committed, and the SHA is that of the reproduced version.

        Raises IngredientsChanged where the files that the training started from have changed since;
        ModelsError where it has not written model, metrics or golden texts since it began, or where data of
        data/datasets.json were not given to `run.data`; CommandFailed, with everything that is missing or
        wrong, where `models commit` refuses the version.
        """
        lineage = _read_lineage(self.root)
        self._assert_unchanged(lineage)
        self._assert_written()
        record = {"ingredients": self.ingredients, "outputs": lineage["outputs"]}
        metrics = json.loads((self.root / METRICS).read_bytes())
        self._write_metrics({**metrics, "trained_from": record})
        if self._reproduced_commit is not None:
            self._committed = self._reproduced_commit
            return self._reproduced_commit
        training = [
            str(file) for name, file in self._data if name.rpartition("/")[2].startswith("train")
        ]
        if training:
            command_line.run(
                ["models", "profile", ".", *training, "--output", "profile.json"], self.root
            )
        if data is None:
            self._assert_no_other_data(message)
        with tempfile.TemporaryDirectory() as links:
            folder = Path(data).resolve() if data is not None else self._link_data(Path(links))
            arguments = ["models", "commit", "--message", message, "--data", str(folder)]
            sha: str = command_line.run_json([*arguments, "--json"], self.root)["commit"]
        self._committed = sha
        _committed_in_this_process.add(self.root)
        return sha

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._committed is not None:
            return
        reason = "run.commit was not called" if kind is None else f"of {kind.__name__}"
        status = ["git", "status", "--short"]
        changed = subprocess.run(
            status, cwd=self.root, capture_output=True, text=True, errors="replace"
        )
        remains = changed.stdout.rstrip() or "no changed file"
        print(
            f"tweet-sentiment: no version was committed, because {reason}. In {self.root} remain:\n{remains}",
            file=sys.stderr,
        )

    def _assert_unchanged(self, lineage: Mapping[str, Any], allowed: str | None = None) -> None:
        before, after = self._lineage["files"], lineage["files"]
        changes = [
            f"{path} {'was added' if path not in before else 'was removed' if path not in after else 'changed'}"
            for path in sorted({*before, *after})
            if path != allowed and before.get(path) != after.get(path)
        ]
        if changes:
            raise IngredientsChanged(changes)

    def _warn_of_other_data(self) -> None:
        """Once, before the training: `run.commit` would refuse after it."""
        if not self._data or self._has_warned_of_data or self._reproduced_commit is not None:
            return
        self._has_warned_of_data = True
        others = datasets.find_other(self.root, (file for _, file in self._data))
        if others is not None:
            warn(
                f"{datasets.PATH} has data that were not given to run.data before the training: "
                f"{', '.join(others.paths)}. Where the training does not read them, {others.removal} before it; "
                "where it does, give them to run.data, or a folder that has all data to run.commit(data=…)"
            )

    def _assert_no_other_data(self, message: str) -> None:
        others = datasets.find_other(self.root, (file for _, file in self._data))
        if others is not None:
            listed = "".join(f"\n  {path}" for path in others.paths)
            commit = f"tweet-sentiment models commit --message {shlex.quote(message)}"
            raise ModelsError(
                f"{datasets.PATH} has data that were not given to run.data:{listed}\n"
                f"Where the training read them, it is not lost: `{commit} --data <folder that has all data>`; "
                "run.commit(data=…) does the same. "
                f"Where it did not, {others.removal}, and train again"
            )

    def _assert_written(self) -> None:
        stale = [
            name
            for name, before in self._written_before.items()
            if _last_written(self.root / name) == before
        ]
        if stale:
            raise ModelsError(
                f"the training has not written {', '.join(stale)} in {self.root}: the training writes model.onnx, "
                "run.metrics and run.golden write the others"
            )

    def _write_metrics(self, metrics: Mapping[str, Any]) -> None:
        # NaN is no JSON.
        text = json.dumps(metrics, indent=2, ensure_ascii=False, allow_nan=False)
        (self.root / METRICS).write_bytes(f"{text}\n".encode())

    def _link_data(self, folder: Path) -> Path:
        for index, (_, file) in enumerate(self._data):
            (folder / str(index)).symlink_to(file)
        return folder


def _last_written(path: Path) -> tuple[int, int] | None:
    """What changes where a file is written again, also with the same content; None where there is none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns


def _assert_one_training(root: Path, changed: Mapping[str, Any] | None) -> None:
    """Refuse what makes versions that `models reproduce` can't train again: it runs the recorded command."""
    if not recorded_command.runs_this_process(root):
        return
    sweep = (
        f"this program is the command in {recorded_command.PATH}, which `models reproduce` runs for each "
        "version: put the loop into a program of its own, that calls the function of this one that trains"
    )
    if changed is not None:
        raise SeveralTrainings(f"start(hyperparameters=…) can't be called here: {sweep}")
    if root in _committed_in_this_process:
        raise SeveralTrainings(f"a version was trained and committed already: {sweep}")


_committed_in_this_process: set[Path] = set()


def _read_lineage(root: Path, *flags: str) -> Any:
    """`ingredients`, `outputs`, and the digest of each ingredient in `files`."""
    return command_line.run_json(["models", "lineage", "--files", *flags], root)
