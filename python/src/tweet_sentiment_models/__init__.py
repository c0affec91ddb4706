"""Record a training as a version of a model, pinned by its git commit SHA.

    from tweet_sentiment_models import Repository

    with Repository.open().start(seed=7) as run:
        ...  # train, and write model.onnx, tokenizer.json and config.json
        run.metrics({"reviews/dev": scores})
        run.golden(["What a day!", "Rain again."])
        sha = run.commit("First model")

The package runs the command line `tweet-sentiment`, which does the work: `command_line.find` says
where it comes from.
"""

from .errors import (
    CommandFailed,
    CommandLineNotFound,
    HyperparametersDiffer,
    IngredientsChanged,
    ModelsError,
    SeveralTrainings,
)
from .repository import Repository
from .run import Run

__all__ = [
    "CommandFailed",
    "CommandLineNotFound",
    "HyperparametersDiffer",
    "IngredientsChanged",
    "ModelsError",
    "Repository",
    "Run",
    "SeveralTrainings",
]
