"""Two energies as a console would show them: colour(low, high, rng) draws one, paint takes it.

Hue tells the material (organic orange, inorganic green, metal blue), brightness the attenuation.
What consoles differ in is drawn in consoles.py. The ramps are medians of published console
pictures, per hue and brightness.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from . import beam as beams
from .consoles import Console, Hues
from .materials import attenuation_per_mm

_DEPTHS, _RATIOS = 160, 64  # cells of the table
_DEEPEST = 7.0  # -ln T that counts as opaque
_WIDEST = 3.2  # largest ratio of -ln T low to high in the table
_SHEET_PX = 4096  # side of the noise that pieces are taken from
_SKIN = 0.15  # -ln T that grain is added to: thin cloth is grainy, too

# Brightness 0..1 -> RGB per material, for a white background; last row = air.
_ORANGE = (
    (0.00, 8, 4, 0),
    (0.08, 30, 18, 3),
    (0.16, 56, 38, 9),
    (0.31, 101, 79, 26),
    (0.47, 164, 119, 30),
    (0.55, 190, 137, 38),
    (0.63, 213, 155, 56),
    (0.71, 223, 173, 94),
    (0.78, 228, 197, 140),
    (0.86, 239, 218, 182),
    (1.0, 255, 255, 255),
)
_GREEN = (
    (0.00, 0, 8, 2),
    (0.08, 4, 33, 8),
    (0.16, 12, 58, 24),
    (0.31, 34, 107, 52),
    (0.47, 72, 151, 76),
    (0.55, 92, 173, 92),
    (0.63, 118, 190, 108),
    (0.71, 147, 203, 134),
    (0.78, 177, 217, 164),
    (0.86, 205, 232, 194),
    (1.0, 255, 255, 255),
)
_BLUE = (
    (0.00, 0, 4, 12),
    (0.08, 4, 22, 44),
    (0.16, 14, 46, 76),
    (0.31, 18, 97, 148),
    (0.47, 50, 142, 200),
    (0.55, 72, 157, 212),
    (0.63, 108, 174, 216),
    (0.71, 142, 191, 224),
    (0.78, 168, 210, 236),
    (0.86, 196, 228, 246),
    (1.0, 255, 255, 255),
)


# Grey consoles: metal runs from teal through navy to pure blue where nothing gets through.
_NAVY = (
    (0.00, 0, 2, 235),
    (0.04, 1, 10, 200),
    (0.08, 3, 20, 165),
    (0.13, 3, 34, 112),
    (0.19, 4, 50, 96),
    (0.27, 8, 74, 104),
    (0.34, 14, 96, 124),
    (0.44, 22, 130, 140),
    (0.57, 74, 164, 164),
    (0.75, 146, 194, 194),
    (0.86, 196, 226, 226),
    (1.0, 255, 255, 255),
)


@lru_cache(maxsize=8)
def _material_index(kv: int) -> NDArray[np.float32]:  # (_DEPTHS, _RATIOS)
    """Where a pair (depth, ratio) stands between plastic (0), aluminium (1) and steel (2)."""
    beam = beams.reduced(kv)
    depth = (np.arange(_DEPTHS) + 0.5) / _DEPTHS * _DEEPEST
    rows = []
    for name, longest in (("polyethylene", 900.0), ("aluminium", 250.0), ("steel", 45.0)):
        mm = np.geomspace(longest / 1e4, longest, 160)
        low, high = beam.transmission(np.outer(mm, attenuation_per_mm(name, beam.energies_kev)))
        a, b = -np.log(low), -np.log(high)
        rows.append(np.interp(depth, (a + b) / 2, a / b))
    plastic, aluminium, steel = rows
    ratio = 1 + (np.arange(_RATIOS) + 0.5) / _RATIOS * (_WIDEST - 1)
    out = np.empty((_DEPTHS, _RATIOS), np.float32)
    for k in range(_DEPTHS):
        out[k] = np.interp(
            ratio, (plastic[k], aluminium[k], max(steel[k], aluminium[k] + 1e-3)), (0.0, 1.0, 2.0)
        )
    return out


_CODES = np.float32(40000)


@lru_cache(maxsize=1)
def _logs() -> NDArray[np.float32]:
    return -np.log((np.arange(40001) + 0.5) / 40001).astype(np.float32)


@njit(cache=True, fastmath=True)
def _look_up(low, high, low_soft, high_soft, logs, table, edge, grain, noise, out):
    """Colours of every pixel: depth from the sharp planes, ratio from the smoothed ones."""
    depths, ratios = table.shape[0], table.shape[1]
    for y in range(low.shape[0]):
        for x in range(low.shape[1]):
            a = logs[int(min(max(low[y, x], np.float32(5e-4)), np.float32(1.0)) * _CODES)]
            b = logs[int(min(max(high[y, x], np.float32(5e-4)), np.float32(1.0)) * _CODES)]
            c = logs[int(min(max(low_soft[y, x], np.float32(5e-4)), np.float32(1.0)) * _CODES)]
            d = logs[int(min(max(high_soft[y, x], np.float32(5e-4)), np.float32(1.0)) * _CODES)]
            mean = 0.5 * (a + b)
            mean += grain * noise[y, x] * (mean + np.float32(_SKIN))
            mean += edge * (mean - 0.5 * (c + d))
            k = min(max(int(mean * (depths / _DEEPEST)), 0), depths - 1)
            fine = mean * (depths / _DEEPEST) - k
            # where next to nothing is in the beam the ratio is noise: lean towards plastic
            thin = min(
                max((d - np.float32(0.015)) * np.float32(30.0), np.float32(0.0)), np.float32(1.0)
            )
            r = np.float32(1.35) + thin * (
                (c + np.float32(0.004)) / (d + np.float32(0.003)) - np.float32(1.35)
            )
            j = min(max(int((r - 1) * (ratios / (_WIDEST - 1))), 0), ratios - 1)
            k1 = min(k + 1, depths - 1)
            fine = min(max(fine, 0.0), 1.0)
            for ch in range(3):
                v = table[k, j, ch] * (1 - fine) + table[k1, j, ch] * fine
                out[y, x, ch] = np.uint8(min(max(v, 0.0), 255.0))


@lru_cache(maxsize=1)
def _sheet() -> NDArray[np.float32]:
    return np.random.default_rng(0).standard_normal((_SHEET_PX, _SHEET_PX), np.float32)


def _noise(shape: tuple[int, ...], speck: tuple[float, float]) -> NDArray[np.float32]:
    """A piece of the sheet of this shape; larger ones repeat it."""
    sheet, (height, width) = _sheet(), shape
    if max(height, width) > _SHEET_PX:
        sheet = np.tile(sheet, (-(-height // _SHEET_PX), -(-width // _SHEET_PX)))
    y = int(speck[0] * (sheet.shape[0] - height))
    x = int(speck[1] * (sheet.shape[1] - width))
    return sheet[y : y + height, x : x + width]


def _ramp(
    points: tuple[tuple[float, int, int, int], ...], brightness: NDArray[np.float64]
) -> NDArray[np.float64]:
    p = np.array(points, float)
    return np.stack([np.interp(brightness, p[:, 0], p[:, c]) for c in (1, 2, 3)], -1)


def _shares(
    index: NDArray[np.float64], depth: NDArray[np.float64], hues: Hues
) -> list[NDArray[np.float64]]:
    """Weights of the orange, green and blue ramps in each cell."""
    organic = 1 / (1 + np.exp((index - hues.first) / (hues.soft * 0.5)))
    metal = 1 / (1 + np.exp(-(index - hues.second) / (hues.soft * 0.6)))
    # thick plastic turns green, as hardening and noise pull it
    organic = organic * (1 - np.clip((depth - hues.drift_from) / 1.5, 0, 1)[:, None] * hues.drift)
    mixed = np.clip(1 - organic - metal, 0, 1)
    total = organic + mixed + metal
    return [organic / total, mixed / total, metal / total]


def _table(console: Console, kv: int) -> NDArray[np.float32]:  # (_DEPTHS, _RATIOS, 3)
    """The colours of a console by depth and ratio."""
    depth = np.arange(_DEPTHS) / _DEPTHS * _DEEPEST
    index = _material_index(kv).astype(np.float64)
    bright = np.exp(-((depth / console.scale) ** console.exponent))
    bright = console.floor + (1 - console.floor) * bright
    hues = console.hues
    if hues is None:
        grey = 255 * bright * console.air
        grey = 255 - grey if console.family == "inverted" else grey
        table = np.broadcast_to(grey[:, None, None], (*index.shape, 3))
        return np.ascontiguousarray(table, np.float32)
    level = np.broadcast_to(bright[:, None], index.shape)
    metal_level = np.where(level > 0.97, level, np.clip(level * hues.metal, 0, 1))
    metal = _ramp(_NAVY if hues.navy else _BLUE, metal_level)
    shares = np.stack(_shares(index, depth, hues))[..., None]
    rgb = (shares * np.stack((_ramp(_ORANGE, level), _ramp(_GREEN, level), metal))).sum(0)
    rgb = rgb * np.array([1.0, *hues.tint])
    if hues.black_from is not None:
        black = np.clip((depth - hues.black_from) / 0.6, 0, 1)[:, None, None]
        rgb = rgb * (1 - black) + black * np.array(hues.opaque)
    grey = rgb.mean(-1, keepdims=True)
    rgb = grey + (rgb - grey) * hues.saturation
    rgb = rgb / np.maximum(rgb[0, 0], 1.0) * np.array(console.background)
    rgb[depth < console.nearly_air] = rgb[0, 0]
    return np.clip(rgb, 0, 255).astype(np.float32)


def paint(
    low: NDArray[np.float32], high: NDArray[np.float32], console: Console, kv: int = 150
) -> NDArray[np.uint8]:  # (H, W, 3)
    """The picture of two transmissions by a console that knows the tube's voltage."""
    table, smooth = _table(console, kv), (console.smooth_px, console.smooth_px)
    out = np.empty((*low.shape, 3), np.uint8)
    _look_up(low, high, cv2.blur(low, smooth), cv2.blur(high, smooth), _logs(), table,
             np.float32(console.edge), np.float32(console.grain),
             _noise(low.shape, console.speck), out)  # fmt: skip
    if console.cursor is not None:
        _cursor(out, *console.cursor)
    return out


def colour(
    low: NDArray[np.float32], high: NDArray[np.float32], rng: np.random.Generator, kv: int = 150
) -> NDArray[np.uint8]:
    """A pseudo-colour picture (H, W, 3) of two transmissions, by a console drawn from rng.

    Without grain, so that air has one colour.
    """
    return paint(low, high, replace(Console.draw(rng), grain=0.0), kv)


_ARROW = np.array([(0, 0), (0, 16), (4, 12), (7, 18), (9, 17), (6, 11), (11, 11)], np.int32)


def _cursor(picture: NDArray[np.uint8], across: float, down: float, size: float) -> None:
    height, width = picture.shape[:2]
    arrow = (np.array((across * width, down * height)) + _ARROW * size).astype(np.int32)
    cv2.fillPoly(picture, [arrow], (255, 255, 255))
    cv2.polylines(picture, [arrow], True, (30, 30, 30), 1)
