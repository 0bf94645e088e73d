"""Other graphs to compare with: ours in tiles, torchvision's SSDLite."""

from dataclasses import replace
from pathlib import Path

import onnx

from xray import card
from xray.card import METADATA_KEY


def tiled(model: Path, to: Path, overlap_px: int = 64) -> Path:
    """The same network, made to see scans through tiles of its side at their own scale."""
    whole = onnx.load(model)
    changed = replace(card.read(model), name="tiled", overlap_px=overlap_px)
    onnx.helper.set_model_props(whole, {METADATA_KEY: changed.to_json()})
    onnx.save(whole, to)
    return to


def ssdlite(to: Path, most: int, side_px: int) -> Path:
    """torchvision's SSDLite320 with MobileNetV3, weights by chance, NMS within.

    It gives so many boxes at most, and looks at a square of that side, whatever its name says.

    Of scores by chance all 290,000 would pass its usual threshold of 0.001 into the NMS, which no
    trained network has to bear: at 0.2 next to none do, to its favour.
    """
    if not to.exists():
        import torch
        from torchvision.models.detection import ssdlite320_mobilenet_v3_large

        torch.manual_seed(0)
        network = ssdlite320_mobilenet_v3_large(
            weights=None, weights_backbone=None, score_thresh=0.2, detections_per_img=most
        ).eval()
        network.transform.fixed_size = (side_px, side_px)  # else it scales all to 320
        torch.onnx.export(
            network,
            ([torch.rand(3, side_px, side_px)],),
            str(to),
            dynamo=False,
            opset_version=17,
            input_names=["image"],
        )
    return to
