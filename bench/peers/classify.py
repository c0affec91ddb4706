"""Used by every peer: loads the model of a version and classifies texts."""

import json
import os
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer
from typing_extensions import TypedDict


class Classification(TypedDict):
    label: str
    # Probability of the label.
    score: float
    # Probability of each label, in the model's order.
    scores: dict[str, float]


class Classifier:
    """One session with one thread: throughput comes from several of them."""

    def __init__(self) -> None:
        """Reads `model.onnx`, `tokenizer.json` and `config.json` of MODEL_FOLDER."""
        path = Path(os.environ["MODEL_FOLDER"])
        config = json.loads((path / "config.json").read_text())
        self.labels = [config["id2label"][str(i)] for i in range(len(config["id2label"]))]
        # `tokenizer.json` itself truncates to the model's window.
        self._tokenizer = Tokenizer.from_file(str(path / "tokenizer.json"))
        self._tokenizer.enable_padding(pad_id=config["pad_token_id"])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        if os.environ.get("NON_SATURATING_INT8") == "1":
            # As src/inference/session.ts does if the CPU's fast int8 products saturate.
            options.add_session_config_entry("session.x64quantprecision", "1")
        self._session = onnxruntime.InferenceSession(
            path / "model.onnx", options, providers=["CPUExecutionProvider"]
        )
        self.classify(["The first run is slower than those that follow."])

    def probabilities(self, texts: list[str]) -> np.ndarray:
        """Texts -> float64 `[batch, labels]`; each row's sum is 1."""
        encodings = self._tokenizer.encode_batch_fast(texts)
        (logits,) = self._session.run(
            None,
            {
                "input_ids": np.array([e.ids for e in encodings], dtype=np.int64),
                "attention_mask": np.array([e.attention_mask for e in encodings], dtype=np.int64),
            },
        )
        powers = np.exp((logits - logits.max(axis=1, keepdims=True)).astype(np.float64))
        return powers / powers.sum(axis=1, keepdims=True)

    def classify(self, texts: list[str]) -> list[Classification]:
        """Classifies texts in one run, in their order."""
        results: list[Classification] = []
        for row in self.probabilities(texts).tolist():
            score = max(row)
            label = self.labels[row.index(score)]
            results.append(
                {"label": label, "score": score, "scores": dict(zip(self.labels, row))}
            )
        return results

