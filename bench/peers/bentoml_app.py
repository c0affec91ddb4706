"""BentoML with two workers, a session in each, and batches of up to 16."""

import os

import bentoml
from classify import Classification, Classifier


@bentoml.service(
    workers=2,
    logging={"access": {"enabled": False}},
    metrics={"enabled": False},
)
class Sentiment:
    def __init__(self) -> None:
        self.classifier = Classifier()

    # A batchable API receives and returns lists, which can be joined from several requests.
    @bentoml.api(batchable=True, max_batch_size=16)
    def predict(self, inputs: list[str]) -> list[Classification]:
        return self.classifier.classify(inputs)

    @bentoml.api
    def pid(self) -> int:
        """Which of the workers answers: one can be ready before the other."""
        return os.getpid()
