"""What scanners and networks of scanners do to a scan, each at a stated level.

Levels are what a scanner in service shows before someone calls the engineer. A damage that a kind
of scan cannot have gives None: a console's picture has 8 bits already, a raw scan has no palette.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from xray.annotation import Annotation
from xray.errors import RecipeError
from xray.scan import Encoding, Scan
from xray_datasets.sample import Sample

NOISE = 8 / 255  # standard deviation of a console's picture, of white
PHOTONS = 2000  # that a pixel counts in air; quantum noise of raw scans
BLUR_PX = 1.5  # standard deviation
DEAD = 0.01  # share of columns
GAIN = 0.10  # largest drift along the scan
QUALITY = 30  # of JPEG, 0 to 100
HUE_DEG, SATURATION = 15, 0.7  # of another maker's palette
TURN_DEG = 10.0
SMALLER, LARGER = 0.7, 1.3
LEAST_INSIDE = 0.6  # share of a box that must stay in the picture to be looked for

Light = NDArray[np.float32]  # (H, W, C), 1 is white or air


class Damage(NamedTuple):
    """One of them.

    Attributes:
        name: in a word or two.
        level: how much of it, with units.
        apply: sample, its scan, a source of chance → the damaged sample, or None.
    """

    name: str
    level: str
    apply: Callable[[Sample, Scan, np.random.Generator], Sample | None]


def _light(scan: Scan) -> Light:
    if scan.encoding is Encoding.PSEUDOCOLOR:
        return np.asarray(scan.pixels, np.float32) / np.float32(255)
    return np.asarray(scan.pixels, np.float32)


def _scan(scan: Scan, light: Light) -> Scan:
    kept = np.clip(light, 0, 1)
    if scan.encoding is Encoding.PSEUDOCOLOR:
        return replace(scan, pixels=np.rint(kept * 255).astype(np.uint8))
    return replace(scan, pixels=np.ascontiguousarray(kept, np.float32))


def _pixels(
    change: Callable[[Scan, Light, np.random.Generator], Light],
    only: Callable[[Scan], bool] = lambda scan: True,
) -> Callable[[Sample, Scan, np.random.Generator], Sample | None]:
    """A damage that leaves every object where it is."""

    def apply(sample: Sample, scan: Scan, rng: np.random.Generator) -> Sample | None:
        if not only(scan):
            return None
        damaged = _scan(scan, change(scan, _light(scan), rng))
        return replace(sample, open=lambda: damaged)

    return apply


def _noise(scan: Scan, light: Light, rng: np.random.Generator) -> Light:
    spread = NOISE if scan.encoding is Encoding.PSEUDOCOLOR else np.sqrt(light / PHOTONS)
    return np.asarray(light + rng.standard_normal(light.shape) * spread, np.float32)


def _blur(scan: Scan, light: Light, rng: np.random.Generator) -> Light:
    return np.asarray(cv2.GaussianBlur(light, (0, 0), BLUR_PX), np.float32).reshape(light.shape)


def _dead(scan: Scan, light: Light, rng: np.random.Generator) -> Light:
    width = light.shape[1]
    dead = rng.choice(width, max(1, round(DEAD * width)), replace=False)
    damaged = light.copy()
    damaged[:, dead] = 0
    return damaged


def _gain(scan: Scan, light: Light, rng: np.random.Generator) -> Light:
    columns = np.arange(light.shape[1]) / light.shape[1]
    wave = np.sin(2 * math.pi * (1.5 * columns + rng.random()))
    return light * (1 + GAIN * wave).astype(np.float32)[None, :, None]


def _jpeg(scan: Scan, light: Light, rng: np.random.Generator) -> Light:
    eight = np.rint(np.clip(light, 0, 1) * 255).astype(np.uint8)
    if scan.encoding is Encoding.PSEUDOCOLOR:
        return _through_jpeg(eight[..., ::-1])[..., ::-1]
    return np.stack([_through_jpeg(plane) for plane in np.moveaxis(eight, 2, 0)], axis=-1)


def _through_jpeg(picture: NDArray[np.uint8]) -> Light:
    _, code = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return np.asarray(cv2.imdecode(code, cv2.IMREAD_UNCHANGED), np.float32) / np.float32(255)


def _palette(scan: Scan, light: Light, rng: np.random.Generator) -> Light:
    hue, strength, value = cv2.split(cv2.cvtColor(light, cv2.COLOR_RGB2HSV))  # hue in degrees
    turned = np.asarray((hue + HUE_DEG) % 360, np.float32)
    hsv = np.dstack([turned, np.asarray(strength * SATURATION, np.float32), value])
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), np.float32)


def _eight_bits(scan: Scan, light: Light, rng: np.random.Generator) -> Light:
    return np.asarray(np.rint(light * 255) / 255, np.float32)


def _coloured(scan: Scan) -> bool:
    return scan.encoding is Encoding.PSEUDOCOLOR


def _raw(scan: Scan) -> bool:
    return scan.encoding is not Encoding.PSEUDOCOLOR


def _warp(
    turn_deg: float = 0.0, scale: float = 1.0
) -> Callable[[Sample, Scan, np.random.Generator], Sample | None]:
    """A damage that moves objects: the canvas keeps its size, what comes in is empty."""

    def apply(sample: Sample, scan: Scan, rng: np.random.Generator) -> Sample | None:
        middle = (scan.width / 2, scan.height / 2)
        matrix = np.asarray(cv2.getRotationMatrix2D(middle, turn_deg, scale), np.float64)  # (2, 3)
        light = _light(scan)
        # The middle of the frame stands for empty: white, grey or a belt's own colour.
        frame = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]])
        empty = [float(v) for v in np.median(frame, axis=0)]
        moved = cv2.warpAffine(light, matrix, (scan.width, scan.height), borderValue=empty)
        damaged = _scan(scan, np.asarray(moved, np.float32).reshape(light.shape))
        kept, lost = _moved(sample.annotations, matrix, scan)
        ignored, _ = _moved(sample.ignored, matrix, scan)
        return replace(sample, open=lambda: damaged, annotations=kept, ignored=ignored + lost)

    return apply


def _moved(
    marks: tuple[Annotation, ...], matrix: NDArray[np.float64], scan: Scan
) -> tuple[tuple[Annotation, ...], tuple[Annotation, ...]]:
    """Boxes around the ellipses within the old ones, turned; those mostly outside come second.

    The corners of a box are mostly empty: a box around the turned box would be far too large.
    """
    inside: list[Annotation] = []
    outside: list[Annotation] = []
    for mark in marks:
        x1, y1, x2, y2 = mark.xyxy_px
        half = np.array([x2 - x1, y2 - y1]) / 2
        centre = matrix @ np.array([(x1 + x2) / 2, (y1 + y2) / 2, 1.0])
        reach = np.sqrt((matrix[:, :2] ** 2) @ half**2)
        low = np.clip(centre - reach, 0, (scan.width, scan.height))
        high = np.clip(centre + reach, 0, (scan.width, scan.height))
        share = float(np.prod(high - low) / max(np.prod(2 * reach), 1e-9))
        box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
        if share > 0:
            (inside if share >= LEAST_INSIDE else outside).append(Annotation(mark.label, box))
    return tuple(inside), tuple(outside)


DAMAGES = (
    Damage("noise", "sd 8 of 255; raw: 2,000 photons a pixel in air", _pixels(_noise)),
    Damage("blur", "Gaussian, sd 1.5 px", _pixels(_blur)),
    Damage("dead lines", "1 % of columns read nothing", _pixels(_dead)),
    Damage("gain drift", "±10 % along the scan", _pixels(_gain)),
    Damage("JPEG", "quality 30", _pixels(_jpeg)),
    Damage("palette", "hues turned by 15°, saturation × 0.7", _pixels(_palette, _coloured)),
    Damage("16 to 8 bits", "transmission in 256 steps", _pixels(_eight_bits, _raw)),
    Damage("rotation", "10°", _warp(turn_deg=TURN_DEG)),
    Damage("smaller", "× 0.7 on the same canvas", _warp(scale=SMALLER)),
    Damage("larger", "× 1.3 on the same canvas", _warp(scale=LARGER)),
)


def named(name: str) -> Damage:
    """The damage of this name.

    Raises:
        RecipeError: there is none.
    """
    found = {damage.name: damage for damage in DAMAGES}
    if name not in found:
        raise RecipeError(f"no damage named {name}; expected one of {', '.join(found)}")
    return found[name]
