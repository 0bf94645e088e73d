"""What consoles differ in, drawn at random: background, how fast they darken, hues, edges, cursor.

Families: what one maker's kind of console looks like; shares and ranges are wide of published
pictures, so that none is learned by heart.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

RGB = tuple[float, float, float]
FAMILIES = ("white", "grey", "belt", "airport", "plain", "inverted")
GREY = ("plain", "inverted")
_SHARES = (0.38, 0.32, 0.11, 0.08, 0.08, 0.03)
# Per family: range of the depth at which brightness falls to 1/e, of the exponent, of the edges
_LOOKS = {
    "white": ((1.2, 2.8), (0.7, 1.0), (0.3, 2.5)),
    "grey": ((1.5, 3.0), (0.75, 1.1), (1.0, 4.5)),
    "belt": ((1.1, 2.2), (0.75, 1.05), (0.3, 3.0)),
    "airport": ((1.0, 2.4), (0.7, 1.1), (0.3, 3.0)),
    "plain": ((0.9, 2.6), (0.6, 1.1), (0.0, 2.5)),
    "inverted": ((0.9, 2.6), (0.7, 1.1), (0.0, 2.0)),
}
_GRAIN = (0.02, 0.10)
_OPAQUE = ((0.0, 0.0, 0.0), (90.0, 0.0, 0.0), (60.0, 20.0, 60.0))  # of airports, RGB


@dataclass(frozen=True, slots=True)
class Hues:
    """How materials turn into hues; index: plastic 0, aluminium 1, steel 2.

    Attributes:
        first, second: indices at which orange gives way to green, and green to blue.
        soft: how gently, in index.
        drift_from, drift: thick plastic turns green: from which -ln T on, and how far.
        navy: metal runs through teal to pure blue.
        metal: brightness of metal against the rest.
        tint: of green and blue, against red.
        black_from: -ln T from which all is shown as opaque; None: never.
        opaque: the colour of that.
        saturation: of all colours.
    """

    first: float
    second: float
    soft: float
    drift_from: float
    drift: float
    navy: bool
    metal: float
    tint: tuple[float, float] = (1.0, 1.0)
    black_from: float | None = None
    opaque: RGB = (0.0, 0.0, 0.0)
    saturation: float = 1.0

    @staticmethod
    def draw(rng: np.random.Generator, family: str) -> Hues:
        """Those of some console of this family."""
        u = rng.uniform
        navy = family == "grey" or (family != "belt" and rng.random() < 0.1)
        metal = u(0.75, 1.1) if navy else u(0.6, 1.0) if family == "white" else u(0.85, 1.15)
        first, second, soft = u(0.1, 0.6), u(1.05, 1.75), u(0.1, 0.5)
        drift_from, drift = u(1.2, 3.0), u(0.2, 1.0)
        tint, black_from, opaque = (1.0, 1.0), None, _OPAQUE[0]
        if family == "belt":
            tint = (u(0.8, 0.95), u(0.85, 1.05))
        if family == "grey":  # two wrenches on each other are pure blue
            black_from = u(3.0, 5.5)
            opaque = (0.0, 0.0, u(220, 255))
        if family == "airport":
            black_from = u(2.5, 4.5)
            opaque = _OPAQUE[int(rng.choice(3, p=(0.7, 0.2, 0.1)))]
        saturation = u(0.9, 1.6) if rng.random() < 0.6 else 1.0
        if family == "grey":
            saturation = u(1.1, 1.7)
        return Hues(first, second, soft, drift_from, drift, navy, metal, tint, black_from, opaque,
                    saturation)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Console:
    """One console.

    Attributes:
        family: its maker's kind.
        scale: -ln T at which brightness falls to 1/e.
        exponent: brightness is exp(-(-ln T / scale) ** exponent), lifted to `floor` and over.
        edge: gain by which edges are lifted, and grain with them.
        floor: brightness of what lets nothing through.
        grain: standard deviation of what a console's sharpening leaves of noise, a share of -ln T.
        speck: which noise that is, as shares of a sheet of it.
        air: brightness of air on a grey console.
        hues: None on a grey console.
        background: colour of air, RGB of 255.
        nearly_air: -ln T under which all is shown as air.
        smooth_px: over which the ratio of both energies is averaged.
        cursor: of the mouse: place as shares of width and height, size; None: hidden.
    """

    family: str
    scale: float
    exponent: float
    edge: float
    air: float = 1.0
    hues: Hues | None = None
    background: RGB = (255.0, 255.0, 255.0)
    nearly_air: float = 0.0
    smooth_px: int = 3
    floor: float = 0.0
    grain: float = 0.0
    speck: tuple[float, float] = (0.0, 0.0)
    cursor: tuple[float, float, float] | None = None

    @staticmethod
    def draw(rng: np.random.Generator) -> Console:
        """Some console."""
        u = rng.uniform
        family = str(rng.choice(FAMILIES, p=_SHARES))
        scales, exponents, edges = _LOOKS[family]
        scale, exponent = u(*scales), u(*exponents)
        edge = float(u(*edges)) if rng.random() < 0.75 else 0.0
        air, hues, background, nearly_air = 1.0, None, (255.0, 255.0, 255.0), 0.0
        if family in GREY:
            air = u(0.78, 1.0) if rng.random() < 0.5 else 1.0
        else:
            hues = Hues.draw(rng, family)
            background = _background(family, rng)
            nearly_air = u(0.015, 0.06) if rng.random() < 0.7 else 0.0
        smooth_px = int(rng.choice([3, 3, 5]))
        cursor = (rng.random(), rng.random(), u(0.5, 1.0)) if rng.random() < 0.04 else None
        grain, speck = u(*_GRAIN) if rng.random() < 0.8 else 0.0, (rng.random(), rng.random())
        floor = u(0.1, 0.28) if family == "white" else 0.0  # no steel is black there
        return Console(
            family, scale, exponent, edge, air, hues, background, nearly_air, smooth_px, floor,
            grain, speck, cursor
        )  # fmt: skip

    def parameters(self) -> dict[str, object]:
        """As JSON has it."""
        return asdict(self)


def _background(family: str, rng: np.random.Generator) -> RGB:
    u = rng.uniform
    if family == "grey" and rng.random() < 0.2:  # pink or cyan
        level = np.array(((224, 208, 224), (208, 226, 224))[int(rng.integers(0, 2))])
        level = level + u(-6, 6, 3)
    elif family == "grey":
        level = u(212, 232) + u(-4, 4, 3)
    elif family == "belt":
        level = u(188, 206) + u(-3, 3, 3)
    else:
        level = np.full(3, 255.0) - (u(0, 8, 3) if rng.random() < 0.2 else 0.0)
    red, green, blue = level.tolist()
    return red, green, blue
