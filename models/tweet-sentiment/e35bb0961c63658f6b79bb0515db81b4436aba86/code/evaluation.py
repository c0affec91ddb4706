"""A model.onnx, run as it is served: one text at a time."""

from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer


def predict(model: Path, tokenizer: Tokenizer, texts: list[str]) -> np.ndarray:
    """Logits of the labels, float32 [texts, labels], by ONNX Runtime on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    logits = []
    for encoding in tokenizer.encode_batch(texts):
        ids = np.array([encoding.ids])
        feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        logits.append(session.run(["logits"], feeds)[0])
    return np.concatenate(logits)
