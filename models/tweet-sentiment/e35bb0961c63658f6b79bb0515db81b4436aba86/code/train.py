"""Train this version of the model, from the data to the files that are served.

    python code/train.py --data DIR

writes model.onnx, tokenizer.json, config.json, golden.json, profile.json and metrics.json. The
teacher's logits (code/teach.py) are an ingredient. Checkpoints are kept in .checkpoints/: the
same command continues from them.
"""

import argparse
import os
from pathlib import Path
from tempfile import TemporaryDirectory

from files import ROOT, read_json, write_json

# Numeric libraries read their thread counts once, when they load: before the imports below.
os.environ.update(read_json("environment/environment.json")["variables"])

# ruff: noqa: E402
import numpy as np
from tokenizers import Tokenizer

import calibration
from augment import augment
from base import load_base
from data import Split, load_splits, merge
from distillation import distil
from evaluation import predict
from export import activation_ranges, build_config, export
from golden import TEXTS
from graph import Int8
from model import Classifier
from preprocessing import build_tokenizer, encode
from scores import score
from targets import build_targets
from training import TrainingSet
from versioning import lineage, make_golden, measure_profile, start_lineage


def main(data: Path) -> None:
    """Train, export, evaluate; `data` is the folder with the datasets."""
    ingredients = start_lineage()["ingredients"]
    hyperparameters = read_json("hyperparameters.json")
    datasets = read_json("data/datasets.json")["datasets"]
    labels = hyperparameters["labels"]
    max_length = hyperparameters["preprocessing"]["max_length"]
    train_splits = load_splits(datasets, "train", data, labels)
    train_split = merge(train_splits)
    dev_splits = load_splits(datasets, "dev", data, labels)

    base = load_base(hyperparameters["model"]["base"])
    tokenizer = build_tokenizer(base.tokenizer, max_length)
    training_sets = build_training_sets(train_split, tokenizer, hyperparameters)
    model = distil(base, training_sets, hyperparameters, ROOT / ".checkpoints")

    settings = hyperparameters["export"]
    every = len(train_split.texts) // settings["range_texts"]
    range_texts = train_split.texts[::every][: settings["range_texts"]]
    ranges = activation_ranges(model, encode(tokenizer, range_texts, max_length))
    int8 = Int8(settings["weight_bits"], ranges)
    scores = measure(model, tokenizer, dev_splits, hyperparameters, int8)

    tokenizer.save(str(ROOT / "tokenizer.json"))
    write_json("config.json", build_config(base, model, labels))
    make_golden(tokenizer, TEXTS)
    measure_profile([data / f"{split.name}.tsv" for split in train_splits])
    record = {"ingredients": ingredients, "outputs": lineage()["outputs"]}
    write_json("metrics.json", {"primary": "macro_recall", **scores, "trained_from": record})
    for name, each in scores["datasets"].items():
        print(f"{name}: macro recall {each['int8']['macro_recall']:.3f}, {each['rows']} rows")


def build_training_sets(
    split: Split, tokenizer: Tokenizer, hyperparameters: dict
) -> list[TrainingSet]:
    """For each seed of the augmentation, all texts and those that it makes of them."""
    teacher, earlier = (
        np.load(ROOT / f"teacher/{name}.npy").astype(np.float32)
        for name in ("logits", "earlier")
    )
    settings, length = (
        hyperparameters["augmentation"],
        hyperparameters["training"]["max_length"],
    )
    rows, *made = np.split(earlier, 1 + len(settings["seeds"]))
    pad_token_id = tokenizer.token_to_id("[PAD]")
    sets = []
    for seed, answers in zip(settings["seeds"], made, strict=True):
        texts = split.texts + augment(split.texts, settings, seed)
        answers = np.concatenate([rows, answers])
        targets = build_targets(split.labels, teacher, answers, hyperparameters["targets"])
        sets.append(TrainingSet(encode(tokenizer, texts, length), targets, pad_token_id))
    return sets


def measure(
    model: Classifier,
    tokenizer: Tokenizer,
    splits: list[Split],
    hyperparameters: dict,
    int8: Int8,
) -> dict:
    """Write a calibrated model.onnx; what metrics.json has as `datasets` and `calibration`.

    The temperature is fitted on the logits of the int8 weights, since these are served.
    """
    opset, labels = hyperparameters["export"]["opset"], hyperparameters["labels"]
    served = ROOT / "model.onnx"
    with TemporaryDirectory() as folder:
        plain = Path(folder) / "float.onnx"
        export(model, plain, opset)
        export(model, served, opset, int8)
        logits = {
            precision: {split.name: predict(path, tokenizer, split.texts) for split in splits}
            for precision, path in (("fp32", plain), ("int8", served))
        }
    fitted_on = hyperparameters["calibration"]["datasets"]
    by_name = {split.name: split for split in splits}
    temperature = calibration.fit_temperature(
        [(logits["int8"][name], by_name[name].labels) for name in fitted_on]
    )
    model.cool(temperature)
    export(model, served, opset, int8)

    datasets = {}
    for split in splits:
        datasets[split.name] = {"rows": len(split.texts)} | {
            precision: score(split.labels, logits[precision][split.name].argmax(axis=1), labels)
            for precision in logits
        }
        datasets[split.name]["int8"]["calibration_error"] = calibration.calibration_error(
            logits["int8"][split.name], split.labels, temperature
        )
    return {
        "datasets": datasets,
        "calibration": calibration.record(temperature, fitted_on),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the datasets")
    main(parser.parse_args().data.resolve())
