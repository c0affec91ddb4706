"""The bricks of an ONNX graph: constants, operators, products with weights in float or int8."""

from dataclasses import dataclass, field

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper

from model import Classifier

# Linear layer → the lowest and the highest value of its input; 0 is within.
Ranges = dict[str, tuple[float, float]]

ALL = slice(None)


@dataclass(frozen=True)
class Int8:
    """How products with weights are rounded: weights symmetric, activations uint8.

    With 7 bits for a weight, the sum of two products with uint8 fits into 16 bits. That is
    how CPUs with AVX2 and nothing newer add them, and they saturate where it does not fit.
    """

    weight_bits: int
    ranges: Ranges


@dataclass
class Graph:
    """A graph in the making. A value is known by its name, which the methods return."""

    classifier: Classifier
    int8: Int8 | None
    nodes: list[NodeProto] = field(default_factory=list)
    constants: dict[str, TensorProto] = field(default_factory=dict)

    def add(self, operator: str, inputs: list[str], output: str, **attributes) -> str:
        """One more operator."""
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def constant(self, name: str, value: np.ndarray | np.generic) -> str:
        """A tensor that does not depend on the input."""
        self.constants[name] = numpy_helper.from_array(np.array(value, order="C"), name)
        return name

    def integers(self, *values: int) -> str:
        """A shape or a list of axes, as a constant."""
        return self.constant("_".join(["integers", *map(str, values)]), np.array(values))

    def array(self, name: str) -> np.ndarray:
        """A parameter of the classifier."""
        return self.classifier.get_parameter(name).detach().numpy()

    def parameter(self, name: str) -> str:
        """A parameter of the classifier, as a constant."""
        return self.constant(name, self.array(name))

    def rounded(self, source: str, linear: str) -> str:
        """`source`, the input of a linear layer, as uint8; in a float graph as it is."""
        if self.int8 is None:
            return source
        low, high = self.int8.ranges[linear]
        scale = np.float32((high - low) / 255)
        inputs = [
            source,
            self.constant(f"{linear}.scale", scale),
            self.constant(f"{linear}.zero", np.uint8(np.rint(-low / scale))),
        ]
        return self.add("QuantizeLinear", inputs, f"{source}.uint8")

    def product(self, source: str, linear: str, output: str, rows: slice = ALL) -> str:
        """A linear layer, or some of its rows, applied to what `rounded` gave for it."""
        weights = self.array(f"{linear}.weight")[rows].T
        bias = self.constant(f"{output}.bias", self.array(f"{linear}.bias")[rows])
        if self.int8 is None:
            inputs = [source, self.constant(f"{output}.weight", weights)]
            return self.add("Add", [self.add("MatMul", inputs, f"{output}.product"), bias], output)
        values, scales = round_weights(weights, self.int8.weight_bits, axis=0)
        inputs = [
            source,
            self.constant(f"{output}.int8", values),
            f"{linear}.scale",
            self.constant(f"{output}.scales", scales.squeeze(0)),
            f"{linear}.zero",
            "",  # the weights have no zero point
            bias,
        ]
        return self.add("MatMulIntegerToFloat", inputs, output, domain="com.microsoft")

    def linear(self, source: str, linear: str) -> str:
        """A linear layer on a float value."""
        return self.product(self.rounded(source, linear), linear, linear)

    def norm_of_sum(self, a: str, b: str, norm: str) -> str:
        """Layer norm of a + b."""
        # Not Add: ONNX Runtime would fuse it with the norm, into a kernel that is far slower.
        inputs = [
            self.add("Sum", [a, b], f"{norm}.sum"),
            self.parameter(f"{norm}.weight"),
            self.parameter(f"{norm}.bias"),
        ]
        epsilon = self.classifier.get_submodule(norm).eps
        return self.add("LayerNormalization", inputs, norm, epsilon=epsilon)

    def finish(self, opset: int) -> onnx.ModelProto:
        """The model: input_ids, attention_mask int64 [batch, length] → logits [batch, labels]."""
        labels = self.classifier.head.out_features
        graph = helper.make_graph(
            self.nodes,
            "classifier",
            [
                helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"])
                for name in ("input_ids", "attention_mask")
            ],
            [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", labels])],
            list(self.constants.values()),
        )
        standard = helper.make_opsetid("", opset)
        return helper.make_model(
            graph,
            opset_imports=[standard, helper.make_opsetid("com.microsoft", 1)],
            ir_version=helper.find_min_ir_version_for([standard]),
        )


def round_weights(weights: np.ndarray, bits: int, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Weights ≈ int8 values of so many bits * float32 scales, one for all along `axis`."""
    largest = np.abs(weights).max(axis=axis, keepdims=True)
    scales = np.maximum(largest, np.finfo(np.float32).tiny) / np.float32(2 ** (bits - 1) - 1)
    return np.rint(weights / scales).astype(np.int8), scales
