"""A made-up world for tests: dark squares are guns, dark discs are wrenches, on white."""

from dataclasses import dataclass

import cv2
import numpy as np

from xray_train.item import Item
from xray_train.recipe import Recipe

SIDE_PX = 64


def recipe(**changes: object) -> Recipe:
    """Settings of a network that trains in seconds."""
    settings: dict[str, object] = {
        "name": "tiny",
        "labels": ("gun", "wrench"),
        "widths": (8, 8, 16, 16, 16),
        "blocks": (0, 1, 0),
        "fine": 16,
        "coarse": 16,
        "real": True,
        "sides_px": (64,),
        "batch": 8,
        "steps": 200,
        "warm_up": 10,
        "learning_rate": 5e-3,
        "ema": 0.9,
        "quarter_turns": 0.0,
        "turn_deg": 0.0,
        "zoom": (1.0, 1.0),
        "mix": 0.0,
        "project": 0.0,
        "save_every": 1000,
        "check_every": 1000,
        "check_px": 64,
    }
    return Recipe(**{**settings, **changes})  # type: ignore[arg-type]


@dataclass
class Shapes:
    """A source of made-up scans: the index decides everything."""

    count: int = 64
    dark: tuple[int, int, int] = (40, 40, 90)

    def __len__(self) -> int:
        return self.count

    def item(self, index: int, rng: np.random.Generator) -> Item:
        own = np.random.default_rng(index)
        picture = np.full((SIDE_PX, SIDE_PX, 3), 255, np.uint8)
        size, label = int(own.integers(16, 30)), int(own.integers(2))
        x, y = (int(v) for v in own.integers(0, SIDE_PX - size, 2))
        dark = self.dark
        if label == 0:
            cv2.rectangle(picture, (x, y), (x + size - 1, y + size - 1), dark, -1)
        else:
            centre = (x + size // 2, y + size // 2)
            cv2.circle(picture, centre, size // 2, dark, -1)
        return item(picture, [[x, y, x + size, y + size]], [label])


def item(
    picture: np.ndarray,
    boxes: list[list[float]],
    labels: list[int],
    ignored: list[list[float]] | None = None,
    ignored_labels: list[int] | None = None,
    judged: tuple[bool, ...] = (True, True),
    exhaustive: bool = True,
    rejected: list[list[float]] | None = None,
    rejected_labels: list[int] | None = None,
) -> Item:
    """An item of lists, for tests that read like pictures."""
    return Item(
        picture,
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(labels, np.int64),
        np.array(ignored or [], np.float32).reshape(-1, 4),
        np.array(ignored_labels or [], np.int64),
        judged=np.array(judged, bool),
        exhaustive=exhaustive,
        colour=True,
        rejected_xyxy_px=np.array(rejected or [], np.float32).reshape(-1, 4),
        rejected_labels=np.array(rejected_labels or [], np.int64),
    )
