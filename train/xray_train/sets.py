"""The sets of scans that commands speak of: named ones, simulated ones, or anyone's folder.

sixray-cal, sixray-val     the real scans of development, "+benign" with those that hold nothing
dual-energy                its pairs of suitcases
sim-baggage, sim-parcel    simulated now, from seeds that neither teach nor tune
anything else              a folder or COCO file in any layout that xray-data reads
"""

from collections.abc import Iterator
from pathlib import Path

from xray.errors import DataError
from xray_datasets import layouts, real, simulated
from xray_datasets.sample import Sample
from xray_train.sources import real_folder

TUNING_SEED = 900_000_000  # of simulated scans that set thresholds, far from any pool's seeds
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


def _sixray(root: Path, split: str, *more: str) -> Iterator[Sample]:
    yield from real.sixray(root, split)
    if more:
        yield from real.sixray_benign(root, split)
