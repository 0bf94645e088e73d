"""Eight-bit integers: U8S8, per channel, QDQ, the one kind that CPUs with VNNI run fast.

The backbone, the neck and the 3×3 convolutions of the head become integers; the last 1×1
convolutions and the decoding of boxes stay float, because a box is only as fine as its
distances, and they take 3 % of the time. The image is uint8 already: the normalisation that the
network starts with is a quantisation with a whole zero point, so that both go.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from xray.errors import ModelError
from xray_train import checkpoint, rounding
from xray_train.item import Picture
from xray_train.loader import Steps
from xray_train.sources import sources

INTEGER_NETWORKS = ("plain", "lite")
OURS = ("/neck/", "/head/score_features", "/head/side_features")
INTEGER_ROOMS = ("/backbone/", "/frozen/", "/features.", "/pooling/", *OURS)
INTEGER_TYPES = ("Conv", "Add", "MaxPool", "Concat", "Resize", "Relu", "Clip")
CALIBRATION = 96  # pictures; ranges hardly move after 50
WHOLE = 1e-3  # how near a zero point must lie to a whole number
# What a node makes of scale · x + offset, by its constant
SCALING: dict[str, Callable[[float, float, float], tuple[float, float]]] = {
    "Mul": lambda scale, offset, by: (scale * by, offset * by),
    "Div": lambda scale, offset, by: (scale / by, offset / by),
    "Sub": lambda scale, offset, by: (scale, offset - by),
}


def quantize(source: Path, target: Path, pictures: Iterable[Picture]) -> None:
    """Write the integer version of a float ONNX file; its metadata goes along.

    Args:
        source: from `export`.
        target: where to write.
        pictures: planes as the scanner will show them, 50 to 200; their activations set the
            ranges, and a quarter of them show whether the answers stay.

    Raises:
        ModelError: no file of `export`, or one that answers otherwise in integers (`rounding`).
    """
    pictures = list(pictures)
    metadata = onnx.load(str(source), load_external_data=False).metadata_props
    with tempfile.TemporaryDirectory() as folder:
        prepared, made = Path(folder, "prepared.onnx"), Path(folder, "integer.onnx")
        quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
        graph = onnx.load(str(prepared)).graph
        integer = [
            n.name
            for n in graph.node
            if n.op_type in INTEGER_TYPES and any(room in n.name for room in INTEGER_ROOMS)
        ]
        if not integer:
            raise ModelError(f"{source}: has no part that is quantised; is it a file of export?")
        quantize_static(
            str(prepared),
            str(made),
            _Pictures(pictures),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=list(INTEGER_TYPES),
            nodes_to_quantize=integer,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            calibrate_method=CalibrationMethod.MinMax,
        )
        model = onnx.load(str(made))
        straight_in(model)
        del model.metadata_props[:]
        model.metadata_props.extend(metadata)
        onnx.checker.check_model(model)
        onnx.save(model, str(made))
        rounding.compare(source, made, pictures[::4])
        onnx.save(model, str(target))


def straight_in(model: onnx.ModelProto) -> None:
    """Feed the uint8 image to the first convolution, dropping cast, scaling and quantising.

    image → Transpose → Cast → (x - b) · a → Quantize → Dequantize becomes
    image → Transpose → Dequantize(a, b), which is the same without a rounding.

    Raises:
        ModelError: the graph begins otherwise, or b is no value of a byte.
    """
    graph = model.graph
    makers = {out: node for node in graph.node for out in node.output}
    users: dict[str, list[onnx.NodeProto]] = {}
    for node in graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)
    transpose = _only(users, "image", "Transpose")
    gone = [_only(users, transpose.output[0], "Cast")]
    scale, offset = 1.0, 0.0  # of what follows, scale · image + offset
    while (node := _only(users, gone[-1].output[0], *SCALING, "QuantizeLinear")).op_type in SCALING:
        by = float(_constant(graph, makers, node.input[1]))
        scale, offset = SCALING[node.op_type](scale, offset, by)
        gone.append(node)
    gone.append(node)
    dequantizing = _only(users, node.output[0], "DequantizeLinear")
    zero = round(-offset / scale)
    if abs(zero + offset / scale) > WHOLE or not 0 <= zero <= 255:
        raise ModelError(f"the image's zero point is {-offset / scale:.3f}, expected a byte")
    for name, value in (("image_unit", np.float32(scale)), ("image_zero", np.uint8(zero))):
        graph.initializer.append(numpy_helper.from_array(np.array(value), name))
    dequantizing.input[:] = [transpose.output[0], "image_unit", "image_zero"]
    for node in gone:
        graph.node.remove(node)
    used = {name for node in graph.node for name in node.input}
    for initializer in [i for i in graph.initializer if i.name not in used]:
        graph.initializer.remove(initializer)
    kept = {i.name for i in graph.initializer} | used
    for info in [v for v in graph.value_info if v.name not in kept]:
        graph.value_info.remove(info)


def calibration_pictures(source: Path, pools: tuple[str, ...] = ()) -> list[Picture]:
    """Pictures as training drew them, from the recipe of a checkpoint, at the scanner's size.

    Args:
        source: the checkpoint.
        pools: folders of simulated scenes, where they are not where the recipe says.
    """
    recipe = checkpoint.read(source).recipe
    plain = replace(
        recipe,
        pools=pools or recipe.pools,
        seed=recipe.seed + 1,
        batch=CALIBRATION,
        sides_px=(recipe.check_px,),
        zoom=(0.9, 1.0),
        turn_deg=0.0,
        mix=0.0,
        blur=0.0,
        noise=0.0,
        grey=0.0,
        invert=0.0,
    )
    found = sources(plain)
    steps = Steps(plain, found, None)
    return list(steps[0].planes.numpy())


class _Pictures(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, pictures: Iterable[Picture]) -> None:
        self.rows: Iterator[Picture] = iter(pictures)

    def get_next(self) -> dict[str, Any] | None:
        """The next input, or None at the end."""
        picture = next(self.rows, None)
        return None if picture is None else {"image": picture[None]}


def _only(users: dict[str, list[onnx.NodeProto]], name: str, *kinds: str) -> onnx.NodeProto:
    found = [node for node in users.get(name, []) if node.op_type in kinds]
    if len(found) != 1:
        expected = " or ".join(kinds)
        raise ModelError(f"expected one {expected} behind {name} in the graph, found {len(found)}")
    return found[0]


def _constant(graph: onnx.GraphProto, makers: dict[str, onnx.NodeProto], name: str) -> Any:
    for initializer in graph.initializer:
        if initializer.name == name:
            return numpy_helper.to_array(initializer)
    return numpy_helper.to_array(makers[name].attribute[0].t)
