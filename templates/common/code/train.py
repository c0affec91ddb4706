"""Train this version of the model, from the data to the files that are served.

    python code/train.py --data DIR

writes model.onnx, tokenizer.json, config.json, golden.json, profile.json and metrics.json.
`model.py` is what differs between models.
"""

import argparse
import json
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def read_json(path: str) -> dict:
    """A JSON file of this repository. Ends the program if it is none."""
    try:
        return json.loads((ROOT / path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SystemExit(f"{ROOT / path}: expected a file, found nothing") from None
    except ValueError as error:
        raise SystemExit(
            f"{ROOT / path} is not JSON: is there a conflict of a merge in it? {error}"
        ) from None


def write_json(path: str, value: dict) -> None:
    """Write a JSON file of this repository."""
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    (ROOT / path).write_text(text, encoding="utf-8")


# Numeric libraries read their numbers of threads when they are imported.
os.environ.update(read_json("environment/environment.json")["variables"])

# ruff: noqa: E402
from data import load, load_each
from evaluation import evaluate
from model import train
from versioning import lineage, make_golden, measure_profile, start_lineage


def main(data: Path) -> None:
    """Train on `data`, the folder with the files of data/datasets.json."""
    ingredients = start_lineage()["ingredients"]
    hyperparameters = read_json("hyperparameters.json")
    datasets = read_json("data/datasets.json")
    labels = hyperparameters["labels"]

    training = load(datasets, "train", data, labels)
    evaluated = load_each(datasets, "dev", data, labels)
    model = ROOT / "model.onnx"
    tokenizer, config = train(training.texts, training.labels, hyperparameters, model)
    tokenizer.save(str(ROOT / "tokenizer.json"))
    write_json("config.json", {"id2label": dict(enumerate(labels)), **config})
    make_golden(tokenizer)
    measure_profile(training.files)

    scores = evaluate(model, tokenizer, evaluated, labels)
    record = {"ingredients": ingredients, "outputs": lineage()["outputs"]}
    write_json(
        "metrics.json",
        {"primary": "macro_recall", "datasets": scores, "trained_from": record},
    )
    for name, each in scores.items():
        print(f"{name}: macro recall {each['fp32']['macro_recall']:.3f}, {each['rows']} rows")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the data")
    main(parser.parse_args().data.resolve())
