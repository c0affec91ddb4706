"""Calibration: scores that are the share of right predictions.

A temperature divides all logits; labels do not change. The training fits it on the logits of the weights that are
served, builds it into the graph (weights and bias of the last layer, divided by it), and records it in metrics.json.

Source: C. Guo et al., On Calibration of Modern Neural Networks, ICML 2017, arXiv:1706.04599.

This file needs Python's standard library only, and training code may copy it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

BINS = 15
MIN_TEMPERATURE = 0.05
MAX_TEMPERATURE = 20.0

Rows = Sequence[Sequence[float]]


def softmax(logits: Rows, temperature: float = 1.0) -> list[list[float]]:
    """Probabilities [texts, labels] of logits [texts, labels].

    Raises ValueError for a logit that is no finite number, and for a temperature that is not above 0.
    """
    inverse = 1 / _temperature(temperature)
    return [_softmax(row, inverse) for row in _floats(logits)]


def fit_temperature(datasets: Iterable[tuple[Rows, Sequence[int]]]) -> float:
    """The temperature with the least negative log-likelihood, to four digits.

    Each data set is its logits [texts, labels] and the indices of its right labels [texts]. The mean over its
    texts counts, so that each data set has the same weight.

    Raises ValueError without texts, for a label that has no logit, for a logit that is no finite number, and where
    no temperature from 0.05 to 20 has the least: all predictions are right, or no better than guessing.
    """
    checked = [_checked(logits, labels) for logits, labels in datasets]
    if not checked:
        raise ValueError("a temperature is fitted on at least one data set")

    def slope(inverse: float) -> float:
        return math.fsum(_slope(rows, labels, inverse) for rows, labels in checked)

    # The negative log-likelihood is convex in 1 / temperature: bisection finds the root of its derivative.
    low, high = 1 / MAX_TEMPERATURE, 1 / MIN_TEMPERATURE
    if slope(low) >= 0 or slope(high) <= 0:
        raise ValueError(
            f"no temperature from {MIN_TEMPERATURE} to {MAX_TEMPERATURE:g} fits: "
            "all predictions are right, or no better than guessing"
        )
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return round(2 / (low + high), 4)


def expected_calibration_error(
    probabilities: Rows, labels: Sequence[int], bins: int = BINS
) -> float:
    """How far scores are from shares of right predictions, 0 to 1.

    The texts are divided by the score of the predicted label into bins of equal width, ((i − 1) / bins, i / bins].
    The result is the mean over the texts of |share of right predictions − mean score| of their bin.

    Raises ValueError without texts, for a label that has no probability, and for one that is no finite number.
    """
    rows, actual = _checked(probabilities, labels)
    gaps = [0.0] * bins
    for row, label in zip(rows, actual):
        score = max(row)
        index = min(max(math.ceil(score * bins) - 1, 0), bins - 1)
        gaps[index] += (row.index(score) == label) - score
    return math.fsum(abs(gap) for gap in gaps) / len(rows)


def calibration_error(logits: Rows, labels: Sequence[int], temperature: float) -> dict[str, float]:
    """`calibration_error` of a data set in metrics.json: before and after, to four digits.

    `logits` [texts, labels] are those before the temperature.
    """
    return {
        "before": round(expected_calibration_error(softmax(logits), labels), 4),
        "after": round(expected_calibration_error(softmax(logits, temperature), labels), 4),
    }


def record(temperature: float, fitted_on: Iterable[str]) -> dict[str, Any]:
    """`calibration` of metrics.json. `fitted_on` names the data sets as metrics.json does, such as reviews/dev.

    Raises ValueError for a temperature that is not above 0, and for one name instead of several.
    """
    if isinstance(fitted_on, str):
        raise ValueError(f"expected a list of data sets, found {fitted_on!r}")
    return {
        "method": "temperature",
        "temperature": _temperature(temperature),
        "fitted_on": list(fitted_on),
        "bins": BINS,
    }


def _slope(rows: list[list[float]], labels: list[int], inverse: float) -> float:
    """The derivative of the mean negative log-likelihood by 1 / temperature."""
    terms = [
        # Of differences: where the right label has the highest logit, no rounding makes this positive.
        math.fsum(p * (z - row[label]) for p, z in zip(_softmax(row, inverse), row))
        for row, label in zip(rows, labels)
    ]
    return math.fsum(terms) / len(terms)


def _softmax(row: list[float], inverse: float) -> list[float]:
    highest = max(row)
    powers = [math.exp((z - highest) * inverse) for z in row]
    total = math.fsum(powers)
    return [power / total for power in powers]


def _checked(rows: Rows, labels: Sequence[int]) -> tuple[list[list[float]], list[int]]:
    checked = _floats(rows)
    indices = [int(label) for label in labels]
    if not checked or len(checked) != len(indices):
        raise ValueError(
            f"expected one label for each text, found {len(checked)} texts and {len(indices)} labels"
        )
    for row, label, given in zip(checked, indices, labels):
        if not 0 <= label < len(row) or label != given:
            raise ValueError(f"expected a label from 0 to {len(row) - 1}, found {given}")
    return checked, indices


def _floats(rows: Rows) -> list[list[float]]:
    # Of a library such as NumPy, they are no numbers of Python.
    floats = [[float(value) for value in row] for row in rows]
    for row in floats:
        if not all(map(math.isfinite, row)):
            raise ValueError(f"expected finite numbers, found {row}")
    return floats


def _temperature(temperature: float) -> float:
    value = float(temperature)
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"expected a temperature above 0, found {temperature}")
    return value
