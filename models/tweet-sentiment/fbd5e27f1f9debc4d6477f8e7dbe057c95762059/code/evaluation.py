"""Scores of an ONNX classifier, measured as it is served: one text at a time."""

from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from data import Split


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """ONNX Runtime on one CPU thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def predict(
    session: onnxruntime.InferenceSession, tokenizer: Tokenizer, texts: list[str]
) -> np.ndarray:
    """Probabilities of the labels, float32 [texts, labels]."""
    logits = []
    for encoding in tokenizer.encode_batch(texts):
        feeds = {
            "input_ids": np.array([encoding.ids]),
            "attention_mask": np.array([encoding.attention_mask]),
        }
        logits.append(session.run(["logits"], feeds)[0])
    return softmax(np.concatenate(logits))


def softmax(logits: np.ndarray) -> np.ndarray:
    """Over the last axis; the maximum is taken off first, so nothing overflows."""
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def evaluate(
    model: Path, tokenizer: Tokenizer, splits: list[Split], labels: list[str]
) -> dict[str, dict]:
    """Scores of one ONNX file on each split, by the split's name."""
    session = open_session(model)
    return {
        split.name: score(
            split.labels, predict(session, tokenizer, split.texts).argmax(axis=-1), labels
        )
        for split in splits
    }


def score(actual: np.ndarray, predicted: np.ndarray, labels: list[str]) -> dict:
    """Macro recall (the measure of SemEval-2017 task 4 A), macro F1, accuracy; per label too.

    `actual` and `predicted` are label indices [rows]. A ratio without cases counts as 0.
    """
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
    mean = {
        name: float(np.mean([by_label[label][name] for label in labels]))
        for name in ("recall", "f1")
    }
    return {
        "macro_recall": round(mean["recall"], 4),
        "macro_f1": round(mean["f1"], 4),
        "accuracy": round(float((actual == predicted).mean()), 4),
        "labels": {
            label: {name: round(value, 4) for name, value in values.items()}
            for label, values in by_label.items()
        },
    }
