"""The sets of scans that commands speak of: named ones, simulated ones, or anyone's folder.

sixray-cal, sixray-val     the real scans of development, "+benign" with those that hold nothing
dual-energy                its pairs of suitcases
sim-baggage, sim-parcel    simulated now, from seeds that neither teach nor tune
anything else              a folder or COCO file in any layout that xray-data reads
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from xray.errors import DataError
from xray.scan import Encoding, Scan
from xray_datasets import layouts, real, simulated
from xray_datasets.sample import Sample
from xray_train import sources
from xray_train.sources import real_folder

TUNING_SEED = 900_000_000  # of simulated scans that set thresholds, far from any pool's seeds
LOOKS_SEED = 910_000_000  # of those that say what scans look like
LIMIT_SEED = 920_000_000  # of those that limit what still looks like one
SCORING_SEED = 950_000_000  # of those that score
SIXRAY = ("sixray-cal", "sixray-val", "sixray-cal+benign", "sixray-val+benign")
SIMULATED = ("sim-baggage", "sim-parcel")
NAMES = (*SIXRAY, "dual-energy", *SIMULATED)
HELP = f"{' | '.join(NAMES)}, or a folder of scans with boxes."


def read(on: str, split: str | None = None, count: int = 300) -> Iterator[Sample]:
    """The samples of a set.

    Args:
        on: one of NAMES, or a path.
        split: of a folder; None: all of it.
        count: of a simulated set.

    Raises:
        DataError: there is no such set and no such folder.
    """
    if on in SIXRAY:
        return _sixray(real_folder(), *on.removeprefix("sixray-").split("+"))
    if on == "dual-energy":
        return real.dual_energy(real_folder())
    if on in SIMULATED:
        return simulated.read(on.removeprefix("sim-"), count, seed=SCORING_SEED)
    if not Path(on).exists():
        raise DataError(f"no set or folder named {on}; expected one of {', '.join(NAMES)}")
    return layouts.read(Path(on), split)


def taught(data: Collection[str], count: int) -> Iterator[Sample]:
    """Scans of the kinds that a model learned from, by the names of its data sets.

    Simulated ones in all encodings, from seeds that no pool has; SIXray's and the dual-energy
    pairs' own. Data sets of any other name are left out.

    Args:
        data: names as in `sources`.
        count: of the simulated ones, half of them colour and half transmission.
    """
    if sources.SIMULATED in data:
        yield from _every_encoding(LOOKS_SEED, count)
    if sources.SIXRAY in data:
        yield from _sixray(real_folder(), "train", "benign")
    if sources.DUAL in data:
        for pair in real.dual_energy(real_folder()):
            yield from (pair, _low_alone(pair))


def untaught(count: int) -> Iterator[Sample]:
    """Simulated scans of all encodings that taught nothing, tuned nothing and score nothing."""
    yield from _every_encoding(LIMIT_SEED, count)


def _every_encoding(seed: int, count: int) -> Iterator[Sample]:
    each = count // 4
    for number, kind in enumerate(("baggage", "parcel")):
        first = seed + number * 2 * each
        yield from simulated.read(kind, each, first)
        yield from simulated.read(kind, each // 2, first + each, Encoding.DUAL)
        yield from simulated.read(kind, each // 2, first + each + each // 2, Encoding.SINGLE)


def _low_alone(pair: Sample) -> Sample:
    def low() -> Scan:
        scan = pair.scan
        return replace(scan, pixels=scan.pixels[..., :1], encoding=Encoding.SINGLE)

    return replace(pair, open=low)


def _sixray(root: Path, split: str, *more: str) -> Iterator[Sample]:
    yield from real.sixray(root, split)
    if more:
        yield from real.sixray_benign(root, split)
