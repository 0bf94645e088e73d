"""The files of one simulated scene, and what COCO and its own JSON say of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from xray.annotation import Annotation
from xray.scan import Scan
from xray_datasets import coco, pictures
from xray_datasets.sample import Sample

AIR = 60_000  # the count of air in pages of 16 bits: what lies above is room for its noise
TRUTH = (  # of simulator.truth.SimulatedObject, as each mark of COCO has it
    *("materials", "material", "material_class", "effective_z", "mass_g", "height_mm"),
    *("depth_order", "visible_fraction", "contrast_sigma", "steel_mm"),
)


@dataclass(frozen=True)
class Extras:
    """What is written beside pages of 16 bits, the console's picture and labelled objects.

    Attributes:
        float_pages: transmission as a TIFF of float32, too.
        jpeg: quality of the console's picture as JPEG, 1 to 100; None: PNG.
        outlines: mask and contrast of unlabelled things, too: 7 % more time.
    """

    float_pages: bool = False
    jpeg: int | None = None
    outlines: bool = True


def write(
    folder: Path, stem: str, kind: str, scene: Any, shown: NDArray[np.uint8], extras: Extras
) -> dict[str, Any]:
    """Write the pictures of a scene.

    Args:
        folder: of the data set.
        stem: the name of each file.
        kind: of the scene.
        scene: a simulator.Simulated.
        shown: what a console makes of it, (H, W, 3).
        extras: what else is wanted.

    Returns:
        its entry for coco.assemble; under "things", what is known of the unlabelled ones.
    """
    # Objects that nobody could find count neither for nor against; COCO lists them last.
    things = sorted((t for t in scene.objects if t.label), key=lambda thing: not thing.visible)
    marks = [Annotation(thing.label, _box(thing.xyxy_px)) for thing in things]
    seen = sum(thing.visible for thing in things)
    scan = Scan.from_arrays(
        scene.low, scene.high, id=stem, pixel_mm=scene.pixel_mm, white=1.0, dark=0.0
    )
    sample = Sample(
        id=stem,
        open=lambda: scan,
        annotations=tuple(marks[:seen]),
        ignored=tuple(marks[seen:]),
        group=scene.group,
        origin=f"simulated {kind}",
    )
    pages = np.stack([scene.low, scene.high])  # (2, H, W)
    codes = np.minimum(np.rint(pages * np.float32(AIR)), 65535).astype(np.uint16)
    _write_pages(codes, folder / "images" / f"{stem}.tif")
    if extras.float_pages:
        _write_pages(pages, folder / "float" / f"{stem}.tif")
    _write_console(shown, folder / "console" / stem, extras.jpeg)
    entry = coco.described(sample, scan, {"file_name": f"{stem}.tif", "white": AIR})
    size = (scan.height, scan.width)
    for mark, thing in zip(entry["marks"], things, strict=True):
        mark |= _known(thing, size)
    others = [_known(thing, size) for thing in scene.objects if not thing.label]
    return {**entry, "things": others, "parameters": dict(scene.parameters)}


def _write_pages(pages: NDArray[Any], path: Path) -> None:  # (2, H, W), low energy first
    path.parent.mkdir(parents=True, exist_ok=True)
    how: dict[str, Any] = {"photometric": "minisblack", "metadata": None, "software": False}
    tifffile.imwrite(path, np.ascontiguousarray(pages), **how)


def _write_console(shown: NDArray[np.uint8], stem: Path, jpeg: int | None) -> None:
    if jpeg is None:
        pictures.write_rgb(shown, stem.with_name(f"{stem.name}.png"))
    else:
        pictures.write_rgb(shown, stem.with_name(f"{stem.name}.jpg"), jpeg)


def _known(thing: Any, size_hw: tuple[int, int]) -> dict[str, Any]:
    """Fields of a mark beyond the standard's, and its mask; without those that nobody looked at."""
    x1, y1, x2, y2 = _box(thing.tight_xyxy_px)
    known: dict[str, Any] = {"name": thing.name, "tight_bbox": [x1, y1, x2 - x1, y2 - y1]}
    for name in TRUTH:
        value = getattr(thing, name)
        value = list(value) if isinstance(value, tuple) else value
        known[name] = round(value, 3) if isinstance(value, float) else value
    if thing.mask_rle is None:
        return known
    known["area"] = thing.area_px
    return {**known, "segmentation": {"size": [*size_hw], "counts": thing.mask_rle}}


def _box(xyxy_px: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = (round(float(v), 2) for v in xyxy_px)
    return x1, y1, x2, y2


def of_coco(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What the COCO file of the whole data set has of an entry."""
    return {key: value for key, value in entry.items() if key != "things"}
