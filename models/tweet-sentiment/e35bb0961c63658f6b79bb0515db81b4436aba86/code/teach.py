"""Train the teacher, and write what it says of every training text.

    python code/teach.py --data DIR

writes teacher/logits.npy, float16 [training texts, labels], and teacher/record.json. The
student learns from these (code/train.py). A checkpoint is kept every few minutes in
.checkpoints/: the same command continues from it.
"""

import argparse
import os
from pathlib import Path

from files import ROOT, read_json, write_json

# Numeric libraries read their thread counts once, when they load: before the imports below.
os.environ.update(read_json("environment/environment.json")["variables"])

# ruff: noqa: E402
import numpy as np

from data import Split, load_splits, merge
from preprocessing import build_tokenizer, encode
from scores import score
from teacher import PAD_TOKEN_ID, load_teacher
from training import TrainingSet, fine_tune, predict, right_labels, seeded


def main(data: Path) -> None:
    """Train, predict, record; `data` is the folder with the datasets."""
    hyperparameters = read_json("hyperparameters.json")
    settings, labels = hyperparameters["teacher"], hyperparameters["labels"]
    datasets = read_json("data/datasets.json")["datasets"]

    def load_some(role: str, names: list[str]) -> list[Split]:
        return [s for s in load_splits(datasets, role, data, labels) if s.name in names]

    train_split = merge(load_some("train", settings["trained_on"]))
    seeded(settings)
    model, tokenizer_json = load_teacher(len(labels), settings["dropout"])
    tokenizer = build_tokenizer(tokenizer_json, settings["max_length"])

    training_ids = encode(tokenizer, train_split.texts, settings["max_length"])
    targets = [right_labels(train_split.labels, len(labels))]
    training_set = TrainingSet(training_ids, targets, PAD_TOKEN_ID)
    fine_tune(model, training_set, settings, ROOT / ".checkpoints/teacher.pt")

    scores = {}
    for split in load_some("dev", settings["evaluated_on"]):
        ids = encode(tokenizer, split.texts, settings["max_length"])
        logits = predict(model, ids, PAD_TOKEN_ID, settings["precision"])
        scores[split.name] = score(split.labels, logits.argmax(axis=1), labels)
        print(f"{split.name}: macro recall {scores[split.name]['macro_recall']}", flush=True)
    logits = predict(model, training_ids, PAD_TOKEN_ID, settings["precision"])
    (ROOT / "teacher").mkdir(exist_ok=True)
    np.save(ROOT / "teacher/logits.npy", logits.astype(np.float16))
    write_json("teacher/record.json", {"rows": len(logits), "datasets": scores})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the datasets")
    main(parser.parse_args().data.resolve())
