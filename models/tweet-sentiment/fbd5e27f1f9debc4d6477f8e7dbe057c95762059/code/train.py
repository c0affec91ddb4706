"""Train this version of the model, from the data to the files that are served.

    python code/train.py --data DIR

writes model.onnx, tokenizer.json, config.json, metrics.json and golden.json. With
`--commit MESSAGE` it then commits the version.
"""

import argparse
import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory

from provenance import trained_from
from versioning import commit

ROOT = Path(__file__).resolve().parent.parent


def read_json(path: str) -> dict:
    """Parse a file of this repository."""
    return json.loads((ROOT / path).read_text(encoding="utf-8"))


def write_json(path: str, value: dict) -> None:
    """Write a file of this repository, readable, with its last line ended."""
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    (ROOT / path).write_text(text, encoding="utf-8")


# Numeric libraries read their thread counts once, when they load: before the imports below.
os.environ.update(read_json("environment/environment.json")["variables"])

# ruff: noqa: E402
from base import load_base
from data import load_splits, merge
from evaluation import evaluate, open_session
from export import activation_ranges, build_config, export
from golden import build_golden
from graph import Int8
from model import build_model
from preprocessing import build_tokenizer, encode
from training import TrainingSet, average, train


def main(data: Path) -> None:
    """Train, export, evaluate; `data` is the folder with the datasets."""
    sources = trained_from(ROOT)
    hyperparameters = read_json("hyperparameters.json")
    datasets = read_json("data/datasets.json")["datasets"]
    labels = hyperparameters["labels"]
    max_length = hyperparameters["preprocessing"]["max_length"]
    train_split = merge(load_splits(datasets, "train", data, labels))
    dev_splits = load_splits(datasets, "dev", data, labels)

    base = load_base(hyperparameters["model"]["base"])
    tokenizer = build_tokenizer(base.tokenizer, max_length)
    training_ids = encode(
        tokenizer, train_split.texts, hyperparameters["training"]["max_length"]
    )
    weights = average(train(TrainingSet(training_ids, train_split.labels), hyperparameters))
    model = build_model(base, len(labels), hyperparameters["model"]["dropout"])
    model.load_state_dict(weights)

    settings = hyperparameters["export"]
    every = len(train_split.texts) // settings["calibration_texts"]
    calibration_texts = train_split.texts[::every][: settings["calibration_texts"]]
    served = ROOT / "model.onnx"
    with TemporaryDirectory() as folder:
        plain = Path(folder) / "float.onnx"
        export(model, plain, settings["opset"])
        ranges = activation_ranges(model, encode(tokenizer, calibration_texts, max_length))
        export(model, served, settings["opset"], Int8(settings["weight_bits"], ranges))
        scores = {
            "fp32": evaluate(plain, tokenizer, dev_splits, labels),
            "int8": evaluate(served, tokenizer, dev_splits, labels),
        }

    tokenizer.save(str(ROOT / "tokenizer.json"))
    write_json("config.json", build_config(base, labels))
    write_json(
        "metrics.json",
        {
            "primary": "macro_recall",
            "datasets": {
                split.name: {
                    "rows": len(split.texts),
                    **{precision: scores[precision][split.name] for precision in scores},
                }
                for split in dev_splits
            },
            "trained_from": sources,
        },
    )
    tolerance = hyperparameters["golden"]["tolerance"]
    write_json("golden.json", build_golden(open_session(served), tokenizer, labels, tolerance))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the datasets")
    parser.add_argument("--commit", metavar="MESSAGE", help="then commit the version")
    arguments = parser.parse_args()
    main(arguments.data)
    if arguments.commit:
        print(commit(arguments.commit, data=arguments.data))
