"""What the loader passes along: one scan as the network's planes, and the truth about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from xray.annotation import Annotation
from xray.boxes import Boxes, area, clip

VISIBLE = 0.4  # share of a box left by a cut; an object with less is ignored, not taught
SMALLEST_PX = 4.0  # a narrower rest of a box says nothing
Labels = NDArray[np.int64]  # (N,) index into the recipe's labels
Picture = NDArray[np.uint8]  # (H, W, 3) planes, see xray.tensors


@dataclass(frozen=True, eq=False)
class Item:
    """One scan on its way to the network; every step gives a new one.

    Attributes:
        planes: (H, W, 3).
        xyxy_px, labels: the objects.
        ignored_xyxy_px, ignored_labels: regions that count neither for nor against.
        rejected_xyxy_px, rejected_labels: regions that surely hold no such object, also where the
            label is not judged: hard negatives.
        judged: (C,) bool, the labels that the annotators looked for.
        exhaustive: False where more objects of a marked label may be there unmarked.
        colour: True for pseudo-colour, where transmissions multiply pixel by pixel and looks
            vary; False for planes of attenuation.
        air: what empty tunnel looks like here, a number per plane.
        projected: its source has seen to threats that are laid in; none go over the picture.
    """

    planes: Picture
    xyxy_px: Boxes
    labels: Labels
    ignored_xyxy_px: Boxes
    ignored_labels: Labels
    judged: NDArray[np.bool_]
    exhaustive: bool
    colour: bool
    air: tuple[int, int, int] = (255, 255, 255)
    projected: bool = False
    rejected_xyxy_px: Boxes = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    rejected_labels: Labels = field(default_factory=lambda: np.zeros(0, np.int64))


def framed(item: Item, height_px: int, width_px: int) -> Item:
    """What is left of boxes that reach out of the picture; mostly cut off, they are ignored."""
    inside = clip(item.xyxy_px, height_px, width_px)
    whole = np.maximum(area(item.xyxy_px), 1e-6)
    sizes = inside[:, 2:] - inside[:, :2]
    kept = (area(inside) >= VISIBLE * whole) & (sizes >= SMALLEST_PX).all(1)
    ignored = clip(item.ignored_xyxy_px, height_px, width_px)
    rest = np.concatenate((ignored, inside[~kept]))
    rest_labels = np.concatenate((item.ignored_labels, item.labels[~kept]))
    seen = area(rest) > 0
    rejected = clip(item.rejected_xyxy_px, height_px, width_px)
    left = area(rejected) > 0
    return replace(
        item,
        xyxy_px=inside[kept],
        labels=item.labels[kept],
        ignored_xyxy_px=rest[seen],
        ignored_labels=rest_labels[seen],
        rejected_xyxy_px=rejected[left],
        rejected_labels=item.rejected_labels[left],
    )


def indexed(marks: Sequence[Annotation], labels: Mapping[str, int]) -> tuple[Boxes, Labels]:
    """Boxes (N, 4) and label indices (N,) of the marks whose label the model knows."""
    known = [m for m in marks if m.label in labels]
    boxes = np.array([m.xyxy_px for m in known], np.float32).reshape(-1, 4)
    return boxes, np.array([labels[m.label] for m in known], np.int64)


def air_of(picture: Picture) -> tuple[int, int, int]:
    """The brightest common colour of a pseudo-colour scan: white, or the grey of some consoles."""
    sample = picture[::8, ::8].reshape(-1, 3)
    light = sample.sum(1, dtype=int)
    # of whole pixels: what is opaque has more blue than air on some consoles
    bright = np.median(sample[light >= np.percentile(light, 95)], axis=0).astype(int)
    red, green, blue = np.maximum(bright, 128).tolist()
    return red, green, blue
