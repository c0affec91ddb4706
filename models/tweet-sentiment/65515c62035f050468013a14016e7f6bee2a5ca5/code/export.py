"""Classifier → `model.onnx`, written operator by operator; in float, or in static int8.

Written, not traced: of a traced graph's small operators ONNX Runtime fuses some into slow
kernels, and misses fast ones.

Static, never dynamic: dynamic quantisation takes its scales from the whole batch, so a
text's scores would depend on the texts beside it.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto

from base import Base
from graph import Graph, Int8, Ranges, round_weights
from model import MASKED, Classifier


def activation_ranges(model: Classifier, input_ids: list[list[int]]) -> Ranges:
    """The range of the input of each layer's products, over all these texts.

    One text at a time, so no padding takes part.
    """
    ranges: Ranges = {}

    def watch(linear: str) -> Callable:
        def note(_: torch.nn.Module, inputs: tuple) -> None:
            low, high = ranges.get(linear, (0.0, 0.0))
            values = inputs[0]
            ranges[linear] = (min(low, values.min().item()), max(high, values.max().item()))

        return note

    hooks = []
    for index, layer in enumerate(model.layers):
        linears = {
            # It is applied part by part, to the layer's own input.
            "query_key_value": layer,
            "attention_output": layer.attention_output,
            "intermediate": layer.intermediate,
            "output": layer.output,
        }
        for name, module in linears.items():
            hooks.append(module.register_forward_pre_hook(watch(f"layers.{index}.{name}")))
    model.eval()
    with torch.no_grad():
        for ids in input_ids:
            row = torch.tensor([ids])
            model(row, torch.ones_like(row))
    for hook in hooks:
        hook.remove()
    return ranges


def export(model: Classifier, path: Path, opset: int, int8: Int8 | None = None) -> None:
    """Write the graph: input_ids, attention_mask int64 [batch, length] → logits [batch, labels].

    With `int8`, word embeddings and all products of activations with weights are int8, but
    not the head. Products of two activations, inside attention, and all outputs stay float.
    Equal weights give equal bytes.
    """
    graph = Graph(model, int8)
    x = embed(graph)
    mask, mask_of_pairs = mask_padding(graph)
    *layers, last = (f"layers.{index}" for index in range(len(model.layers)))
    for layer in layers:
        x = feed_forward(graph, layer, x, attend(graph, layer, x, mask_of_pairs))
    mixed = attend(graph, last, x, mask, first_only=True)
    x = feed_forward(graph, last, take_first(graph, x, "first"), mixed)
    first = graph.add("Gather", [x, graph.constant("zero", np.int64(0))], "cls", axis=1)
    head = [graph.parameter(f"head.{kind}") for kind in ("weight", "bias")]
    graph.add("Gemm", [first, *head], "logits", transB=1)
    onnx.save(graph.finish(opset), path)


def embed(graph: Graph) -> str:
    """Words and positions, [batch, length, hidden]."""
    if graph.int8 is None:
        words = graph.add("Gather", [graph.parameter("words.weight"), "input_ids"], "words")
    else:
        values, scales = round_weights(graph.array("words.weight"), bits=8, axis=1)
        rows = [
            graph.add("Gather", [graph.constant(f"words.{name}", table), "input_ids"], name)
            for name, table in (("values", values), ("scales", scales))
        ]
        rows[0] = graph.add("Cast", [rows[0]], "values.float", to=TensorProto.FLOAT)
        words = graph.add("Mul", rows, "words")
    length = graph.add("Shape", ["input_ids"], "length", start=1)
    window = [graph.parameter("positions.weight"), graph.integers(0), length]
    return graph.norm_of_sum(words, graph.add("Slice", window, "positions"), "norm")


def mask_padding(graph: Graph) -> tuple[str, str]:
    """What is added to the scores of attention: 0 for a token, MASKED for padding.

    [batch, 1, 1, length] for a single query; [batch, 1, length, length] where every token has
    one.
    """
    tokens = graph.add("Cast", ["attention_mask"], "tokens", to=TensorProto.FLOAT)
    padding = graph.add("Sub", [graph.constant("one", np.float32(1)), tokens], "padding")
    mask = graph.add("Mul", [padding, graph.constant("masked", np.float32(MASKED))], "mask")
    single = graph.add("Unsqueeze", [mask, graph.integers(1, 2)], "mask.single")
    shape = [graph.integers(1, 1), "length", graph.integers(1)]
    shape = graph.add("Concat", shape, "shape.pairs", axis=0)
    return single, graph.add("Expand", [single, shape], "mask.pairs")


def attend(graph: Graph, layer: str, x: str, mask: str, first_only: bool = False) -> str:
    """Multi-head self-attention, [batch, length, hidden].

    With `first_only`, the first token alone attends to all: [batch, 1, hidden].
    """
    linear = f"{layer}.query_key_value"
    hidden, heads = graph.classifier.head.in_features, graph.classifier.layers[0].heads
    rounded = graph.rounded(x, linear)
    queries = take_first(graph, rounded, f"{layer}.asking") if first_only else rounded
    # Three products: one of all, then split, takes longer.
    parts = [
        graph.product(source, linear, f"{layer}.{name}", slice(row, row + hidden))
        for source, name, row in (
            (queries, "query", 0),
            (rounded, "key", hidden),
            (rounded, "value", 2 * hidden),
        )
    ]
    counts = {"q_num_heads": heads, "kv_num_heads": heads}
    return graph.add("Attention", [*parts, mask], f"{layer}.mixed", **counts)


def take_first(graph: Graph, x: str, output: str) -> str:
    """The first token of each text, [batch, 1, hidden]."""
    bounds = [graph.integers(0), graph.integers(1), graph.integers(1)]
    return graph.add("Slice", [x, *bounds], output)


def feed_forward(graph: Graph, layer: str, x: str, mixed: str) -> str:
    """What follows attention in a layer: x, what was `mixed`, and the result are shaped alike."""
    mixed = graph.linear(mixed, f"{layer}.attention_output")
    x = graph.norm_of_sum(x, mixed, f"{layer}.attention_norm")
    y = graph.linear(x, f"{layer}.intermediate")
    y = graph.add("Gelu", [y], f"{layer}.gelu", approximate="tanh")
    y = graph.linear(y, f"{layer}.output")
    return graph.norm_of_sum(x, y, f"{layer}.output_norm")


def build_config(base: Base, labels: list[str]) -> dict:
    """`config.json` in Hugging Face's layout."""
    kept = [
        "model_type",
        "vocab_size",
        "hidden_size",
        "num_hidden_layers",
        "num_attention_heads",
        "intermediate_size",
        "layer_norm_eps",
        "max_position_embeddings",
        "pad_token_id",
    ]
    return {
        "architectures": ["BertForSequenceClassification"],
        "problem_type": "single_label_classification",
        "id2label": {str(index): label for index, label in enumerate(labels)},
        "label2id": {label: index for index, label in enumerate(labels)},
        "pooling": "cls",
        "hidden_act": "gelu_pytorch_tanh",
        **{name: base.config[name] for name in kept},
    }
