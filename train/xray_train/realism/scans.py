"""The scans that are held against each other: real ones that teach, and simulated ones like them.

Simulated scans come from seeds that no pool has, as many as there are real ones, each of the size
and behind the JPEG of one of those. Pairs of two energies stand as low, high, high in place of red,
green, blue, in the codes of the real ones' display.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from xray_datasets import real, simulator
from xray_datasets.real import AIR_COUNT
from xray_datasets.sample import Sample
from xray_train.realism import curves, palettes
from xray_train.realism.display import Curve
from xray_train.realism.files import File, kept, refiled, shrunk
from xray_train.realism.palettes import Picture
from xray_train.realism.patches import Shown

DUAL = "dual"
KIND = "baggage"
SEED = 970_000_000  # of the first simulated scene, far from any pool's and any set's


@dataclass(frozen=True)
class Real:
    """A real scan, not yet read: whose bag, of which palette, and how its file is."""

    sample: Sample
    palette: str
    file: File


def colours(root: Path) -> Iterator[Real]:
    """SIXray's scans that teach, with what a look at each tells."""
    for folder, samples in (
        ("images", real.sixray(root, "train")),
        ("benign", real.sixray_benign(root, "train")),
    ):
        for sample in samples:
            scan = sample.scan
            file = kept(root / "sixray" / folder / sample.id, scan.height, scan.width)
            yield Real(sample, palettes.palette_of(scan.pixels), file)


def pairs(root: Path) -> Iterator[Real]:
    """The labelled pairs of two energies."""
    for sample in real.dual_energy(root):
        scan = sample.scan
        yield Real(sample, DUAL, File(scan.height, scan.width))


def chosen(scans: Iterable[Real], most: int, rng: np.random.Generator) -> list[Real]:
    """So many of them: one of each bag before a second of any, else drawn at random."""
    scans = list(scans)
    mixed = [scans[k] for k in rng.permutation(len(scans))]
    turn: dict[str, int] = {}
    ranked = []
    for one in mixed:
        ranked.append(turn.get(one.sample.bag, 0))
        turn[one.sample.bag] = ranked[-1] + 1
    return [mixed[k] for k in np.argsort(ranked, kind="stable")[:most]]


def real_pictures(scans: Iterable[Real]) -> Iterator[Shown]:
    """As networks would see them."""
    for one in scans:
        scan = one.sample.scan
        codes = as_codes(scan.pixels) if one.palette == DUAL else scan.pixels
        yield Shown(shrunk(codes), one.sample.bag, one.sample.id, real=True)


def simulated_pictures(
    files: Sequence[File], palette: str, seed: int, shown: tuple[Curve, Curve] | None = None
) -> Iterator[Shown]:
    """One scene for each real file, as large, shown in its palette and kept as it is.

    shown: display curves of low and high, for pairs.
    """
    for k, file in enumerate(files):
        made = simulator.simulate(KIND, SEED + seed + k, file.side_px)
        if palette == DUAL:
            low, high = shown or (Curve(), Curve())
            picture = as_codes(np.stack((low.shown(made.low), high.shown(made.high)), -1))
        else:
            picture = palettes.coloured(made, palette)
        yield Shown(shrunk(refiled(picture, file)), made.group, made.group, real=False)


def simulated_pairs(files: Sequence[File], seed: int) -> Iterator[curves.Pair]:
    """Scenes of two energies, as large as real pairs."""
    for k, file in enumerate(files):
        yield curves.simulated_pair(simulator.simulate(KIND, SEED + seed + k, file.side_px))


def as_codes(shown: np.ndarray) -> Picture:  # (H, W, 2) -> (H, W, 3)
    """Brightness over air's as codes of 8 bits: low, high, high."""
    codes = np.clip(np.rint(shown * AIR_COUNT), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(codes[..., [0, 1, 1]])
