"""Pictures that are no scans of goods, drawn by chance: (H, W, 3) RGB of any size."""

from collections.abc import Callable, Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]  # (H, W, 3)
Draw = Callable[[np.random.Generator], Picture]

WORDS = ("the", "scan", "of", "container", "made", "at", "gate", "two", "monday", "nobody", "saw")


def page(rng: np.random.Generator) -> Picture:
    """Lines of text, dark on light; some light on dark."""
    paper = _plain(rng, int(rng.integers(235, 256)))
    size = float(rng.uniform(0.4, 0.9))
    for y in range(50, len(paper) - 20, int(32 * size) + 8):
        if rng.random() < 0.9:
            line = " ".join(rng.choice(WORDS, int(rng.integers(3, 11))))
            _write(paper, line, (int(rng.integers(30, 60)), y), size, 25)
    return 255 - paper if rng.random() < 0.25 else paper


def chart(rng: np.random.Generator) -> Picture:
    """Lines, bars or points between axes, as programs draw them."""
    sheet = _plain(rng, 255)
    height, width = sheet.shape[:2]
    left, low = 70, height - 60
    cv2.line(sheet, (left, 30), (left, low), (0, 0, 0), 1)
    cv2.line(sheet, (left, low), (width - 30, low), (0, 0, 0), 1)
    kind, count = int(rng.integers(3)), int(rng.integers(6, 14))
    places = np.linspace(left + 20, width - 50, count).astype(int)
    for _ in range(1 if kind == 1 else int(rng.integers(1, 5))):
        colour = tuple(int(v) for v in rng.integers(0, 220, 3))
        tops = rng.integers(50, low - 10, count)
        points = [(int(x), int(y)) for x, y in zip(places, tops, strict=True)]
        if kind == 0:
            cv2.polylines(sheet, [np.array(points, np.int32)], False, colour, 2, cv2.LINE_AA)
        for x, y in points if kind else ():
            corner = (x + (width - 120) // count // 2, low)
            if kind == 1:
                cv2.rectangle(sheet, (x, y), corner, colour, -1)
            else:
                cv2.circle(sheet, (x, y), 4, colour, -1, cv2.LINE_AA)
    for x in places:
        _write(sheet, str(int(rng.integers(100))), (int(x) - 8, low + 20), 0.4, 30)
    return sheet


def noise(rng: np.random.Generator) -> Picture:
    """Fine or coarse, of all colours."""
    height, width = _hw(rng)
    cell = 1 << int(rng.integers(5))
    grains = rng.integers(0, 256, (height // cell, width // cell, 3), dtype=np.uint8)
    return _u8(cv2.resize(grains, (width, height), interpolation=cv2.INTER_CUBIC))


def screenshot(rng: np.random.Generator) -> Picture:
    """Windows with bars, buttons and text on a desktop."""
    dark = rng.random() < 0.4
    screen = _plain(rng, 0)
    screen[:] = rng.integers(20, 60, 3) if dark else rng.integers(120, 250, 3)
    height, width = screen.shape[:2]
    for _ in range(int(rng.integers(1, 4))):
        x, y = int(rng.integers(0, width // 3)), int(rng.integers(0, height // 3))
        right, low = (
            int(rng.integers(x + width // 3, width)),
            int(rng.integers(y + height // 3, height)),
        )
        ground = (45, 45, 48) if dark else (250, 250, 250)
        bar = tuple(int(v) for v in rng.integers(40, 230, 3))
        cv2.rectangle(screen, (x, y), (right, low), ground, -1)
        cv2.rectangle(screen, (x, y), (right, y + 24), bar, -1)
        for row in range(y + 48, low - 12, 22):
            line = " ".join(rng.choice(WORDS, int(rng.integers(2, 6))))
            limit = max(1, (right - x - 20) // 9)
            _write(screen, line[:limit], (x + 10, row), 0.45, 220 if dark else 40)
            if rng.random() < 0.2:
                button = tuple(int(v) for v in rng.integers(60, 220, 3))
                cv2.rectangle(screen, (right - 60, row - 14), (right - 10, row + 4), button, -1)
    cv2.rectangle(screen, (0, height - 28), (width, height), (30, 30, 34), -1)
    return screen


def photograph(rng: np.random.Generator) -> Picture:
    """Sky, ground and shaded things with the texture of nature (1/f noise)."""
    height, width = _hw(rng)
    field = np.stack([_cloud(rng, height, width) for _ in range(3)], -1)
    horizon = int(height * rng.uniform(0.3, 0.7))
    sky, ground = rng.uniform((70, 110, 150), (180, 210, 255)), rng.uniform(30, 160, 3)
    scene = np.where((np.arange(height) < horizon)[:, None, None], sky, ground)
    shade = np.linspace(1.1, 0.7, height)[:, None, None]
    picture = scene * shade + 28 * field.mean(-1, keepdims=True) + 10 * field
    for _ in range(int(rng.integers(2, 7))):
        centre = (int(rng.integers(width)), int(rng.integers(horizon, height)))
        axes = (int(rng.integers(20, 110)), int(rng.integers(20, 110)))
        inside = np.zeros((height, width), np.uint8)
        cv2.ellipse(inside, centre, axes, float(rng.uniform(0, 180)), 0, 360, 1, -1)
        lit = np.clip(1.2 - (np.arange(width) - centre[0]) / (2.5 * axes[0]), 0.3, 1.5)
        thing = rng.uniform(30, 230, 3) * lit[None, :, None] + 12 * field
        picture = np.where(inside[..., None] > 0, thing, picture)
    return _u8(cv2.GaussianBlur(picture, (0, 0), 0.8))


def ct_slice(rng: np.random.Generator) -> Picture:
    """A slice through a trunk: grey tissue, dark lungs, a bright spine and ribs, on black."""
    side = int(rng.integers(384, 640))
    body = np.zeros((side, side), np.float64)
    middle, wide, high = side // 2, side * rng.uniform(0.34, 0.44), side * rng.uniform(0.24, 0.34)
    whole = (int(wide), int(high))
    _blob(body, (middle, middle), whole, 70)
    _blob(body, (middle, middle), (int(wide * 0.93), int(high * 0.92)), rng.uniform(115, 150))
    for way in (-1, 1):
        at = (int(middle + way * wide * 0.45), int(middle - high * 0.1))
        _blob(body, at, (int(wide * 0.3), int(high * rng.uniform(0.4, 0.6))), rng.uniform(12, 35))
    for turn in np.linspace(0, 2 * np.pi, int(rng.integers(10, 18)), endpoint=False):
        at = (int(middle + wide * 0.85 * np.cos(turn)), int(middle + high * 0.83 * np.sin(turn)))
        _blob(body, at, (int(side * 0.02), int(side * 0.011)), 230)
    _blob(body, (middle, int(middle + high * 0.6)), (int(side * 0.045), int(side * 0.04)), 235)
    _blob(body, (middle - side // 20, middle), (int(side * 0.09), int(side * 0.08)), 160)
    return _grey(body + rng.normal(0, rng.uniform(4, 10), body.shape))


def radiograph(rng: np.random.Generator) -> Picture:
    """A chest or a limb as a digital X-ray (DX) shows it: air black, or all the other way."""
    height, width = int(rng.integers(500, 700)), int(rng.integers(420, 640))
    plate = np.zeros((height, width), np.float64)
    middle = width // 2
    if rng.random() < 0.5:
        _blob(plate, (middle, height // 2), (int(width * 0.46), int(height * 0.55)), 120)
        for way in (-1, 1):
            at = (int(middle + way * width * 0.2), int(height * 0.45))
            _blob(plate, at, (int(width * 0.15), int(height * 0.3)), 45)
            for rib in np.linspace(0.2, 0.7, 8):
                arc = (int(middle + way * width * 0.2), int(height * (rib + 0.1)))
                reach = (int(width * 0.19), int(height * 0.09))
                cv2.ellipse(plate, arc, reach, way * 12, 180, 360, 110, 6, cv2.LINE_AA)
        cv2.line(plate, (middle, 0), (middle, height), 185, int(width * 0.07))
        _blob(
            plate, (int(middle + width * 0.06), int(height * 0.58)), (width // 8, height // 9), 180
        )
    else:
        cv2.line(plate, (middle, 0), (middle, height), 70, int(width * 0.4))
        for way in (-1, 1):
            ends = (int(middle + way * width * 0.07), 0), (int(middle + way * width * 0.08), height)
            cv2.line(plate, *ends, 210, int(width * 0.06))
    shown = _grey(cv2.GaussianBlur(plate, (0, 0), 4) + rng.normal(0, 5, plate.shape))
    return 255 - shown if rng.random() < 0.3 else shown


def blank(rng: np.random.Generator) -> Picture:
    """One colour, with hardly any noise: a lens cap, a lamp, an empty sheet."""
    height, width = _hw(rng)
    level = rng.uniform(0, 255, 3) if rng.random() < 0.5 else np.full(3, rng.uniform(0, 255))
    return _u8(level + rng.normal(0, rng.uniform(0, 3), (height, width, 3)))


KINDS: Mapping[str, Draw] = {
    "text pages": page,
    "charts": chart,
    "screenshots": screenshot,
    "photographs": photograph,
    "CT slices": ct_slice,
    "DX radiographs": radiograph,
    "noise": noise,
    "blanks": blank,
}


def _hw(rng: np.random.Generator) -> tuple[int, int]:
    return int(rng.integers(400, 800)), int(rng.integers(500, 1000))


def _plain(rng: np.random.Generator, level: int) -> Picture:
    return np.full((*_hw(rng), 3), level, np.uint8)


def _write(picture: Picture, text: str, at: tuple[int, int], size: float, grey: int) -> None:
    cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, (grey,) * 3, 1, cv2.LINE_AA)


def _blob(
    picture: NDArray[np.float64], at: tuple[int, int], axes: tuple[int, int], grey: float
) -> None:
    cv2.ellipse(picture, at, axes, 0, 0, 360, float(grey), -1)


def _cloud(rng: np.random.Generator, height: int, width: int) -> NDArray[np.float64]:
    """1/f noise of mean 0 and variance 1."""
    rows, columns = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    spectrum = np.fft.rfft2(rng.standard_normal((height, width))) / np.hypot(rows, columns).clip(
        1e-3
    )
    field: NDArray[np.float64] = np.fft.irfft2(spectrum, (height, width))
    return (field - field.mean()) / field.std()


def _u8(values: NDArray[Any]) -> Picture:
    return np.asarray(np.rint(np.clip(values, 0, 255)), np.uint8)


def _grey(values: NDArray[np.float64]) -> Picture:
    return np.repeat(_u8(values)[..., None], 3, axis=2)
