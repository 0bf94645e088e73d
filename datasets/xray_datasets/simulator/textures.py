"""Tileable patterns, mean 1, that modulate the thickness of cloth, food, paper and boards."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SIDE = 256
CLOUD, CREASE, STRIPES, GRAINS, BOARD, BOARD_FINE, WEAVE = range(7)


def _fractal(rng: np.random.Generator, slope: float, cut: float) -> NDArray[np.float64]:
    f = np.hypot(np.fft.fftfreq(SIDE)[:, None], np.fft.rfftfreq(SIDE)[None]) * SIDE
    f[0, 0] = 1.0
    spectrum = np.fft.rfft2(rng.normal(size=(SIDE, SIDE))) * f**-slope * (f > 0.5) * (f < cut)
    spectrum[0, 0] = 0
    field = np.fft.irfft2(spectrum, (SIDE, SIDE))
    return field / field.std()


def _board(rng: np.random.Generator, parts: int, largest: int) -> NDArray[np.float64]:
    plane = np.full((SIDE, SIDE), 0.45)
    for _ in range(90):  # tracks
        x, y = rng.integers(0, SIDE, 2)
        length = int(rng.integers(10, 90))
        line = (np.arange(length) + x) % SIDE
        if rng.random() < 0.5:
            plane[y, line] += 0.5
        else:
            plane[line, y] += 0.5
    for _ in range(parts):
        w, h = rng.integers(3, largest, 2)
        x, y = rng.integers(0, SIDE, 2)
        rows, cols = np.ix_((np.arange(h) + y) % SIDE, (np.arange(w) + x) % SIDE)
        plane[rows, cols] += rng.exponential(0.7)
        if rng.random() < 0.4:  # rows of pins
            plane[rows[:1], cols[:, ::3]] += 2.0
            plane[rows[-1:], cols[:, ::3]] += 2.0
    for _ in range(parts):
        x, y = rng.integers(0, SIDE, 2)
        plane[y : y + 2, x : x + 2] += 3.0
    return plane


@lru_cache(maxsize=1)
def textures() -> NDArray[np.float32]:  # (7, SIDE, SIDE)
    """All patterns, made once from a fixed seed."""
    rng = np.random.default_rng(7)
    cloud = np.clip(1 + 0.45 * _fractal(rng, 1.6, 60), 0.1, None)
    ridge = np.exp(-np.abs(_fractal(rng, 1.9, 50)) * 6)
    crease = np.clip(0.8 + 0.25 * _fractal(rng, 1.8, 40) + 0.8 * ridge, 0.1, None)
    x = np.arange(SIDE)
    stripes = np.broadcast_to(1 + 0.35 * np.sin(2 * np.pi * x * 16 / SIDE), (SIDE, SIDE))
    grains = np.clip(1 + 0.55 * _fractal(rng, 0.3, 26), 0.05, None)
    weave = 1 + 0.3 * np.sin(2 * np.pi * x * 32 / SIDE)[:, None] * np.sin(2 * np.pi * x * 32 / SIDE)
    planes = [cloud, crease, stripes, grains, _board(rng, 160, 30), _board(rng, 500, 12), weave]
    stack = np.stack([p / p.mean() for p in planes]).astype(np.float32)
    stack.setflags(write=False)
    return stack
