"""Entries of metrics.json, of what scikit-learn computes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_WEIGHTS = ("fp32", "int8")
_MEANS = {"accuracy", "micro avg", "macro avg", "weighted avg", "samples avg"}
_CALIBRATION_ERROR = "calibration_error"


def entry(report: Mapping[str, Any], weights: str) -> Mapping[str, Any]:
    """The entry of a data set, of a report of `classification_report(…, output_dict=True)`, or as it is.

    A report may have `calibration_error` in addition, as `calibration.calibration_error` returns it.

    Raises ValueError for other weights than `fp32` and `int8`, and for a report without accuracy: one of
    some of the labels only.
    """
    if weights not in _WEIGHTS:
        raise ValueError(f"weights: expected {' or '.join(_WEIGHTS)}, found {weights!r}")
    if "macro avg" not in report:
        return report
    if "accuracy" not in report:
        raise ValueError("the report has no accuracy: make it of all labels, each text having one")
    labels = {
        label: {
            "precision": _round(values["precision"]),
            "recall": _round(values["recall"]),
            "f1": _round(values["f1-score"]),
            "support": int(values["support"]),
        }
        for label, values in report.items()
        if label not in {*_MEANS, _CALIBRATION_ERROR}
    }
    mean = report["macro avg"]
    return {
        "rows": int(mean["support"]),
        weights: {
            "macro_recall": _round(mean["recall"]),
            "macro_f1": _round(mean["f1-score"]),
            "accuracy": _round(report["accuracy"]),
            "labels": labels,
            **{key: report[key] for key in (_CALIBRATION_ERROR,) if key in report},
        },
    }


def _round(ratio: float) -> float:
    """To four digits, as `models gate` measures them."""
    return round(float(ratio), 4)
