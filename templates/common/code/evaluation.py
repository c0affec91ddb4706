"""Scores of model.onnx, measured as it is served: one text at a time."""

from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from data import Split


def predict(model: Path, tokenizer: Tokenizer, texts: list[str]) -> np.ndarray:
    """Logits of the labels, float32 [texts, labels]."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, ["CPUExecutionProvider"])
    logits = []
    for encoding in tokenizer.encode_batch(texts):
        ids = np.array([encoding.ids])
        feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        logits.append(session.run(["logits"], feeds)[0])
    return np.concatenate(logits)


def evaluate(
    model: Path, tokenizer: Tokenizer, splits: dict[str, Split], labels: list[str]
) -> dict:
    """The `datasets` of metrics.json: scores of each split by its name."""
    return {
        name: {
            "rows": len(split.texts),
            "fp32": score(
                split.labels, predict(model, tokenizer, split.texts).argmax(axis=1), labels
            ),
        }
        for name, split in splits.items()
    }


def score(actual: np.ndarray, predicted: np.ndarray, labels: list[str]) -> dict:
    """Both label indices [texts]. A ratio without cases counts as 0."""
    by_label = {}
    for index, label in enumerate(labels):
        hits = int(((actual == index) & (predicted == index)).sum())
        found, support = int((predicted == index).sum()), int((actual == index).sum())
        by_label[label] = {
            "precision": hits / max(found, 1),
            "recall": hits / max(support, 1),
            "f1": 2 * hits / max(found + support, 1),
            "support": support,
        }

    def mean(name: str) -> float:
        return sum(scores[name] for scores in by_label.values()) / len(labels)

    return rounded(
        {
            "macro_recall": mean("recall"),
            "macro_f1": mean("f1"),
            "accuracy": float((actual == predicted).mean()),
            "labels": by_label,
        }
    )


def rounded(value: dict) -> dict:
    """Every float to four digits."""
    return {
        key: rounded(each) if isinstance(each, dict) else round(each, 4)
        for key, each in value.items()
    }
