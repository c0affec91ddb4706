"""A training, from its start to the commit of its version."""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import unittest
import warnings

from tests.support import REPORT, TEXTS, ModelRepositoryTest
from tweet_sentiment_models import (
    CommandFailed,
    HyperparametersDiffer,
    IngredientsChanged,
    ModelsError,
    Repository,
    Run,
)


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
        (self.root / "README.md").unlink()
        with self.repository.start() as run:
            self.record_data(run)
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
        @self.repository.track("First model", seed=7)
        def train(run: Run, name: str) -> None:
            self.record_data(run)
            self.train()
            run.metrics({name: REPORT}, primary="accuracy")
            run.golden(TEXTS)

        with self.assertWarns(UserWarning) as warned:
            sha = train("tiny/dev")
        self.assertEqual(__file__, warned.filename)
        self.assertEqual(sha, self.git("rev-parse", "HEAD").strip())
        self.assertEqual("accuracy", json.loads(self.read("metrics.json"))["primary"])

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


class HyperparametersTest(ModelRepositoryTest):
    """What a training uses is what hyperparameters.json has."""

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
            "change hyperparameters.json before the training begins, or give the values to "
            "start(hyperparameters=…)",
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

    def test_warns_where_variables_differ_from_those_that_reproduce_sets(self) -> None:
        os.environ["OMP_NUM_THREADS"] = "2"
        with self.assertWarnsRegex(
            UserWarning, "^OMP_NUM_THREADS is '2' in this process, and '1' in "
        ):
            self.repository.start()
        os.environ["OMP_NUM_THREADS"] = "1"
        with self.assertWarnsRegex(UserWarning, 'add "PYTHONHASHSEED": "7" to') as warned:
            self.repository.start(seed=7)
        self.assertEqual(__file__, warned.filename)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            run = self.repository.start()
        self.assertRegex(run.ingredients, "^[0-9a-f]{64}$")

    def test_opens_the_repository_that_a_folder_is_in(self) -> None:
        self.assertEqual(self.root, Repository.open(self.root / "code").root)
        with self.assertRaisesRegex(ModelsError, "is in no git repository"):
            Repository.open(self.data)


if __name__ == "__main__":
    unittest.main()
