"""A quantised network in float: what a GPU runs, whose libraries have no kernels for 8-bit graphs.

The file stays what it was, hash and card with it; its graph is changed on the way to the engine.
Weights are what their 8 bits say. Between layers a pair of QuantizeLinear and DequantizeLinear
rounds to steps within a range: the range stays, as a Clip, and the rounding goes. So the answers
are those of the quantised network if its steps were endlessly fine; a range that begins at zero is
the ReLU of the layer before it as well, which quantising had swallowed.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xray.errors import MissingExtra, ModelError

if TYPE_CHECKING:
    import onnx

Values = dict[str, NDArray[Any]]  # the graph's constants by name
QUANTIZE, DEQUANTIZE = "QuantizeLinear", "DequantizeLinear"


def in_float(content: bytes, where: str) -> bytes:
    """The same model without QuantizeLinear; one that has none comes back as it is.

    A DequantizeLinear of the input's own bytes stays: that is how a picture becomes numbers.

    Args:
        content: of an ONNX file.
        where: its path, for messages.

    Raises:
        ModelError: the bytes are no model.
        MissingExtra: the extra that reads ONNX graphs is not installed.
    """
    if QUANTIZE.encode() not in content:
        return content
    try:
        import onnx
    except ImportError:
        raise MissingExtra('Detector(backend="cuda")', "cuda") from None
    try:
        model = onnx.load_from_string(content)
    except Exception as error:  # protobuf's errors share no base class but Exception
        raise ModelError(f"{where}: onnx cannot read it ({type(error).__name__})") from None
    _convert(model.graph)
    return model.SerializeToString()


def _convert(graph: "onnx.GraphProto") -> None:
    import onnx
    from onnx import helper, numpy_helper

    values: Values = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    steps, alias = _steps(graph, values), dict[str, str]()
    outputs = {output.name for output in graph.output}
    kept, made = list[onnx.NodeProto](), list[onnx.TensorProto]()
    for node in graph.node:
        if node.op_type == QUANTIZE and node.output[0] in steps:
            ends = [f"{node.output[0]}_{end}" for end in ("least", "most")]
            made += map(numpy_helper.from_array, _range(node, values), ends)
            clipped = alias[node.output[0]] = f"{node.output[0]}_clipped"
            kept.append(helper.make_node("Clip", [node.input[0], *ends], [clipped]))
        elif node.op_type == DEQUANTIZE and node.input[0] in steps:
            alias[node.output[0]] = alias[node.input[0]]
            if node.output[0] in outputs:
                kept.append(helper.make_node("Identity", [node.output[0]], [node.output[0]]))
        elif node.op_type == DEQUANTIZE and node.input[0] in values:
            made.append(numpy_helper.from_array(_weight(node, values), node.output[0]))
        else:
            kept.append(node)
    for node in kept:
        node.input[:] = [alias.get(name, name) for name in node.input]
    used = {name for node in kept for name in node.input}
    left = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.node[:], graph.initializer[:], graph.value_info[:]
    graph.node.extend(kept)
    graph.initializer.extend([*left, *made])


def _steps(graph: "onnx.GraphProto", values: Values) -> set[str]:
    """Outputs of each QuantizeLinear that is undone wherever it goes, by the same scale."""
    steps = {
        node.output[0]: list(node.input[1:])
        for node in graph.node
        if node.op_type == QUANTIZE
        and all(name in values for name in node.input[1:])
        and values[node.input[1]].size == 1
    }
    for node in graph.node:
        for name in node.input:
            if node.op_type != DEQUANTIZE or list(node.input[1:]) != steps.get(name):
                steps.pop(name, None)
    return steps.keys() - {output.name for output in graph.output}


def _range(node: "onnx.NodeProto", values: Values) -> tuple[NDArray[np.float32], ...]:
    """The least and the greatest number that a QuantizeLinear keeps."""
    scale = values[node.input[1]].astype(np.float32).reshape(())
    zero = values[node.input[2]] if len(node.input) > 2 else np.zeros((), np.uint8)
    whole, at = np.iinfo(zero.dtype), np.float32(zero.reshape(()))
    return tuple(np.asarray((end - at) * scale, np.float32) for end in (whole.min, whole.max))


def _weight(node: "onnx.NodeProto", values: Values) -> NDArray[np.float32]:
    """What a DequantizeLinear makes of a constant, by one scale or by one for each channel."""
    quantised, scale = (values[name].astype(np.float32) for name in node.input[:2])
    zero = values[node.input[2]].astype(np.float32) if len(node.input) > 2 else np.zeros_like(scale)
    if scale.size > 1:
        axis = next((a.i for a in node.attribute if a.name == "axis"), 1)
        along = [-1 if k == axis % quantised.ndim else 1 for k in range(quantised.ndim)]
        scale, zero = scale.reshape(along), zero.reshape(along)
    return (quantised - zero) * scale
