"""A training, from its start to the commit of its version."""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import re
import shlex
import subprocess
import sys
import unittest
import warnings
from pathlib import Path

from tests.support import DEV, REPORT, ROOT, TEXTS, ModelRepositoryTest
from tweet_sentiment_models import (
    CommandFailed,
    HyperparametersDiffer,
    IngredientsChanged,
    ModelsError,
    Repository,
    Run,
    calibration,
    command_line,
)

# As a training in python/README.md.
PROGRAM = """\
import shutil
import sys
from pathlib import Path

from tests.support import MODEL_FILES, REPORT, SHIPPED, TEXTS
from tweet_sentiment_models import Repository


def train(data, hyperparameters=None):
    with Repository.open().start(seed=7, hyperparameters=hyperparameters) as run:
        run.data("tiny/train", data / "train.tsv", language="en", source="x", license="x")
        run.data("tiny/dev", data / "dev.tsv")
        for name in MODEL_FILES:
            shutil.copyfile(SHIPPED / name, run.root / name)
        run.metrics({"tiny/dev": REPORT})
        run.golden(TEXTS)
        run.commit("A version")


if __name__ == "__main__":
    data = Path(sys.argv[2])
    train(data)
"""


class TrainingTest(ModelRepositoryTest):
    """A training with the package, in the repository of the test."""

    def record_data(self, run: Run) -> None:
        """Record the data of the test."""
        about = {"language": "en", "source": "invented", "license": "CC0-1.0"}
        run.data("tiny/train", self.data / "train.tsv", **about)
        run.data("tiny/dev", self.data / "dev.tsv")

    def finish(self, run: Run) -> str:
        """Train, measure and commit."""
        self.train()
        run.metrics({"tiny/dev": REPORT})
        run.golden(TEXTS)
        return run.commit("First model")

    def test_records_odd_texts_and_ids_and_refuses_what_is_no_json(self) -> None:
        class Id:
            """An integer of another library."""

            def __int__(self) -> int:
                return 101

        run = self.repository.start()
        self.train()
        self.assertRaisesRegex(
            CommandFailed, "expected 101", run.golden, ["What a day!"], lambda text: [Id(), Id()]
        )
        run.golden(["half of a character: \ud800"])
        self.assertIn("half of a character", self.read("golden.json"))
        nan = {**REPORT, "accuracy": float("nan")}
        self.assertRaises(ValueError, run.metrics, {"tiny/dev": nan})
        self.assertFalse((self.root / "metrics.json").exists())
        before = self.read("hyperparameters.json")
        self.assertRaises(ValueError, self.repository.start, None, {"C": float("inf")})
        self.assertEqual(before, self.read("hyperparameters.json"))

    def test_commits_a_version(self) -> None:
        with self.repository.start(seed=7) as run:
            self.record_data(run)
            sha = self.finish(run)
        self.assertEqual(sha, self.git("rev-parse", "HEAD").strip())
        self.assertEqual("First model\n", self.git("log", "-1", "--format=%s"))
        self.assertEqual("", self.git("status", "--porcelain"))
        metrics = json.loads(self.read("metrics.json"))
        self.assertEqual(run.ingredients, metrics["trained_from"]["ingredients"])
        self.assertEqual(
            ["config.json", "golden.json", "model.onnx", "tokenizer.json"],
            sorted(metrics["trained_from"]["outputs"]),
        )
        self.assertEqual("macro_recall", metrics["primary"])
        scores = metrics["datasets"]["tiny/dev"]
        self.assertEqual((1, 1.0), (scores["rows"], scores["fp32"]["macro_recall"]))
        (dataset,) = json.loads(self.read("data/datasets.json"))["datasets"]
        self.assertEqual(
            ("tiny", "en", "CC0-1.0"), (dataset["name"], dataset["language"], dataset["license"])
        )
        self.assertEqual([2, 1], [file["rows"] for file in dataset["files"]])
        self.assertEqual(
            TEXTS, [each["text"] for each in json.loads(self.read("golden.json"))["texts"]]
        )
        self.assertEqual(2, json.loads(self.read("profile.json"))["texts"])

    def test_names_the_ingredients_that_changed_during_the_training(self) -> None:
        with self.repository.start() as run:
            self.record_data(run)
            self.write("code/model.py", "# Another model\n")
            self.write("notes.txt", "Written by the training\n")
            (self.root / "code/graph.py").unlink()
            with self.assertRaises(IngredientsChanged) as raised:
                self.finish(run)
        changes = ["code/graph.py was removed", "code/model.py changed", "notes.txt was added"]
        self.assertEqual(changes, raised.exception.changes)
        self.assertIn("code/model.py changed", str(raised.exception))
        self.assertNotIn("trained_from", self.read("metrics.json"))

    def test_shows_the_warnings_of_a_command(self) -> None:
        printed = io.StringIO()
        with contextlib.redirect_stderr(printed):
            self.repository.start().data("tiny/train", self.data / "train.tsv", language="en")
        self.assertIn("license recorded as unknown", printed.getvalue())

    def test_records_data_only_where_nothing_else_changed(self) -> None:
        with self.repository.start() as run:
            self.write("code/model.py", "# Another model\n")
            with self.assertRaisesRegex(IngredientsChanged, "code/model.py changed"):
                self.record_data(run)

    def test_does_not_take_earlier_files_for_the_results_of_this_training(self) -> None:
        with self.repository.start() as run:
            self.record_data(run)
            self.finish(run)
        with self.repository.start(hyperparameters={"training": {"epochs": 5}}) as run:
            run.metrics({"tiny/dev": REPORT})
            with self.assertRaisesRegex(ModelsError, "has not written model.onnx, golden.json in "):
                run.commit("Five epochs")
            self.train()
            run.golden(TEXTS)
            # The data are recorded already, and the folder has all of them.
            sha = run.commit("Five epochs", data=self.data)
        self.assertEqual(sha, self.git("rev-parse", "HEAD").strip())
        self.assertEqual("2\n", self.git("rev-list", "--count", "HEAD"))

    def test_has_the_message_of_a_command_that_refuses(self) -> None:
        with self.repository.start() as run:
            self.record_data(run)
            (self.root / "README.md").unlink()
            with self.assertRaisesRegex(CommandFailed, "^missing: README.md: ") as raised:
                self.finish(run)
        self.assertEqual(1, raised.exception.exit_code)

    def test_a_training_that_fails_commits_nothing_and_reports_what_remains(self) -> None:
        printed = io.StringIO()
        with contextlib.redirect_stderr(printed), self.assertRaises(ZeroDivisionError):
            with self.repository.start():
                self.train()
                raise ZeroDivisionError
        self.assertIn("no version was committed, because of ZeroDivisionError", printed.getvalue())
        self.assertIn("?? model.onnx", printed.getvalue())
        self.assertEqual("", self.git("rev-list", "--all"))

    def test_reports_a_training_that_was_not_committed(self) -> None:
        printed = io.StringIO()
        with contextlib.redirect_stderr(printed), self.repository.start():
            pass
        self.assertIn("because run.commit was not called", printed.getvalue())

    def test_the_decorator_commits_what_a_function_trains(self) -> None:
        error = {"before": 0.1, "after": 0.02}

        @self.repository.track("First model", seed=7)
        def train(run: Run, name: str) -> None:
            self.record_data(run)
            self.train()
            report = {**REPORT, "calibration_error": error}
            record = calibration.record(1.25, [name])
            run.metrics({name: report}, primary="accuracy", calibration=record)
            run.golden(TEXTS)

        with self.assertWarns(UserWarning) as warned:
            sha = train("tiny/dev")
        self.assertEqual(__file__, warned.filename)
        self.assertEqual(sha, self.git("rev-parse", "HEAD").strip())
        metrics = json.loads(self.read("metrics.json"))
        self.assertEqual("accuracy", metrics["primary"])
        self.assertEqual(1.25, metrics["calibration"]["temperature"])
        scores = metrics["datasets"]["tiny/dev"]["fp32"]
        self.assertEqual(error, scores["calibration_error"])
        self.assertEqual({"negative", "neutral", "positive"}, set(scores["labels"]))

    def test_names_the_data_that_the_training_was_not_given(self) -> None:
        (self.data / "old.tsv").write_text(DEV + "neutral\tAnother text.\n")
        self.repository.start().data("old/dev", self.data / "old.tsv", language="en")
        with self.repository.start() as run:
            self.record_data(run)
            with self.assertWarns(UserWarning) as warned:
                run.log_hyperparameters({})
            self.assertEqual(__file__, warned.filename)
            remedy = "`tweet-sentiment models data remove old`"
            for words in ("not given to run.data before the training: old/dev.tsv. ", remedy):
                self.assertIn(words, str(warned.warning))
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                run.log_hyperparameters({})
            with self.assertRaisesRegex(
                ModelsError, "not given to run.data:\n  old/dev.tsv\n"
            ) as raised:
                self.finish(run)
        message = str(raised.exception)
        self.assertIn(remedy, message)
        # The command of the message, as its reader types it.
        command = re.search(r"`tweet-sentiment (models commit .*?) <folder", message)
        assert command is not None
        arguments = [*shlex.split(command[1]), str(self.data)]
        sha = command_line.run(arguments, self.root).strip()
        self.assertEqual(sha, self.git("rev-parse", "HEAD").strip())

    def test_golden_texts_have_the_token_ids_of_the_training(self) -> None:
        with self.repository.start() as run:
            self.train()
            with self.assertRaisesRegex(CommandFailed, "What a day!"):
                run.golden(["What a day!"], encode=lambda text: [101, 102])
            run.golden(["What a day!"], encode=lambda text: [101, 2054, 1037, 2154, 999, 102])
        (golden,) = json.loads(self.read("golden.json"))["texts"]
        self.assertEqual([101, 2054, 1037, 2154, 999, 102], golden["ids"])

    def test_a_reproduced_training_commits_nothing(self) -> None:
        os.environ["TWEET_SENTIMENT_REPRODUCED_COMMIT"] = "b" * 40
        with self.repository.start() as run:
            self.record_data(run)
            self.assertEqual("b" * 40, self.finish(run))
        self.assertEqual("", self.git("rev-list", "--all"))
        self.assertIn("trained_from", self.read("metrics.json"))
        with self.assertRaises(HyperparametersDiffer):
            self.repository.start(hyperparameters={"training": {"epochs": 5}})


class RecordedCommandTest(ModelRepositoryTest):
    """Programs that train: the one of the recorded command, and others."""

    def setUp(self) -> None:
        """Write code/train.py, the recorded command; `train` is its function."""
        super().setUp()
        self.write("code/train.py", PROGRAM)

    def run_program(self, path: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the repository, with the data of the test."""
        tests = Path(__file__).parents[1]
        return subprocess.run(
            [sys.executable, path, "--data", str(self.data)],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(tests), "PYTHONHASHSEED": "7"},
            capture_output=True,
            text=True,
        )

    def assert_refused(self, message: str, versions: str) -> None:
        """Check that the program ends with an error, and how many versions it has committed."""
        done = self.run_program("code/train.py")
        self.assertEqual(1, done.returncode, done.stderr)
        self.assertRegex(
            done.stderr, f"SeveralTrainings: {message}: this program is the command in"
        )
        self.assertEqual(f"{versions}\n", self.git("rev-list", "--all", "--count"))

    def test_the_recorded_command_may_not_choose_hyperparameters(self) -> None:
        before = self.read("hyperparameters.json")
        with (self.root / "code/train.py").open("a") as file:
            # Also where they are those of the file.
            file.write('    train(data, {"training": {"epochs": 2}})\n')
        self.write("code/train.py", self.read("code/train.py").replace("    train(data)\n", ""))
        self.assert_refused(r"start\(hyperparameters=…\) can't be called here", "0")
        self.assertEqual(before, self.read("hyperparameters.json"))

    def test_the_recorded_command_trains_one_version(self) -> None:
        with (self.root / "code/train.py").open("a") as file:
            file.write("    train(data)\n")
        self.assert_refused("a version was trained and committed already", "1")

    def test_a_sweep_is_a_program_of_its_own(self) -> None:
        """The one of the README, with other values."""
        readme = (ROOT / "python/README.md").read_text()
        (sweep,) = re.findall(r"```python\n(# sweep.py\n.*?)```", readme, re.DOTALL)
        values = '[{"training": {"epochs": n}} for n in (3, 4)]'
        sweep, replaced = re.subn(r"for C in .*:\n", f"for values in {values}:\n", sweep)
        self.assertEqual(1, replaced)
        sweep, replaced = re.subn(r"hyperparameters=\{.*\}", "hyperparameters=values", sweep)
        self.assertEqual(1, replaced)
        self.write("sweep.py", sweep)
        done = self.run_program("sweep.py")
        self.assertEqual(0, done.returncode, done.stderr)
        for revision, epochs in (("HEAD~1", 3), ("HEAD", 4)):
            content = json.loads(self.git("show", f"{revision}:hyperparameters.json"))
            self.assertEqual(epochs, content["training"]["epochs"])
        self.assertEqual("2\n", self.git("rev-list", "--count", "HEAD"))
        # As `models reproduce` does, in a copy of the first one.
        self.git("checkout", "--quiet", "HEAD~1")
        os.environ["TWEET_SENTIMENT_REPRODUCED_COMMIT"] = "b" * 40
        done = self.run_program("code/train.py")
        self.assertEqual((0, ""), (done.returncode, done.stderr))


class HyperparametersTest(ModelRepositoryTest):
    """What a training uses is what hyperparameters.json has."""

    def setUp(self) -> None:
        """Values of the test, in the author's own format."""
        super().setUp()
        self.write(
            "hyperparameters.json",
            '{\n  "model": {"base": "x"},\n'
            '  "training": {"epochs": 2, "batch_size": 32, "adam_betas": [0.9, 0.98]}\n}\n',
        )

    def test_the_same_values_change_nothing(self) -> None:
        before = self.read("hyperparameters.json")
        values = {"training": {"epochs": 2, "adam_betas": (0.9, 0.98)}}
        run = self.repository.start(hyperparameters=values)
        run.log_hyperparameters(values)
        self.assertEqual(before, self.read("hyperparameters.json"))
        self.assertEqual(2, run.hyperparameters["training"]["epochs"])

    def test_other_values_are_written_before_the_training(self) -> None:
        before = json.loads(self.read("hyperparameters.json"))
        run = self.repository.start(hyperparameters={"training": {"epochs": 5}})
        self.assertEqual({**before["training"], "epochs": 5}, run.hyperparameters["training"])
        self.assertEqual(before["model"], run.hyperparameters["model"])
        self.assertEqual(run.ingredients, self.repository.start().ingredients)

    def test_names_each_value_that_differs(self) -> None:
        run = self.repository.start()
        with self.assertRaises(HyperparametersDiffer) as raised:
            run.log_hyperparameters({"training": {"epochs": 5, "momentum": None, "batch_size": 32}})
        self.assertEqual(
            "training.epochs: the training uses 5, hyperparameters.json has 2; "
            "training.momentum: the training uses None, hyperparameters.json has no such value: "
            "the training has to use those of hyperparameters.json, which may be changed before it begins",
            str(raised.exception),
        )

    def test_names_a_file_that_is_wrong(self) -> None:
        run = self.repository.start()
        for text, message in [("[]", "expected an object, found list"), ("{", "is not JSON")]:
            self.write("hyperparameters.json", text)
            with self.subTest(text), self.assertRaisesRegex(ModelsError, message):
                run.log_hyperparameters({})
        (self.root / "hyperparameters.json").unlink()
        with self.assertRaisesRegex(ModelsError, "hyperparameters.json does not exist"):
            run.log_hyperparameters({})


class StartTest(ModelRepositoryTest):
    """What happens before a training."""

    def test_seeds_the_generators(self) -> None:
        self.repository.start(seed=7)
        first = random.random()
        self.repository.start(seed=7)
        self.assertEqual(first, random.random())

    def test_warns_once_where_another_run_may_differ_with_the_command_to_type(self) -> None:
        os.environ["OMP_NUM_THREADS"] = "2"
        with self.assertWarns(UserWarning) as warned:
            self.repository.start(seed=7)
        self.assertEqual(__file__, warned.filename)
        self.assertEqual(1, len(warned.warnings))
        message = str(warned.warning)
        self.assertIn("OMP_NUM_THREADS is 2, and 1 in environment/environment.json; ", message)
        self.assertIn('Add "PYTHONHASHSEED": "7" to the variables of environment/', message)
        command = shlex.join(sys.orig_argv)
        self.assertTrue(
            message.endswith(f"Run it as\n  OMP_NUM_THREADS=1 PYTHONHASHSEED=7 {command}"), message
        )
        os.environ["OMP_NUM_THREADS"] = "1"
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            run = self.repository.start()
        self.assertRegex(run.ingredients, "^[0-9a-f]{64}$")

    def test_refuses_before_the_training_what_commit_would_refuse_after_it(self) -> None:
        environment = json.loads(self.read("environment/environment.json"))
        environment["command"] = "python code/train.py"
        self.write("environment/environment.json", json.dumps(environment))
        self.write("hyperparameters.json", "<<<<<<< ours\n")
        (self.root / "README.md").unlink()
        with self.assertRaises(CommandFailed) as raised:
            self.repository.start(hyperparameters={"training": {"epochs": 5}})
        self.assertEqual(
            [
                "hyperparameters.json has a conflict that is not resolved",
                "missing: README.md: every version has one",
                "environment/environment.json: the command has no DATA, the word that `models reproduce` replaces "
                'by the folder with the data, as in "python code/train.py --data DATA": python code/train.py',
            ],
            str(raised.exception).splitlines(),
        )

    def test_opens_the_repository_that_a_folder_is_in(self) -> None:
        self.assertEqual(self.root, Repository.open(self.root / "code").root)
        with self.assertRaisesRegex(ModelsError, "is in no git repository"):
            Repository.open(self.data)


if __name__ == "__main__":
    unittest.main()
