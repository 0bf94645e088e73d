"""From a checkpoint to the ONNX file that scanners run.

In: "image", uint8 (1, h, w, 3), the planes of `xray.tensors`, h and w multiples of 32.
Out: "boxes" (1, N, 4) in input pixels, "scores" (1, N, C) probabilities, neither sorted nor
thinned, and "embedding" (1, E). The file carries its card; batch normalisation is folded away.
"""

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from xray.card import METADATA_KEY, Card
from xray.errors import ModelError
from xray.profile import Profile
from xray.tensors import RANGES
from xray_train import checkpoint, prints
from xray_train.checkpoint import Checkpoint
from xray_train.detr import Detr
from xray_train.recipe import Recipe

OPSET = 17  # the first with everything we use; onnxruntime 1.20 and OpenVINO 2024 know it
# Wheels, axles and corner castings leave 0.02 to 0.9 m² of a simulated container on its trailer
# without a signal, whatever is loaded: by the area of a pistol, every one would be UNKNOWN.
TRAILER_MM2 = 1e6
OUTPUTS = ("boxes", "scores", "embedding")
PLACES = ("pools", "data", "teachers")  # settings of a recipe that are paths
# A transformer keeps the most promising locations, in order: of two that promise the same to the
# last digit, which on noise is common, one or the other comes first, or is kept at all.
SWAPPED = 0.05  # share of its rows that may be of other locations
FLOAT_TOLERANCE = 1e-3  # of boxes as a share of the side and of scores, file against torch


class Shipped(nn.Module):
    """The network as it ships: probabilities instead of logits, nothing for training."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(1, h, w, 3) uint8 -> (1, N, 4), (1, N, C), (1, E)."""
        found = self.network(image)
        return found.xyxy_px, found.logits.sigmoid(), found.embedding


def export(source: Path, target: Path, version: str = "0.0.0") -> Card:
    """Write the averaged network of a checkpoint as a float ONNX file with its card.

    Raises:
        ModelError: the checkpoint cannot be read, or the file does not repeat torch's answers.
    """
    found = checkpoint.read(source)
    shipped = Shipped(checkpoint.trained(found)).eval()
    target.parent.mkdir(parents=True, exist_ok=True)
    write(shipped, target)
    card = card_of(found, version)
    put_card(target, card)
    apart = parity(shipped, target)
    if max(apart) > FLOAT_TOLERANCE:
        raise ModelError(f"{target}: boxes and scores differ from torch's by {apart}; do not ship")
    return card


def write(shipped: nn.Module, target: Path) -> None:
    """The bare graph."""
    image = torch.zeros(1, 256, 320, 3, dtype=torch.uint8)
    with warnings.catch_warnings():
        # The exporter by tracing needs no further package and folds batch normalisation.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            shipped,
            (image,),
            str(target),
            dynamo=False,
            opset_version=OPSET,
            input_names=["image"],
            output_names=list(OUTPUTS),
            dynamic_axes={"image": {1: "h", 2: "w"}, "boxes": {1: "n"}, "scores": {1: "n"}},
        )


def card_of(found: Checkpoint, version: str) -> Card:
    """What can be said before anything is measured."""
    recipe = found.recipe
    return Card(
        name=recipe.name,
        version=version,
        labels=recipe.labels,
        encodings=recipe.encodings,
        ranges=RANGES[recipe.ranges],
        side_px=recipe.check_px,
        overlap_px=recipe.overlap_px or None,
        profile=Profile(max_opaque_mm2=TRAILER_MM2) if recipe.overlap_px else Profile(),
        data=tuple(
            {"name": name, "scans": count} for name, count in sorted(found.taught_by.items())
        ),
        terms="not stated: xray-train ship states them",
        training={
            "recipe": told(recipe),
            **({"dual_folds": list(found.taught_folds)} if found.taught_folds else {}),
            **({"splits": {k: list(v) for k, v in found.splits.items()}} if found.splits else {}),
            **({prints.KEY: {prints.TAUGHT: found.marks}} if found.marks else {}),
            "scans_seen": found.scans_seen,
            "hours": round(found.seconds / 3600, 2),
            "seed": recipe.seed,
            "device": ", then ".join(found.devices) or "not recorded",
        },
    )


def told(recipe: Recipe) -> dict[str, Any]:
    """The recipe with folders and files by their names: where they lay is nobody's business."""
    told: dict[str, Any] = json.loads(recipe.to_json())
    return told | {name: [Path(p).name for p in told[name]] for name in PLACES}


def put_card(path: Path, card: Card) -> None:
    """Store the card in the file, in place of an older one."""
    model = onnx.load(str(path), load_external_data=False)
    others = {p.key: p.value for p in model.metadata_props if p.key != METADATA_KEY}
    onnx.helper.set_model_props(model, {**others, METADATA_KEY: card.to_json()})
    onnx.save(model, str(path))


def parity(shipped: nn.Module, path: Path) -> tuple[float, float]:
    """Largest difference of boxes (as a share of the input's side) and of scores, on noise.

    Two sizes are tried: the first one traced and another, so that no size is baked in. Rows of a
    transformer may change places, see `SWAPPED`.
    """
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    network = shipped.network if isinstance(shipped, Shipped) else shipped
    rng = np.random.default_rng(0)
    boxes, scores = 0.0, 0.0
    for height, width in ((256, 320), (416, 224)):
        image = rng.integers(0, 256, (1, height, width, 3), np.uint8)
        with torch.no_grad():
            mine = [t.numpy() for t in shipped(torch.from_numpy(image))]
        theirs = session.run(list(OUTPUTS), {"image": image})
        side = max(height, width)
        ours, file = (np.concatenate((r[0][0] / side, r[1][0]), 1) for r in (mine, theirs))
        apart = _apart(ours, file, SWAPPED if isinstance(network, Detr) else 0.0)
        boxes = max(boxes, float(apart[:, :4].max()))
        scores = max(scores, float(apart[:, 4:].max()))
    return boxes, scores


def _apart(
    rows: NDArray[np.float32], others: NDArray[np.float32], swapped: float
) -> NDArray[np.float32]:
    """Differences (N, D) of each row to the other in its place, or to a nearer one elsewhere.

    `swapped` is the share of rows that may be missing among the others, and are left out.
    """
    apart = np.abs(rows - others)
    for k in np.flatnonzero(apart.max(1) > FLOAT_TOLERANCE) if swapped else ():
        anywhere = np.abs(rows[k] - others)  # (N, D)
        apart[k] = anywhere[anywhere.max(1).argmin()]
    return apart[np.argsort(apart.max(1))[: len(rows) - int(swapped * len(rows))]]
