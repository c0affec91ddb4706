"""Classifier → `model.onnx`, written operator by operator; in float, or in static int8.

Written, not traced: of a traced graph's small operators ONNX Runtime fuses some into slow
kernels, and misses fast ones.

Static, never dynamic: dynamic quantisation takes its scales from the whole batch, so a
text's scores would depend on the texts beside it.

Padding takes part in nothing but attention: all else is computed on the tokens of all texts
in one row after the other, [tokens, hidden], so that texts of any lengths can share a run.
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
    find_tokens(graph)
    x = embed(graph)
    mask, mask_of_firsts = mask_padding(graph)
    *layers, last = (f"layers.{index}" for index in range(len(model.layers)))
    for layer in layers:
        x = feed_forward(graph, layer, x, attend(graph, layer, x, mask))
    mixed = attend(graph, last, x, mask_of_firsts, first_only=True)
    x = feed_forward(graph, last, graph.add("Gather", [x, "firsts"], "first"), mixed)
    head = [graph.parameter(f"head.{kind}") for kind in ("weight", "bias")]
    graph.add("Gemm", [x, *head], "logits", transB=1)
    onnx.save(graph.finish(opset), path)


def find_tokens(graph: Graph) -> None:
    """Where the tokens are, padding left out, int64; their number is `tokens`.

    "places" [tokens]: their places among all of [batch * length];
    "rows" [batch, length]: the way back, from a place to its row in [tokens, …], for padding
    some row or other;
    "firsts" [batch]: the row of each text's first token.
    """
    flat = graph.add("Reshape", ["attention_mask", graph.integers(-1)], "mask.flat")
    places = graph.add("NonZero", [flat], "places.nonzero")
    graph.add("Reshape", [places, graph.integers(-1)], "places")
    zero, one = (
        graph.constant(name, np.int64(value)) for name, value in (("zero", 0), ("one", 1))
    )
    rows = graph.add("Sub", [graph.add("CumSum", [flat, zero], "rows.count"), one], "rows.flat")
    shape = graph.add("Shape", ["attention_mask"], "shape")
    graph.add("Reshape", [rows, shape], "rows")
    graph.add("Gather", ["rows", zero], "firsts", axis=1)


def embed(graph: Graph) -> str:
    """Words and positions, [tokens, hidden]."""
    flat = graph.add("Reshape", ["input_ids", graph.integers(-1)], "ids.flat")
    ids = graph.add("Gather", [flat, "places"], "ids")
    if graph.int8 is None:
        words = graph.add("Gather", [graph.parameter("words.weight"), ids], "words")
    else:
        values, scales = round_weights(graph.array("words.weight"), bits=8, axis=1)
        rows = [
            graph.add("Gather", [graph.constant(f"words.{name}", table), ids], name)
            for name, table in (("values", values), ("scales", scales))
        ]
        rows[0] = graph.add("Cast", [rows[0]], "values.float", to=TensorProto.FLOAT)
        words = graph.add("Mul", rows, "words")
    length = graph.add("Shape", ["input_ids"], "length", start=1)
    columns = graph.add("Mod", ["places", length], "columns")
    positions = [graph.parameter("positions.weight"), columns]
    return graph.norm_of_sum(words, graph.add("Gather", positions, "positions"), "norm")


def mask_padding(graph: Graph) -> tuple[str, str]:
    """What is added to the scores of attention: 0 for a token, MASKED for padding.

    [batch, 1, length, length] where every token has a query; [batch, 1, 2, length] for the two
    of `ask_first`.
    """
    tokens = graph.add("Cast", ["attention_mask"], "tokens", to=TensorProto.FLOAT)
    padding = graph.add("Sub", [graph.constant("one.float", np.float32(1)), tokens], "padding")
    mask = graph.add("Mul", [padding, graph.constant("masked", np.float32(MASKED))], "mask")
    mask = graph.add("Unsqueeze", [mask, graph.integers(1, 2)], "mask.row")
    shape = [graph.integers(1, 1), "length", graph.integers(1)]
    shape = graph.add("Concat", shape, "shape.pairs", axis=0)
    firsts = graph.add("Expand", [mask, graph.integers(1, 1, 2, 1)], "mask.firsts")
    return graph.add("Expand", [mask, shape], "mask.pairs"), firsts


def attend(graph: Graph, layer: str, x: str, mask: str, first_only: bool = False) -> str:
    """Multi-head self-attention, [tokens, hidden], rounded for what follows.

    With `first_only`, the first token of each text alone attends to all: [batch, hidden].
    """
    linear = f"{layer}.query_key_value"
    hidden, heads = graph.classifier.head.in_features, graph.classifier.layers[0].heads
    rounded = graph.rounded(x, linear)

    # Three products: one of all, then split, takes longer.
    def part(source: str, name: str, row: int) -> str:
        return graph.product(source, linear, f"{layer}.{name}", slice(row, row + hidden))

    if first_only:
        query = part(ask_first(graph, rounded, layer), "query", 0)
    else:
        query = pad(graph, part(rounded, "query", 0))
    key = pad(graph, part(rounded, "key", hidden))
    value = pad(graph, part(rounded, "value", 2 * hidden))
    counts = {"q_num_heads": heads, "kv_num_heads": heads}
    mixed = graph.add("Attention", [query, key, value, mask], f"{layer}.mixed", **counts)
    # Rounded while padding is still in: fewer bytes to move.
    mixed = graph.rounded(mixed, f"{layer}.attention_output")
    if first_only:
        return graph.add("Gather", [mixed, "zero"], f"{layer}.mixed.firsts", axis=1)
    mixed = graph.add("Reshape", [mixed, graph.integers(-1, hidden)], f"{layer}.mixed.rows")
    return graph.add("Gather", [mixed, "places"], f"{layer}.mixed.tokens")


def ask_first(graph: Graph, x: str, layer: str) -> str:
    """The first token of each text, twice: [batch, 2, hidden].

    Of a product of one row, the runtime adds the terms in groups of 4, 2 and 1, so that padding
    would change the groups, and the last bit. Of two rows it adds them one after the other.
    """
    column = graph.add("Unsqueeze", ["firsts", graph.integers(1)], "firsts.column")
    twice = graph.add("Concat", [column, column], "firsts.twice", axis=1)
    return graph.add("Gather", [x, twice], f"{layer}.asking")


def pad(graph: Graph, x: str) -> str:
    """[tokens, hidden] → [batch, length, hidden]; what stands for padding is to be masked."""
    return graph.add("Gather", [x, "rows"], f"{x}.padded")


def feed_forward(graph: Graph, layer: str, x: str, mixed: str) -> str:
    """What follows attention in a layer: x, what was `mixed`, and the result are shaped alike."""
    name = f"{layer}.attention_output"
    x = graph.norm_of_sum(x, graph.product(mixed, name, name), f"{layer}.attention_norm")
    y = graph.linear(x, f"{layer}.intermediate")
    y = graph.add("Gelu", [y], f"{layer}.gelu", approximate="tanh")
    y = graph.linear(y, f"{layer}.output")
    return graph.norm_of_sum(x, y, f"{layer}.output_norm")


def build_config(base: Base, model: Classifier, labels: list[str]) -> dict:
    """`config.json` in Hugging Face's layout."""
    kept = [
        "model_type",
        "vocab_size",
        "hidden_size",
        "num_hidden_layers",
        "num_attention_heads",
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
        "padding_free": True,
        **{name: base.config[name] for name in kept},
        "intermediate_size": model.layers[0].intermediate.out_features,
    }
