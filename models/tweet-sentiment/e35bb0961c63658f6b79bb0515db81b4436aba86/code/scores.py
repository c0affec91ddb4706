"""Measures of predictions."""

import numpy as np


def softmax(logits: np.ndarray) -> np.ndarray:
    """Over the last axis; the maximum is taken off first, so nothing overflows."""
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


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
