"""The student's fit: regression on the teacher's distribution, continued from a checkpoint of each round."""

import os
import sys
import time
from pathlib import Path

import numpy as np
from scipy.sparse import spmatrix, vstack
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).resolve().parent.parent
CHECKPOINT = ROOT / ".checkpoints/student.npz"
HOLD = Path("@HOLD@")
ROUNDS, HELD_ROUND = 4, 2


def distil(regression: LogisticRegression, features: spmatrix) -> None:
    """Fit to each label of each text, weighted by its share of the teacher's distribution."""
    logits = np.load(ROOT / "teacher/logits.npy").astype(np.float64)
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    rows, labels = shares.shape
    each_label = np.repeat(np.arange(labels), rows)
    regression.set_params(warm_start=True, max_iter=20, class_weight=None)
    done = 0
    if CHECKPOINT.exists():
        saved = np.load(CHECKPOINT)
        regression.coef_, regression.intercept_ = saved["weights"], saved["bias"]
        regression.classes_, done = np.arange(labels), int(saved["done"])
        print(f"student continues after {done} rounds", file=sys.stderr, flush=True)
    CHECKPOINT.parent.mkdir(exist_ok=True)
    for finished in range(done, ROUNDS):
        if finished == HELD_ROUND and HOLD.exists():
            print(f"student holds with processes {os.getpid()}", file=sys.stderr, flush=True)
            while HOLD.exists():
                time.sleep(0.05)
        regression.fit(vstack([features] * labels), each_label, sample_weight=shares.T.ravel())
        state = {"weights": regression.coef_, "bias": regression.intercept_, "done": finished + 1}
        np.savez(ROOT / ".checkpoints/next.npz", **state)
        os.replace(ROOT / ".checkpoints/next.npz", CHECKPOINT)
