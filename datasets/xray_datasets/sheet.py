"""A contact sheet: many scans on one picture, with their boxes, for the eye to judge."""

import zlib
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from xray.annotation import Annotation
from xray.errors import DataError
from xray.render import pseudocolor
from xray_datasets.sample import Sample

CAPTION_PX = 18
PAPER = (255, 255, 255)
INK = (20, 20, 20)
IGNORED = (150, 150, 150)
# Consoles show orange, green and blue, so boxes take what is left.
COLOURS = ((225, 0, 30), (215, 0, 215), (0, 0, 0), (120, 0, 200), (0, 190, 215))


def contact_sheet(
    samples: Sequence[Sample], *, columns: int = 5, side_px: int = 320
) -> NDArray[np.uint8]:  # (H, W, 3) RGB
    """Samples side by side, each fitted into a square with a caption above it.

    Boxes take a colour by label; ignored regions are drawn thin and grey.

    Raises:
        DataError: there is no sample to show.
    """
    if not samples:
        raise DataError("there is no scan to show; is the split or the label right?")
    columns = min(columns, len(samples))
    cells = [_cell(sample, side_px) for sample in samples]
    blank = np.full_like(cells[0], PAPER)
    cells += [blank] * (-len(cells) % columns)
    rows = [np.hstack(cells[i : i + columns]) for i in range(0, len(cells), columns)]
    return np.vstack(rows)


def _cell(sample: Sample, side_px: int) -> NDArray[np.uint8]:
    picture = pseudocolor(sample.scan)
    height, width = picture.shape[:2]
    scale = side_px / max(height, width)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.asarray(cv2.resize(picture, size, interpolation=how), np.uint8)
    for region in sample.ignored:
        _box(small, region, scale, IGNORED, 1)
    for thing in sample.annotations:
        colour = _colour(thing.label)
        _box(small, thing, scale, colour, 2)
        x1, y1, _, y2 = (round(v * scale) for v in thing.xyxy_px)
        _write(small, thing.label, (x1, y1 - 4 if y1 > 14 else y2 + 12), colour)
    cell = np.full((side_px + CAPTION_PX, side_px, 3), PAPER, np.uint8)
    cell[CAPTION_PX : CAPTION_PX + size[1], : size[0]] = small
    labels = ", ".join(sorted({a.label for a in sample.annotations})) or "nothing marked"
    _write(cell, f"{sample.id}  {labels}", (3, 13), INK)
    return cell


def _box(
    canvas: NDArray[np.uint8],
    thing: Annotation,
    scale: float,
    colour: tuple[int, int, int],
    line_px: int,
) -> None:
    x1, y1, x2, y2 = (round(v * scale) for v in thing.xyxy_px)
    cv2.rectangle(canvas, (x1, y1), (x2, y2), colour, line_px)


def _colour(label: str) -> tuple[int, int, int]:
    """The same colour for the same label everywhere; several labels may share one."""
    return COLOURS[zlib.crc32(label.encode()) % len(COLOURS)]


def _write(
    canvas: NDArray[np.uint8], text: str, at: tuple[int, int], colour: tuple[int, int, int]
) -> None:
    plain = text.encode("ascii", "replace").decode()  # OpenCV's fonts know no more
    cv2.putText(canvas, plain, at, cv2.FONT_HERSHEY_SIMPLEX, 0.4, colour, 1, cv2.LINE_AA)
