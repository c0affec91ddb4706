"""Classifier → `model.onnx`: plain float export, then static int8.

Static, never dynamic: dynamic quantisation takes its scales from the whole batch, so a
text's scores would depend on the texts beside it.
"""

from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)

from base import Base
from model import Classifier


def export_float(model: Classifier, path: Path, opset: int) -> None:
    """Write the float32 graph: input_ids, attention_mask [batch, length] → logits."""
    example = torch.ones((2, 7), dtype=torch.int64)
    axes = {0: "batch", 1: "length"}
    torch.onnx.export(
        model.eval(),
        (example, example),
        path,
        input_names=["input_ids", "attention_mask"],
        output_names=["logits"],
        dynamic_axes={"input_ids": axes, "attention_mask": axes, "logits": {0: "batch"}},
        opset_version=opset,
        dynamo=False,
    )
    save_clean(onnx.load(path), path)


def quantize(
    source: Path, target: Path, calibration_ids: list[list[int]], float_outputs: int
) -> None:
    """Float graph → int8 weights per channel, uint8 activations with fixed scales.

    Word embeddings and all products with weights are quantised (QDQ format). The products
    of two activations, inside attention, and all outputs stay float: int8 there costs
    more accuracy than it gains time. So do the feed-forward outputs of the first
    `float_outputs` layers: in int8 they cost 1.8 points of macro F1 on German.
    """
    graph = onnx.load(source).graph
    weights = {tensor.name for tensor in graph.initializer}
    operators = {"MatMul": 1, "Gather": 0}  # operator → position of its weights
    without_weights = [
        node.name
        for node in graph.node
        if node.op_type in operators and node.input[operators[node.op_type]] not in weights
    ]
    kept_float = [f"/layers.{index}/output/MatMul" for index in range(float_outputs)]
    assert {node.name for node in graph.node}.issuperset(kept_float)
    quantize_static(
        source,
        target,
        CalibrationTexts(calibration_ids),
        quant_format=QuantFormat.QDQ,
        calibrate_method=CalibrationMethod.MinMax,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=list(operators),
        nodes_to_exclude=without_weights + kept_float,
        extra_options={
            "OpTypesToExcludeOutputQuantization": list(operators),
            "WeightSymmetric": True,
        },
    )
    save_clean(onnx.load(target), target)


class CalibrationTexts(CalibrationDataReader):
    """Feeds one text at a time, so no padding takes part in the activations' ranges."""

    def __init__(self, input_ids: list[list[int]]) -> None:
        self.remaining = iter(input_ids)

    def get_next(self) -> dict[str, np.ndarray] | None:
        """The model's inputs for the next text, None after the last."""
        ids = next(self.remaining, None)
        if ids is None:
            return None
        row = np.array([ids])
        return {"input_ids": row, "attention_mask": np.ones_like(row)}


def save_clean(model: onnx.ModelProto, path: Path) -> None:
    """Save without notes on where the graph came from: equal models have equal bytes."""
    model.graph.doc_string = ""
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    onnx.save(model, path)


def build_config(base: Base, labels: list[str]) -> dict:
    """`config.json` in Hugging Face's layout."""
    kept = [
        "model_type",
        "vocab_size",
        "hidden_size",
        "num_hidden_layers",
        "num_attention_heads",
        "intermediate_size",
        "hidden_act",
        "layer_norm_eps",
        "max_position_embeddings",
        "pad_token_id",
    ]
    return {
        "architectures": ["BertForSequenceClassification"],
        "problem_type": "single_label_classification",
        "id2label": {str(index): label for index, label in enumerate(labels)},
        "label2id": {label: index for index, label in enumerate(labels)},
        "pooling": "mean",
        **{name: base.config[name] for name in kept},
    }
