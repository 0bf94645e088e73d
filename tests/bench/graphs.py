"""Other graphs to compare with: ours in float, ours in tiles, torchvision's SSDLite."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from xray import card
from xray.card import METADATA_KEY


def floating(model: Path, to: Path) -> Path:
    """The same network in float: weights as they are after their 8 bits, no steps between layers.

    A step whose bytes begin at zero is the ReLU of the layer before it as well, and becomes one.
    """
    whole = onnx.load(model)
    graph = whole.graph
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    makers = {name: node.op_type for node in graph.node for name in node.output}
    alias: dict[str, str] = {}
    kept, weights = [], []
    for node in graph.node:
        if node.op_type == "QuantizeLinear":
            alias[node.output[0]] = node.input[0]
            if makers[node.input[0]] in ("Conv", "Add") and not values[node.input[2]].any():
                alias[node.output[0]] = f"{node.output[0]}_relu"
                kept.append(onnx.helper.make_node("Relu", [node.input[0]], [alias[node.output[0]]]))
        elif node.op_type == "DequantizeLinear" and node.input[0] in values:
            weights.append(numpy_helper.from_array(_weight(node, values), node.output[0]))
        elif node.op_type == "DequantizeLinear" and node.input[0] in alias:
            alias[node.output[0]] = alias[node.input[0]]
        else:  # the first one, which makes 0 to 1 of the picture's bytes, stays
            kept.append(node)
    for node in kept:
        node.input[:] = [alias.get(name, name) for name in node.input]
    used = {name for node in kept for name in node.input}
    left = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(kept)
    graph.initializer.extend(left + weights)
    onnx.save(whole, to)
    return to


def _weight(node: onnx.NodeProto, values: dict[str, NDArray[np.generic]]) -> NDArray[np.float32]:
    quantised, scale, zero = (values[name].astype(np.float32) for name in node.input)
    axis = next((a.i for a in node.attribute if a.name == "axis"), 1)
    if scale.size > 1:
        along = [-1 if k == axis or quantised.ndim == 1 else 1 for k in range(quantised.ndim)]
        scale, zero = scale.reshape(along), zero.reshape(along)
    return (quantised - zero) * scale


def tiled(model: Path, to: Path, overlap_px: int = 64) -> Path:
    """The same network, made to see scans through tiles of its side at their own scale."""
    whole = onnx.load(model)
    changed = replace(card.read(model), name="tiled", overlap_px=overlap_px)
    onnx.helper.set_model_props(whole, {METADATA_KEY: changed.to_json()})
    onnx.save(whole, to)
    return to


def ssdlite(to: Path) -> Path:
    """torchvision's SSDLite320 with MobileNetV3, weights by chance: 320 × 320, NMS within.

    Of scores by chance all 290,000 would pass its usual threshold of 0.001 into the NMS, which no
    trained network has to bear: at 0.2 next to none do, to its favour.
    """
    if not to.exists():
        import torch
        from torchvision.models.detection import ssdlite320_mobilenet_v3_large

        torch.manual_seed(0)
        network = ssdlite320_mobilenet_v3_large(
            weights=None, weights_backbone=None, score_thresh=0.2
        ).eval()
        torch.onnx.export(
            network,
            ([torch.rand(3, 320, 320)],),
            str(to),
            dynamo=False,
            opset_version=17,
            input_names=["image"],
        )
    return to
