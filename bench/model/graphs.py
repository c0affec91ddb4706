"""ONNX graph → ONNX graph: the ways in which one classifier can be written for ONNX Runtime.

Works on the graphs that a version's `code/export.py` makes: the names of its nodes describe what
they are (`/layers.0/query_key_value/MatMul`).
"""

from collections.abc import Iterable
from graphlib import TopologicalSorter
from pathlib import Path

import numpy as np
import onnx
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from onnxruntime.capi._pybind_state import quantize_matmul_4bits, quantize_matmul_8bits
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)

MICROSOFT = "com.microsoft"
OPERATORS = {"MatMul": 1, "Gather": 0}  # operator → position of its weights


def dequantize(shipped: ModelProto) -> ModelProto:
    """QDQ graph → float graph: the int8 weights as floats, the activations not rounded."""
    tensors = tensors_of(shipped)
    arrays = {name: numpy_helper.to_array(tensor) for name, tensor in tensors.items()}
    nodes, same = [], {}
    for node in shipped.graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in arrays:
            values, scale, zero = (arrays[name] for name in node.input)
            # A scale per channel belongs to the last axis of the weights of a product.
            floats = (values.astype(np.float32) - zero) * scale
            name = node.output[0]
            tensors[name] = numpy_helper.from_array(floats.astype(np.float32), name)
        elif node.op_type in ("QuantizeLinear", "DequantizeLinear"):
            same[node.output[0]] = same.get(node.input[0], node.input[0])
        else:
            kept = NodeProto()
            kept.CopyFrom(node)
            kept.input[:] = [same.get(name, name) for name in node.input]
            nodes.append(kept)
    return assemble(shipped, nodes, tensors)


def quantize_dynamically(source: Path, target: Path) -> None:
    """Float graph → int8 weights per channel, activations' scales taken from each batch."""
    quantize_dynamic(
        source,
        target,
        per_channel=True,
        weight_type=QuantType.QInt8,
        # Otherwise it also rounds the products of two activations.
        extra_options={"MatMulConstBOnly": True},
    )


def quantize_statically(
    source: Path,
    target: Path,
    calibration_ids: Iterable[list[int]],
    shipped: ModelProto,
    reduce_range: bool,
) -> None:
    """Float graph → QDQ int8 with fixed scales, at the places where `shipped` has it.

    `reduce_range` leaves the weights seven bits: sums of two products then fit into 16 bits,
    so that AVX2 gives what VNNI gives.
    """
    dequantized = {n.output[0] for n in shipped.graph.node if n.op_type == "DequantizeLinear"}
    quantize_static(
        source,
        target,
        CalibrationTexts(calibration_ids),
        quant_format=QuantFormat.QDQ,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=reduce_range,
        op_types_to_quantize=list(OPERATORS),
        nodes_to_quantize=[
            node.name
            for node in shipped.graph.node
            if node.op_type in OPERATORS and node.input[OPERATORS[node.op_type]] in dequantized
        ],
        extra_options={
            "OpTypesToExcludeOutputQuantization": list(OPERATORS),
            "WeightSymmetric": True,
        },
    )


class CalibrationTexts(CalibrationDataReader):
    """Feeds one text at a time, so no padding takes part in the activations' ranges."""

    def __init__(self, input_ids: Iterable[list[int]]) -> None:
        self.remaining = iter(input_ids)

    def get_next(self) -> dict[str, np.ndarray] | None:
        """The model's inputs for the next text, None after the last."""
        ids = next(self.remaining, None)
        if ids is None:
            return None
        row = np.array([ids])
        return {"input_ids": row, "attention_mask": np.ones_like(row)}


def quantize_weights(source: ModelProto, bits: int, accuracy_level: int) -> ModelProto:
    """Float graph → weights of products in `bits` (4 or 8), in blocks of 32 (MatMulNBits).

    `accuracy_level` 0 computes in float; 4 rounds the activations to int8, each row of
    them by itself. Word embeddings stay float.
    """
    block = 32
    quantize = {4: quantize_matmul_4bits, 8: quantize_matmul_8bits}[bits]
    tensors = tensors_of(source)
    nodes = []
    for node in source.graph.node:
        if node.op_type != "MatMul" or node.input[1] not in tensors:
            nodes.append(node)
            continue
        weights = numpy_helper.to_array(tensors[node.input[1]])
        rows, columns = weights.shape
        blocks = -(-rows // block)
        packed = np.zeros((columns, blocks, block * bits // 8), np.uint8)
        scales = np.zeros((columns, blocks), np.float32)
        zeros = np.zeros((columns, -(-blocks * bits // 8)), np.uint8)
        quantize(packed, weights, scales, zeros, block, columns, rows, False)
        names = [f"{node.name}_{part}" for part in ("packed", "scales", "zeros")]
        for name, array in zip(names, (packed, scales, zeros), strict=True):
            tensors[name] = numpy_helper.from_array(array, name)
        sizes = {"K": rows, "N": columns, "bits": bits, "block_size": block}
        nodes.append(
            helper.make_node(
                "MatMulNBits",
                [node.input[0], *names],
                node.output,
                domain=MICROSOFT,
                accuracy_level=accuracy_level,
                **sizes,
            )
        )
    return assemble(source, nodes, tensors)


def fuse(model: ModelProto, heads: int) -> ModelProto:
    """QDQ or float graph → each layer in ONNX Runtime's own operators.

    Attention is one operator; an int8 product adds its bias while it leaves int8; GELU is
    approximated by tanh (Hendrycks, Gimpel 2016, arXiv:1606.08415); the residual is the
    float value, not the rounded one. Layers that do not look like a full layer stay.
    """
    graph = onnx.ModelProto()
    graph.CopyFrom(model)
    nodes = list(graph.graph.node)
    named = {node.name: node for node in nodes}
    producer = {name: node for node in nodes for name in node.output}
    tensors = tensors_of(graph)

    def add(operator: str, inputs: list[str], output: str, domain: str = "", **attributes) -> str:
        nodes.append(helper.make_node(operator, inputs, [output], domain=domain, **attributes))
        return output

    def product(source: str, layer: str, part: str) -> str:
        """Weights times `source`, plus bias; in int8 where the model has it so."""
        matmul = named[f"/{layer}/{part}/MatMul"]
        bias, output = f"{layer}.{part}.bias", f"{layer}.{part}"
        weights = producer.get(matmul.input[1])
        if weights is None:
            values = add("MatMul", [source, matmul.input[1]], f"{output}.product")
            return add("Add", [values, bias], output)
        rounding = producer[matmul.input[0]].input
        values = add("QuantizeLinear", [source, *rounding[1:]], f"{output}.uint8")
        scales_and_zeros = [rounding[1], weights.input[1], rounding[2], weights.input[2]]
        inputs = [values, weights.input[0], *scales_and_zeros, bias]
        return add("MatMulIntegerToFloat", inputs, output, MICROSOFT)

    def normed(source: str, residual: str, layer: str, part: str) -> str:
        norm = named[f"/{layer}/{part}/LayerNormalization"]
        norm.input[0] = add("Add", [source, residual], f"{layer}.{part}.sum")
        return norm.output[0]

    hidden = len(numpy_helper.to_array(tensors["norm.bias"]))
    tensors["thirds"] = numpy_helper.from_array(np.array([hidden] * 3), "thirds")
    mask = add("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)
    index = 0
    while matmul := named.get(f"/layers.{index}/query_key_value/MatMul"):
        layer = f"layers.{index}"
        x = unrounded(matmul.input[0], producer)
        parts = [f"{layer}.{part}" for part in ("query", "key", "value")]
        split = [product(x, layer, "query_key_value"), "thirds"]
        nodes.append(helper.make_node("Split", split, parts, axis=-1))
        inputs = [*parts, "", mask]
        mixed = add("MultiHeadAttention", inputs, f"{layer}.mixed", MICROSOFT, num_heads=heads)
        y = normed(product(mixed, layer, "attention_output"), x, layer, "attention_norm")
        gelu = add("FastGelu", [product(y, layer, "intermediate")], f"{layer}.gelu", MICROSOFT)
        normed(product(gelu, layer, "output"), y, layer, "output_norm")
        index += 1
    return assemble(graph, nodes, tensors)


def unrounded(name: str, producer: dict[str, NodeProto]) -> str:
    """The value that was rounded to int8 and back to give `name`, or `name` itself."""
    while producer[name].op_type in ("QuantizeLinear", "DequantizeLinear"):
        name = producer[name].input[0]
    return name


def tensors_of(model: ModelProto) -> dict[str, TensorProto]:
    """The constants of a graph, by name."""
    return {tensor.name: tensor for tensor in model.graph.initializer}


def assemble(
    model: ModelProto, nodes: list[NodeProto], tensors: dict[str, TensorProto]
) -> ModelProto:
    """A model with the inputs and outputs of `model`: what the outputs need, in order."""
    producer = {name: node for node in nodes for name in node.output}
    needs: dict[str, list[str]] = {}
    waiting = [output.name for output in model.graph.output]
    while waiting:
        node = producer[waiting.pop()]
        if node.output[0] not in needs:
            needs[node.output[0]] = [producer[i].output[0] for i in node.input if i in producer]
            waiting += needs[node.output[0]]
    ordered = [producer[name] for name in TopologicalSorter(needs).static_order()]
    used = {name for node in ordered for name in node.input}
    graph = helper.make_graph(
        ordered,
        "classifier",
        model.graph.input,
        model.graph.output,
        [tensor for name, tensor in tensors.items() if name in used],
    )
    opsets = {opset.domain: opset.version for opset in model.opset_import} | {MICROSOFT: 1}
    return helper.make_model(
        graph,
        ir_version=model.ir_version,
        opset_imports=[helper.make_opsetid(*item) for item in opsets.items()],
    )
