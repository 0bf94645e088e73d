"""Real pairs against simulated scans: curves fitted on one half of them, the other half judged.

Pairs are halved by bag, and simulated scenes are halved too; then the halves change places. A
scanner has one tube voltage and the simulator draws one for each scene, so all of them together are
tried, and each alone; the one that fits best on the fitting half is judged, all together beside it,
and that of single threats, at which blades are judged.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xray.annotation import Annotation
from xray_datasets.sample import Sample
from xray_datasets.simulator import Simulated, lone
from xray_datasets.simulator.lone import KV
from xray_train.realism.blades import LABELS, blades
from xray_train.realism.display import (
    LEAST_SHOWN,
    Curve,
    Pixels,
    compared,
    fit,
    joined,
    thinned,
)
from xray_train.realism.telling import halves

GOAL = 0.05  # greatest gap of median high attenuation
EVERY = "all voltages"
LEAST_SCENES = 8  # of a tube voltage, in a half, that is tried alone
LONE = f"{KV} kV"  # of single threats
LONE_MM = 0.9  # pixel pitch of those: blades of real pairs have as many pixels
MARGIN_PX = 12  # of air around them
_AROUND = ((MARGIN_PX, MARGIN_PX), (MARGIN_PX, MARGIN_PX), (0, 0))


@dataclass(frozen=True)
class Pair:
    """A scan of two energies, small.

    Attributes:
        planes: (H, W, 2); brightness over air's of real ones, attenuation of simulated ones. In
            half precision, finer than 8 bits, for there are hundreds of them.
        marks: boxes of real ones.
        bag: its number.
        kv: tube voltage; None: a real one's, unknown.
    """

    planes: NDArray[np.float16]
    marks: tuple[Annotation, ...]
    bag: int
    kv: int | None = None


def real_pairs(samples: Iterable[Sample]) -> list[Pair]:
    """Brightness of real pairs, read now."""
    bags: dict[str, int] = {}
    return [
        Pair(s.scan.pixels.astype(np.float16), s.annotations, bags.setdefault(s.bag, len(bags)))
        for s in samples
    ]


def simulated_pair(made: Simulated) -> Pair:
    """Attenuation of a scene."""
    passed = np.maximum(np.stack((made.low, made.high), -1), LEAST_SHOWN)
    return Pair((-np.log(passed)).astype(np.float16), (), made.seed, int(made.parameters["kv"]))


def simulated_blades(count: int, seed: int) -> Pixels:
    """Attenuation by so many knives and scissors, each alone in a beam of KV, without noise."""
    parts = []
    for k in range(count):
        alone = lone(LABELS[k % len(LABELS)], seed + k, LONE_MM)
        if alone is not None:
            passed = np.pad(np.stack((alone.low, alone.high), -1), _AROUND, constant_values=1.0)
            height, width = passed.shape[:2]
            box = (MARGIN_PX, MARGIN_PX, width - MARGIN_PX, height - MARGIN_PX)
            mark = Annotation(alone.label, box)
            parts.append(blades(-np.log(np.maximum(passed, LEAST_SHOWN)), [mark], k))
    return joined(parts)


def compare(
    real: Sequence[Pair], simulated: Sequence[Pair], alone: Pixels, seed: int
) -> dict[str, Any]:
    """Both ways, as plain values.

    Args:
        real: brightness.
        simulated: attenuation.
        alone: attenuation by simulated blades of LONE.
        seed: of the halves.
    """
    second = halves([str(p.bag) for p in real], seed)
    ways = []
    for judged_second in (True, False):
        fitted = [p for p, s in zip(real, second, strict=True) if s != judged_second]
        judged = [p for p, s in zip(real, second, strict=True) if s == judged_second]
        for_fit = [p for k, p in enumerate(simulated) if k % 2 != judged_second]
        to_judge = [p for k, p in enumerate(simulated) if k % 2 == judged_second]
        ways.append(_way(fitted, judged, for_fit, to_judge, alone))
    return {"goal": GOAL, "bags": len({p.bag for p in real}), "pairs": len(real), "ways": ways}


def curves_of(found: dict[str, Any]) -> tuple[Curve, Curve]:
    """The curves of all voltages, of the way that was fitted on more bags."""
    way = max(found["ways"], key=lambda way: int(way["fitted_bags"]))
    told = way[EVERY]["curves"]
    return Curve(**told["low"]), Curve(**told["high"])


def _way(
    fitted: Sequence[Pair],
    judged: Sequence[Pair],
    for_fit: Sequence[Pair],
    others: Sequence[Pair],
    blades_alone: Pixels,
) -> dict[str, Any]:
    voltages = sorted({p.kv for p in for_fit if p.kv is not None})
    chosen = {EVERY: list(for_fit)}
    for kv in voltages:
        mine = [p for p in for_fit if p.kv == kv]
        if min(len(mine), sum(p.kv == kv for p in others)) >= LEAST_SCENES:
            chosen[f"{kv} kV"] = mine
    pixels = _pixels(fitted)
    fits = {name: fit(pixels, _pixels(mine)) for name, mine in chosen.items()}
    alone = {name: found[2] for name, found in fits.items() if name != EVERY}
    best = min(alone, key=lambda name: alone[name]) if alone else EVERY
    return {
        "fitted_pairs": len(fitted),
        "fitted_bags": len({p.bag for p in fitted}),
        "judged_pairs": len(judged),
        "judged_bags": len({p.bag for p in judged}),
        "left_over": {name: round(found[2], 4) for name, found in fits.items()},
        "best": best,
        **{
            name: _judged(judged, _of(others, name), blades_alone, *fits[name][:2])
            for name in dict.fromkeys((best, LONE, EVERY))
            if name in fits
        },
    }


def _of(pairs: Sequence[Pair], name: str) -> list[Pair]:
    return [p for p in pairs if name in (EVERY, f"{p.kv} kV")]


def _pixels(pairs: Sequence[Pair]) -> Pixels:
    return joined([thinned(p.planes, p.bag) for p in pairs])


def _judged(
    judged: Sequence[Pair], simulated: Sequence[Pair], theirs: Pixels, low: Curve, high: Curve
) -> dict[str, Any]:
    every = compared(_pixels(judged).mapped(low, high), _pixels(simulated))
    ours = joined([blades(_mapped(p.planes, low, high), p.marks, p.bag) for p in judged])
    of_blades = compared(ours, theirs)
    return {
        "curves": {
            name: {"exponent": round(c.exponent, 4), "floor": round(c.floor, 4)}
            for name, c in (("low", low), ("high", high))
        },
        "all": {"greatest": greatest(every), "bins": every},
        "blades": {"greatest": greatest(of_blades), "bins": of_blades},
    }


def greatest(rows: Sequence[dict[str, float]]) -> float | None:
    """The greatest gap, whichever way; None where no bin has pixels enough.

    >>> greatest([{"gap": 0.01}, {"gap": -0.03}])
    0.03
    """
    return max((abs(row["gap"]) for row in rows), default=None)


def _mapped(shown: NDArray[np.float16], low: Curve, high: Curve) -> NDArray[np.float32]:
    shown = shown.astype(np.float32)
    both = (low.attenuation(shown[..., 0]), high.attenuation(shown[..., 1]))
    return np.stack(both, -1).astype(np.float32)
