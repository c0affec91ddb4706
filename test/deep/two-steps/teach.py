"""The earlier step: a teacher, trained with NumPy alone, and its logits on the training texts.

It keeps a checkpoint of each epoch, and waits while the file HOLD exists: the test interrupts it there.
"""

import json
import os
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
CHECKPOINT = ROOT / ".checkpoints/teacher.npz"
HOLD = Path("@HOLD@")
EPOCHS, HELD_EPOCH, BUCKETS = 30, 10, 512


def main(data: Path) -> None:
    if "TWEET_SENTIMENT_REPRODUCED_COMMIT" in os.environ:
        # From another folder, too, it finds the store with other versions.
        assert Path(os.environ["MODEL_STORE"]).is_absolute()
    labels = json.loads((ROOT / "hyperparameters.json").read_text())["labels"]
    rows = [
        line.split("\t") for line in (data / "examples/train.tsv").read_text().splitlines()[1:]
    ]
    features = np.zeros((len(rows), BUCKETS))
    for row, (_, text) in enumerate(rows):
        for word in text.lower().split():
            features[row, zlib.crc32(word.encode()) % BUCKETS] += 1
    targets = np.eye(len(labels))[[labels.index(label) for label, _ in rows]]

    weights, done = np.zeros((BUCKETS, len(labels))), 0
    if CHECKPOINT.exists():
        saved = np.load(CHECKPOINT)
        weights, done = saved["weights"], int(saved["done"])
        print(f"teacher continues after {done} epochs", file=sys.stderr, flush=True)
    CHECKPOINT.parent.mkdir(exist_ok=True)
    for epoch in range(done, EPOCHS):
        if epoch == HELD_EPOCH and HOLD.exists():
            hold()
        exponents = np.exp(features @ weights)
        shares = exponents / exponents.sum(axis=1, keepdims=True)
        weights += features.T @ (targets - shares) / len(rows)
        np.savez(ROOT / ".checkpoints/next.npz", weights=weights, done=epoch + 1)
        os.replace(ROOT / ".checkpoints/next.npz", CHECKPOINT)

    (ROOT / "teacher").mkdir(exist_ok=True)
    np.save(ROOT / "teacher/logits.npy", (features @ weights).astype(np.float16))
    (ROOT / "teacher/record.json").write_text(json.dumps({"epochs": EPOCHS}) + "\n")


def hold() -> None:
    """Wait, with a process that a training may have started."""
    child = subprocess.Popen(["sleep", "600"])
    print(f"teacher holds with processes {os.getpid()} {child.pid}", file=sys.stderr, flush=True)
    while HOLD.exists():
        time.sleep(0.05)
    child.kill()


main(Path(sys.argv[2]))
