"""A model file holds its own weights: whatever message of ONNX a tensor of another file lies in."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from xray import ModelError, enclosed
from xray.detector import available

MESSAGES = {
    "model": onnx.ModelProto,
    "training": onnx.TrainingInfoProto,
    "function": onnx.FunctionProto,
    "graph": onnx.GraphProto,
    "node": onnx.NodeProto,
    "attribute": onnx.AttributeProto,
    "sparse": onnx.SparseTensorProto,
    "tensor": onnx.TensorProto,
}


def outside() -> TensorProto:
    """Four numbers that lie in a file beside the model."""
    tensor = numpy_helper.from_array(np.zeros(4, np.float32), "kernel")
    onnx.external_data_helper.set_external_data(tensor, "weights.bin")
    tensor.ClearField("raw_data")
    return tensor


def graph(*nodes: onnx.NodeProto, **fields: list) -> onnx.GraphProto:
    return helper.make_graph(list(nodes), "g", [], [], **fields)


def constant() -> onnx.NodeProto:
    return helper.make_node("Constant", [], ["c"], value=outside())


def sparse() -> onnx.SparseTensorProto:
    return onnx.SparseTensorProto(values=outside())


PLACES: dict[str, Callable[[], onnx.ModelProto]] = {
    "an initializer": lambda: onnx.ModelProto(graph=graph(initializer=[outside()])),
    "a sparse one": lambda: onnx.ModelProto(graph=graph(sparse_initializer=[sparse()])),
    "a constant": lambda: onnx.ModelProto(graph=graph(constant())),
    "a branch": lambda: onnx.ModelProto(
        graph=graph(helper.make_node("If", ["x"], ["y"], then_branch=graph(constant())))
    ),
    "a function": lambda: onnx.ModelProto(functions=[onnx.FunctionProto(node=[constant()])]),
    "training": lambda: onnx.ModelProto(
        training_info=[onnx.TrainingInfoProto(algorithm=graph(constant()))]
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_weights_in_another_file_are_found_wherever_onnx_lets_them_be(place: str) -> None:
    content = PLACES[place]().SerializeToString()
    with pytest.raises(ModelError, match=r"bag\.onnx: expected all weights .* those of kernel lie"):
        enclosed.check(content, "bag.onnx")


def test_every_field_that_can_hold_a_tensor_is_entered() -> None:
    kinds = {message.DESCRIPTOR.full_name: name for name, message in MESSAGES.items()}
    for name, message in MESSAGES.items():
        holds = {
            field.number: kinds[field.message_type.full_name]
            for field in message.DESCRIPTOR.fields
            if field.message_type is not None and field.message_type.full_name in kinds
        }
        assert enclosed.INSIDE[name] == holds
    fields = onnx.TensorProto.DESCRIPTOR.fields_by_name
    assert fields["name"].number == enclosed.TENSOR_NAME
    assert fields["data_location"].number == enclosed.DATA_LOCATION
    assert onnx.TensorProto.EXTERNAL == enclosed.EXTERNAL


def test_a_location_of_more_bits_than_it_has_counts_as_an_engine_reads_it() -> None:
    # 14 is the field, 0 its wire type, 1 the value; then 1 + 2**32, four bytes longer
    short, long = bytes([14 << 3, 1]), bytes([14 << 3, 0x81, 0x80, 0x80, 0x80, 0x10])
    tensor = outside().SerializeToString()
    longer = tensor.replace(short, long)
    assert len(longer) == len(tensor) + 4
    inside = bytes([5 << 3 | 2, len(longer)]) + longer  # an initializer of the graph
    with pytest.raises(ModelError, match="kernel"):
        enclosed.check(bytes([7 << 3 | 2, len(inside)]) + inside, "long")


def test_a_model_in_one_file_and_bytes_that_are_none_are_left_to_the_engine(standin: Path) -> None:
    for path in (standin, *available().values()):
        enclosed.check(path.read_bytes(), path.name)
    for content in (b"", b"not a model", b"\xff" * 40, standin.read_bytes()[:-7]):
        enclosed.check(content, "none")
