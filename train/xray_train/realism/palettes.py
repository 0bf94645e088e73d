"""Which console's kind a picture is of, and simulated pictures of that kind.

A real scan says nothing of its console, so its air and its colours do: the commonest bright colour
is air, and what has no colours at all is a grey console's. Scans of the simulator say their family.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

import numpy as np
from numpy.typing import NDArray

from xray_datasets.simulator import Simulated, show, shown

Picture = NDArray[np.uint8]  # (H, W, 3) RGB

FAMILIES = {  # palette → the simulator's family of consoles
    "white": "white",
    "grey": "grey",
    "belt": "belt",
    "plain": "plain",
}
COLOURLESS = 6  # mean of the difference between channels, of 255, beside air: JPEG leaves 2
WHITE = 244  # of air, its least channel
BELT = 207  # of air: greys under it are belts of screens, over it consoles that show air so
BRIGHT = 150  # of its least channel, that may be air
UNLIKE_AIR = 24  # of 255, from air: a colour that the load has
AIR_BIN = 4  # of 255: colours that count as one


def air_of(picture: Picture) -> NDArray[np.float64]:  # (3,)
    """The commonest bright colour."""
    few = picture[::3, ::3].reshape(-1, 3)
    bright = few[few.min(1) >= BRIGHT]
    if not len(bright):
        return np.full(3, 255.0)
    codes = (bright // AIR_BIN).astype(np.int64) @ (1, 64, 4096)
    names, counts = np.unique(codes, return_counts=True)
    return np.asarray(bright[codes == names[counts.argmax()]].mean(0), np.float64)


def content(picture: Picture, air: NDArray[np.float64], least: float) -> NDArray[np.bool_]:
    """(H, W) which pixels differ from air by more than this in some channel, of 255."""
    return np.asarray(np.abs(picture.astype(np.float32) - air).max(-1) > least)


def palette_of(picture: Picture) -> str:
    """One of FAMILIES, by air and colours.

    >>> grey = np.full((30, 30, 3), 255, np.uint8)
    >>> grey[:20] = 90
    >>> palette_of(grey)
    'plain'
    """
    air, few = air_of(picture), picture[::3, ::3]
    load = few[content(few, air, UNLIKE_AIR)].astype(np.int16)
    if len(load) and (load.max(-1) - load.min(-1)).mean() < COLOURLESS:
        return "plain"
    if air.min() >= WHITE:
        return "white"
    return "grey" if air.mean() >= BELT else "belt"


@dataclass(frozen=True)
class _Nothing:
    """Planes of air, to hear which console a generator draws."""

    low: NDArray[np.float32] = field(default_factory=lambda: np.ones((8, 8), np.float32))
    high: NDArray[np.float32] = field(default_factory=lambda: np.ones((8, 8), np.float32))
    parameters: dict[str, float | int | str] = field(default_factory=lambda: {"kv": 140})


def coloured(made: Simulated, palette: str) -> Picture:
    """A scene as a console of this palette's family shows it, drawn from the scene's own seed."""
    for rng in _generators(made.seed):
        state = rng.bit_generator.state
        if shown(_Nothing(), rng)[1].get("family") == FAMILIES[palette]:
            rng.bit_generator.state = state
            return show(made, rng)
    raise AssertionError  # the generators do not end


def _generators(seed: int) -> Iterator[np.random.Generator]:
    return (np.random.default_rng([seed, 22, attempt]) for attempt in count())
