"""A quantised network in float: the range of each step stays, its rounding goes."""

import sys
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

import xray
from xray import tensors, tiles
from xray.backends import OUTPUTS
from xray.card import METADATA_KEY, read
from xray.dequantized import in_float
from xray.detector import available

SAMPLES = Path(__file__).parents[2] / "app" / "xray_app" / "samples"


@lru_cache(maxsize=8)
def session(content: bytes) -> onnxruntime.InferenceSession:
    """Every node as its definition has it: steps are rounded to, not made into integer kernels."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 3, 1
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    return onnxruntime.InferenceSession(content, options, ["CPUExecutionProvider"])


def kinds(content: bytes) -> list[str]:
    return [node.op_type for node in onnx.load_from_string(content).graph.node]


def model(nodes: list, values: dict[str, np.ndarray], outputs: tuple[str, ...] = ("out",)) -> bytes:
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("in", TensorProto.FLOAT, [1, 2, None, 1])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [numpy_helper.from_array(value, name) for name, value in values.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    made.ir_version = 8
    return made.SerializeToString()


def pair(name: str, scale: str = "scale", zero: str = "zero", to: str = "") -> list:
    return [
        helper.make_node("QuantizeLinear", [name, scale, zero], [f"{name}_steps"]),
        helper.make_node(
            "DequantizeLinear", [f"{name}_steps", scale, zero], [to or f"{name}_back"]
        ),
    ]


STEP = {"scale": np.array(0.5, np.float32), "zero": np.array(10, np.uint8)}  # -5.0 to 122.5
WEIGHTS = {
    "kernel": np.array([[2, -4], [1, 3]], np.int8).reshape(2, 2, 1, 1),
    "kernel_scale": np.array([0.5, 0.25], np.float32),  # one for each channel out
    "kernel_zero": np.zeros(2, np.int8),
    "bias": np.array([4, -8], np.int32),
    "bias_scale": np.array([0.25, 0.125], np.float32),
    "bias_zero": np.zeros(2, np.int32),
}
CONVOLUTION = [
    *(
        helper.make_node("DequantizeLinear", [w, f"{w}_scale", f"{w}_zero"], [f"{w}_f"], axis=0)
        for w in ("kernel", "bias")
    ),
    helper.make_node("Conv", ["in_back", "kernel_f", "bias_f"], ["made"]),
]


def test_a_step_keeps_its_range_and_rounds_no_more() -> None:
    content = in_float(model(pair("in", to="out"), STEP), "small.onnx")
    assert kinds(content) == ["Clip", "Identity"]  # the last of them is the output by its name
    said = session(content).run(
        ["out"], {"in": np.float32([[[[-9]], [[1.3]]]]).reshape(1, 2, 1, 1)}
    )
    assert said[0].ravel().tolist() == [-5.0, np.float32(1.3)]


@given(st.lists(st.integers(0, 255), min_size=2, max_size=40))
def test_values_that_lie_on_the_steps_pass_as_in_the_quantised_graph(steps: list[int]) -> None:
    whole = model([*pair("in"), *CONVOLUTION, *pair("made", to="out")], {**STEP, **WEIGHTS})
    content = in_float(whole, "small.onnx")
    assert kinds(content) == ["Clip", "Conv", "Clip", "Identity"]
    steps = steps[: len(steps) // 2 * 2]
    image = ((np.array(steps, np.float32) - 10) * 0.5).reshape(1, 2, -1, 1)
    first, second = image[0, :, :, 0]  # by hand: (2 a - 4 b) / 2 + 1 and (a + 3 b) / 4 - 1
    exact = np.clip([first - 2 * second + 1, first / 4 + second * 0.75 - 1], -5, 122.5)
    ours, theirs = (session(c).run(["out"], {"in": image})[0][0, ..., 0] for c in (content, whole))
    assert ours == pytest.approx(exact, abs=1e-5)
    assert np.abs(theirs - ours).max() <= 0.25 + 1e-5  # half a step, of the last rounding alone


def finer(content: bytes) -> bytes:
    """The same graph with steps 257 times as fine: 16 bits for 8, the range as it was."""
    whole = onnx.load_from_string(content)
    graph = whole.graph
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    made: dict[str, np.ndarray] = {}
    steps = {node.output[0] for node in graph.node if node.op_type == "QuantizeLinear"}
    for node in graph.node:
        if node.op_type == "QuantizeLinear" or node.input[0] in steps:
            scale, zero = node.input[1:]
            made[f"{scale}_fine"] = np.asarray(values[scale] / 257, np.float32)
            made[f"{zero}_fine"] = np.asarray(values[zero].astype(np.uint16) * 257, np.uint16)
            node.input[1:] = [f"{scale}_fine", f"{zero}_fine"]
            node.domain = "com.microsoft"  # where onnxruntime knows 16 bits at this opset
    graph.initializer.extend(numpy_helper.from_array(v, name) for name, v in made.items())
    del graph.value_info[:]
    return whole.SerializeToString()


@pytest.mark.parametrize("name", sorted(available()))
def test_a_shipped_model_in_float_is_what_finer_and_finer_steps_come_to(name: str) -> None:
    file = available()[name]
    content, card = file.read_bytes(), read(file)
    floating = in_float(content, str(file))
    assert "QuantizeLinear" not in kinds(floating)
    assert kinds(floating).count("DequantizeLinear") == 1  # of the picture's own bytes
    scan = xray.read(SAMPLES / "01-baggage.jpg")
    tile = tiles.whole(scan.height, scan.width, card.side_px)[0]
    image = tensors.prepare(scan.pixels, scan.encoding, tile, card.ranges)[None]
    exact, coarse, fine = (
        session(each).run(OUTPUTS, {"image": image}) for each in (floating, content, finer(content))
    )
    for ours, steps, finer_steps in zip(exact, coarse, fine, strict=True):
        assert np.abs(steps - ours).max() > 0
        assert np.abs(finer_steps - ours).max() < np.abs(steps - ours).max() / 50


def test_card_and_interface_stay_as_they_are() -> None:
    before = next(iter(available().values())).read_bytes()
    was, now = onnx.load_from_string(before), onnx.load_from_string(in_float(before, "x"))
    onnx.checker.check_model(now)
    assert {p.key: p.value for p in now.metadata_props} == {
        p.key: p.value for p in was.metadata_props
    }
    assert METADATA_KEY in {p.key for p in now.metadata_props}
    assert (list(now.graph.input), list(now.graph.output)) == (
        list(was.graph.input),
        list(was.graph.output),
    )


def test_what_cannot_be_undone_everywhere_stays_as_it_was() -> None:
    read_as_bytes = helper.make_node("Cast", ["in_steps"], ["bytes"], to=TensorProto.FLOAT)
    seen = model([*pair("in", to="out"), read_as_bytes], STEP, ("out", "bytes"))
    assert kinds(in_float(seen, "x")) == kinds(seen)
    other = {"wide": np.array(2.0, np.float32)}  # undone by another scale: no longer the same range
    quantize, undo = pair("in", to="out")
    undo.input[1] = "wide"
    assert "QuantizeLinear" in kinds(in_float(model([quantize, undo], {**STEP, **other}), "x"))


def test_a_model_in_float_comes_back_as_it_is_also_without_the_extra(
    standin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    content = standin.read_bytes()
    assert in_float(content, "standin.onnx") is content
    with pytest.raises(xray.MissingExtra, match=r'pip install "xray-cargo\[cuda\]"'):
        in_float(next(iter(available().values())).read_bytes(), "parcel.onnx")


def test_bytes_that_are_no_model_are_refused_with_a_sentence() -> None:
    with pytest.raises(xray.ModelError, match=r"text\.onnx: onnx cannot read it"):
        in_float(b"QuantizeLinear\xff\xff\xff not a model", "text.onnx")
