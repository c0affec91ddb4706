"""What the student is to say of each training text: the right label, and what its teachers say."""

import numpy as np

from scores import softmax
from training import Target, right_labels


def build_targets(
    labels: np.ndarray, teacher: np.ndarray, earlier: np.ndarray, settings: dict
) -> list[Target]:
    """Two targets, of the training texts [rows] followed by augmented ones.

    `labels` [rows], `teacher` [rows, labels] and `earlier` [rows + augmented, labels], both logs of
    probabilities plus any number. What an augmented text says, earlier versions alone know.
    """
    rows, augmented = len(labels), len(earlier) - len(labels)
    right = right_labels(labels, earlier.shape[1])
    share, weight = settings["earlier_versions_weight"], settings["label_weight"]
    # The mean of logs, not of probabilities: as sure as the teachers are together.
    logs = earlier - np.log(np.exp(earlier).sum(axis=1, keepdims=True))
    taught = teacher - np.log(np.exp(teacher).sum(axis=1, keepdims=True))
    logs[:rows] = (1 - share) * taught + share * logs[:rows]
    probabilities = softmax(logs / settings["temperature"])
    # A row of zeros adds nothing to the loss.
    weights = np.repeat(np.float32([1 - weight, 1]), [rows, augmented])
    none = np.zeros((augmented, earlier.shape[1]), np.float32)
    return [
        Target(np.concatenate([weight * right.probabilities, none]), right.offset),
        # What the teachers say has no frequency of the labels in it: no offset.
        Target(weights[:, None] * probabilities, np.zeros_like(right.offset)),
    ]
