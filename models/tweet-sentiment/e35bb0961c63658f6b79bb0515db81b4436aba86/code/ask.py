"""Ask earlier versions of this model about every training text, and about the augmented ones.

    python code/ask.py --data DIR

writes teacher/earlier.npy: the mean of the logs of their probabilities, float16 [texts, labels],
for the training texts and then for those of each seed of the augmentation. The student learns
from these, too (code/train.py). MODEL_STORE names the store that has the versions.
"""

import argparse
from pathlib import Path

import numpy as np

from augment import augment
from data import load_splits, merge
from files import ROOT, read_json
from versioning import classify

# Scores have six decimals.
LEAST = 5e-7


def main(data: Path) -> None:
    """Ask, and write the mean; `data` is the folder with the datasets."""
    hyperparameters = read_json("hyperparameters.json")
    datasets = read_json("data/datasets.json")["datasets"]
    labels, settings = hyperparameters["labels"], hyperparameters["augmentation"]
    texts = merge(load_splits(datasets, "train", data, labels)).texts
    asked = texts + [
        new for seed in settings["seeds"] for new in augment(texts, settings, seed)
    ]

    logs = []
    for commit in hyperparameters["earlier_versions"]:
        probabilities = classify(asked, commit, labels)
        logs.append(np.log(np.maximum(probabilities, LEAST)))
        print(f"{commit}: {len(asked)} texts", flush=True)
    np.save(ROOT / "teacher/earlier.npy", np.mean(logs, axis=0).astype(np.float16))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the datasets")
    main(parser.parse_args().data.resolve())
