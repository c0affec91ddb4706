"""Makes a model that is N times slower and predicts the same: the mean of N copies of a classifier.

python ensemble.py model.onnx ensemble.onnx 3
"""

import sys

import onnx


def ensemble(model: onnx.ModelProto, copies: int) -> None:
    graph = model.graph
    inputs = {tensor.name for tensor in graph.input}
    output = graph.output[0].name
    nodes, weights, outputs = list(graph.node), list(graph.initializer), []
    del graph.node[:], graph.initializer[:], graph.value_info[:]
    for copy in range(copies):
        # Each copy has its own weights, so that no optimizer computes it once.
        def rename(name: str, copy: int = copy) -> str:
            return name if name == "" or name in inputs else f"copy{copy}/{name}"

        for node in nodes:
            added = graph.node.add()
            added.CopyFrom(node)
            added.name = f"copy{copy}/{len(graph.node)}"
            added.input[:] = [rename(name) for name in node.input]
            added.output[:] = [rename(name) for name in node.output]
        for tensor in weights:
            added = graph.initializer.add()
            added.CopyFrom(tensor)
            added.name = rename(tensor.name)
        outputs.append(rename(output))
    graph.node.append(onnx.helper.make_node("Mean", outputs, [output]))


if __name__ == "__main__":
    source, target, count = sys.argv[1:]
    loaded = onnx.load(source)
    ensemble(loaded, int(count))
    onnx.save(loaded, target)
