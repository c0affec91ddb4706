"""The callback in the real `Trainer`, which needs PyTorch: `python -m unittest` alone does not find this file."""

from __future__ import annotations

import json
import tempfile
import unittest
from typing import Any

import torch
from transformers import Trainer, TrainingArguments

from tests.support import ModelRepositoryTest
from tweet_sentiment_models import HyperparametersDiffer, Run


class Line(torch.nn.Module):  # type: ignore[misc, unused-ignore]
    """A model with one weight."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))

    def forward(self, x: Any, labels: Any) -> Any:
        """The loss is first in what a model returns."""
        predicted = x * self.weight
        return ((predicted - labels) ** 2).mean(), predicted


class TrainerTest(ModelRepositoryTest):
    """Training arguments, some of which hyperparameters.json names."""

    def setUp(self) -> None:
        """Name two training arguments."""
        super().setUp()
        training = {"learning_rate": 0.1, "num_train_epochs": 2}
        self.write("hyperparameters.json", json.dumps({"training": training, "layers": 1}))

    def fit(self, run: Run, **arguments: Any) -> Line:
        """Train on four points of a line."""
        # Nothing is sent to a service, and no progress is shown.
        options: dict[str, Any] = {"report_to": [], "disable_tqdm": True, "use_cpu": True}
        with tempfile.TemporaryDirectory() as folder:
            trainer = Trainer(
                model=Line(),
                args=TrainingArguments(folder, **options, **arguments),
                train_dataset=[{"x": float(x), "labels": 2.0 * x} for x in range(4)],
                callbacks=[run.trainer_callback()],
            )
            trainer.train()
        model: Line = trainer.model
        return model

    def test_trains_with_the_values_of_the_file(self) -> None:
        run = self.repository.start(seed=7)
        model = self.fit(run, **run.hyperparameters["training"])
        self.assertNotEqual(0.0, model.weight.item())

    def test_ends_before_the_first_step_with_other_values(self) -> None:
        run = self.repository.start()
        with self.assertRaises(HyperparametersDiffer) as raised:
            self.fit(run, learning_rate=0.2, num_train_epochs=2)
        message = "training.learning_rate: the training uses 0.2, hyperparameters.json has 0.1: "
        self.assertTrue(str(raised.exception).startswith(message), raised.exception)

    def test_names_a_file_that_names_no_argument(self) -> None:
        self.write("hyperparameters.json", json.dumps({"layers": 1}))
        with self.assertRaisesRegex(
            HyperparametersDiffer, "names no parameter of TrainingArguments, such as "
        ):
            self.fit(self.repository.start())

    def test_seeds_pytorch(self) -> None:
        self.repository.start(seed=7)
        first = torch.rand(3)
        self.repository.start(seed=7)
        self.assertTrue(torch.equal(first, torch.rand(3)))


if __name__ == "__main__":
    unittest.main()
