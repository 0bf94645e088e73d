"""A sheet of pairs for people to try: which is real? The key lies in another file.

Each pair is a crop of a real scan and one of a simulated scan, of one palette and one size; which
stands left is drawn at random. The sheet shows real scans, so it goes no farther than they may.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from xray_train.realism.palettes import Picture
from xray_train.realism.patches import Shown, cut
from xray_train.realism.sheets import GAP_PX, INK, LINE_PX, PAPER, write

PAIRS = 32
COLUMNS = 4  # of pairs
CROP_PX = 160
SIDES = ("left", "right")


@dataclass(frozen=True)
class Pair:
    """Two crops, CROP_PX square; real says which side is."""

    palette: str
    left: Picture
    right: Picture
    real: str
    real_scan: str
    simulated_scan: str


def drawn(pictures: Mapping[str, Sequence[Shown]], seed: int, count: int = PAIRS) -> list[Pair]:
    """So many pairs, palettes in turn; fewer where no more crops hold enough.

    Args:
        pictures: palette → whole pictures, real and simulated.
        seed: of order, crops and sides.
        count: of pairs.
    """
    rng = np.random.default_rng([seed, 24])
    stacks = {
        palette: (_crops(shown, True, rng), _crops(shown, False, rng))
        for palette, shown in pictures.items()
    }
    pairs: list[Pair] = []
    while len(pairs) < count and any(real and made for real, made in stacks.values()):
        for palette, (real, made) in stacks.items():
            if real and made and len(pairs) < count:
                pairs.append(_pair(palette, real.pop(), made.pop(), bool(rng.random() < 0.5)))
    return [pairs[k] for k in rng.permutation(len(pairs))]


def _crops(
    shown: Sequence[Shown], real: bool, rng: np.random.Generator
) -> list[tuple[Picture, str]]:
    """One of each picture, and then a second: those of more bags are taken first."""
    mine = [one for one in shown if one.real == real]
    each = [[(crop, one.name) for crop in cut(one.pixels, 2, rng, CROP_PX)] for one in mine]
    firsts, seconds = [c[0] for c in each if c], [c[1] for c in each if len(c) > 1]
    return [seconds[k] for k in rng.permutation(len(seconds))] + [
        firsts[k] for k in rng.permutation(len(firsts))
    ]


def _pair(
    palette: str, real: tuple[Picture, str], made: tuple[Picture, str], swapped: bool
) -> Pair:
    left, right = (made[0], real[0]) if swapped else (real[0], made[0])
    return Pair(palette, left, right, SIDES[swapped], real[1], made[1])


def sheet(pairs: Sequence[Pair]) -> Picture:
    """All pairs with their numbers, from 1 on; nothing tells which is which."""
    width, height = 2 * CROP_PX + 4 * GAP_PX, CROP_PX + LINE_PX + GAP_PX
    rows = max(1, -(-len(pairs) // COLUMNS))
    canvas = np.full((rows * height, COLUMNS * width, 3), PAPER, np.uint8)
    for k, pair in enumerate(pairs):
        y, x = k // COLUMNS * height, k % COLUMNS * width + GAP_PX
        write(canvas, str(k + 1), (x, y + LINE_PX - 6))
        for place, crop in enumerate((pair.left, pair.right)):
            at = x + place * (CROP_PX + GAP_PX)
            canvas[y + LINE_PX : y + LINE_PX + CROP_PX, at : at + CROP_PX] = crop
        canvas[y : y + height - GAP_PX, (k % COLUMNS + 1) * width - 1] = INK
    return canvas


def key(pairs: Sequence[Pair]) -> list[dict[str, object]]:
    """What each is, as JSON has it."""
    return [
        {
            "pair": k + 1,
            "palette": pair.palette,
            "real": pair.real,
            "real_scan": pair.real_scan,
            "simulated_scan": pair.simulated_scan,
        }
        for k, pair in enumerate(pairs)
    ]
