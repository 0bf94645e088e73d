"""All of it, one after the other: curves, classifier, giveaways, sheets, in one folder.

Nothing is averaged over palettes: a simulator may be good at one console and bad at another.
"""

import json
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from xray.errors import DataError
from xray_datasets import real
from xray_train.realism import curves, giveaways, pairs, scans, sheets
from xray_train.realism.classifier import PASSES, scores
from xray_train.realism.patches import Patches, Shown, balanced, gathered
from xray_train.realism.scans import DUAL, Real
from xray_train.realism.telling import auc, auc_interval, roc

GOAL = 0.80  # area under the ROC curve, at most
EACH = 8  # patches of a picture
LEAST_SCANS = 24  # real ones of a palette, from LEAST_BAGS bags: of fewer nothing is said
LEAST_BAGS = 12
BLADES = 160  # simulated knives and scissors
PAIR_SCENES = 240  # simulated scenes for the curves: two dozen of the rarest voltages
T = TypeVar("T")


def found(
    root: Path | None, out: Path, seed: int, most: int, passes: int = PASSES, why: bool = False
) -> dict[str, Any]:
    """Every figure, as plain values; sheets are written into out on the way.

    Args:
        root: the folder of real scans, as `xray_datasets.real` has it.
        out: for pictures, and the key of the pairs.
        seed: of everything that is drawn.
        most: real scans of a palette, and as many simulated ones.
        passes: of the classifier over its patches.
        why: also try views that leave something out, which takes three times as long again.

    Raises:
        DataError: there is no such folder, or there are too few scans in it.
    """
    folder = folder_of(root)
    rng = np.random.default_rng([seed, 25])
    two = list(scans.pairs(folder))
    display = _display(two, seed)
    by_palette = _by_palette(chain(_watched(scans.colours(folder), "real scans", None), two))
    figures: dict[str, Any] = {}
    pictures: dict[str, Sequence[Shown]] = {}
    for number, (palette, mine) in enumerate(sorted(by_palette.items())):
        bags = len({one.sample.bag for one in mine})
        if len(mine) < LEAST_SCANS or bags < LEAST_BAGS:
            why_not = f"{len(mine)} real scans of {bags} bags: too few"
            figures[palette] = {"auc": None, "why": why_not}
            continue
        taken = scans.chosen(mine, most, rng)
        shown = curves.curves_of(display) if palette == DUAL else None
        made = scans.simulated_pictures(
            [one.file for one in taken], palette, 100_000 * (seed + 1) + 1000 * number, shown
        )
        watched = _watched(chain(scans.real_pictures(taken), made), palette, 2 * len(taken))
        patches = gathered(watched, EACH, rng)
        pictures[palette] = patches.pictures
        figures[palette] = palette_figures(
            balanced(patches, rng), palette, out, seed, passes, list(_views(why))
        )
    drawn = pairs.drawn(pictures, seed)
    sheets.save(out / "pairs.png", pairs.sheet(drawn))
    _save(out / "pairs-key.json", pairs.key(drawn))
    return {
        "seed": seed,
        "goals": {"gap": curves.GOAL, "auc": GOAL},
        "display": display,
        "palettes": figures,
        "pairs": len(drawn),
    }


def folder_of(root: Path | None) -> Path:
    """The folder of real scans.

    Raises:
        DataError: none is named, or it is not there.
    """
    folder = root or real.from_environment()
    if folder is None:
        raise DataError(
            "simulated scans are held against real ones, which this project may not bring along: "
            f"name their folder with --data ROOT, or in the variable {real.VARIABLE}"
        )
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder; expected sixray/ and dual-energy/ in it")
    return folder


def palette_figures(
    patches: Patches, palette: str, out: Path, seed: int, passes: int, views: Sequence[str]
) -> dict[str, Any]:
    """What tells real patches from simulated ones, and its sheet in out."""
    row: dict[str, Any] = {
        "real": patches.counts(True),
        "simulated": patches.counts(False),
        "figures": {
            name: _told(values, patches)
            for name, values in giveaways.figures(patches.pixels).items()
        },
    }
    told: dict[str, NDArray[np.float64]] = {}
    try:
        for view in _watched(views, f"{palette}: telling apart", len(views)):
            shown = giveaways.seen(patches.pixels, view)
            told[view] = scores(shown, patches.real, patches.bags, seed, passes)
    except DataError as error:
        return {**row, "auc": None, "why": str(error)}
    whole = told[views[0]]
    sheets.save(out / f"surest-{palette}.png", sheets.surest(patches, whole))
    taken, known = roc(whole, patches.real)
    return {
        **row,
        **_told(whole, patches),
        "views": {view: _told(values, patches) for view, values in told.items()},
        "roc": {"taken": taken, "known": known},
    }


def save(values: dict[str, Any], out: Path) -> Path:
    """All figures as JSON."""
    return _save(out / "realism.json", values)


def _told(values: NDArray[np.float64], patches: Patches) -> dict[str, Any]:
    return {
        "auc": round(float(auc(values, patches.real)), 4),
        "auc_95": auc_interval(values, patches.real, patches.bags),
    }


def _views(why: bool) -> tuple[str, ...]:
    every = tuple(giveaways.VIEWS)
    return every if why else every[:1]


def _display(two: Sequence[Real], seed: int) -> dict[str, Any]:
    if not two:
        raise DataError("no pairs of two energies; expected dual-energy/ in the folder")
    files = [two[k % len(two)].file for k in range(PAIR_SCENES)]
    made = scans.simulated_pairs(files, 100_000 * (seed + 1) + 50_000)
    simulated = list(_watched(made, "simulated pairs", len(files)))
    alone = curves.simulated_blades(BLADES, scans.SEED + 100_000 * (seed + 1) + 60_000)
    return curves.compare(curves.real_pairs(one.sample for one in two), simulated, alone, seed)


def _by_palette(found: Iterable[Real]) -> dict[str, list[Real]]:
    by: dict[str, list[Real]] = {}
    for one in found:
        by.setdefault(one.palette, []).append(one)
    return by


def _watched(things: Iterable[T], what: str, total: int | None) -> Iterable[T]:
    return track(things, what, total, console=Console(stderr=True), transient=True)


def _save(path: Path, values: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    return path
