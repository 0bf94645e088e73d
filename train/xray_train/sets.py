"""The sets of scans that commands speak of: named ones, simulated ones, or anyone's folder.

sixray-cal, sixray-val     the real scans of development, "+benign" with those that hold nothing
dual-energy                its pairs of suitcases; dual-energy-0 to -4, one fold of them
sim-baggage, sim-parcel    simulated now, from seeds that neither teach nor tune, as consoles show
                           them; with "-raw", both transmissions
container-test             containers simulated now, of threats, loads, energies and detectors that
                           no training draws (`simulator.reserved`); one in two hides one thing
container-tuning           the same, in which nothing is hidden: they set thresholds
container-calibration      the same, one in two hiding something: they fit probabilities
anything else              a folder or COCO file in any layout that xray-data reads
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from xray.card import Card
from xray.errors import DataError
from xray.scan import Encoding, Scan
from xray_datasets import layouts, real, simulated
from xray_datasets.sample import Sample
from xray_train import prints, sources, teaching
from xray_train.homes import known_as
from xray_train.sources import real_folder
from xray_train.teaching import is_held_out

TUNING_SEED = 900_000_000  # of simulated scans that set thresholds, far from any pool's seeds
LOOKS_SEED = 910_000_000  # of those that say what scans look like
LIMIT_SEED = 920_000_000  # of those that limit what still looks like one
SCORING_SEED = 950_000_000  # of those that score
CONTAINER_SEEDS = {
    "container-tuning": 930_000_000,
    "container-calibration": 940_000_000,
    "container-test": 960_000_000,
}
# Scans of a simulated set, where no number is given. The first 300 parcels and the next 300 differ
# by 0.04 of mAP50 for one model, and integers against float by 0.01 in the first, 0.003 in both.
COUNT = 600
CONTAINER_COUNT = 2000  # of those that score in containers: half of them hide something
SIXRAY = ("sixray-cal", "sixray-val", "sixray-cal+benign", "sixray-val+benign")
FOLDS = sources.FOLDS
DUAL_ENERGY = ("dual-energy", *(f"dual-energy-{fold}" for fold in FOLDS))
RAW = "-raw"
SIMULATED = ("sim-baggage", "sim-parcel", f"sim-baggage{RAW}", f"sim-parcel{RAW}")
CONTAINERS = tuple(CONTAINER_SEEDS)
NAMES = (*SIXRAY, *DUAL_ENERGY, *SIMULATED, *CONTAINERS)
HELP = f"{' | '.join(NAMES)}, or a folder of scans with boxes."
# Those by which shipped models were tuned; simulated ones are drawn from other seeds for that.
TUNING = frozenset({"sixray-cal", "container-tuning", "container-calibration"})
# What the mean of a set is over, where that is not all of its labels: with enough scans to mean
# something (SIXray's are what published figures are about), and looked for in every scan. Of
# simulated scans it is over those with LEAST_OBJECTS: of five shuriken in 300 parcels, one that
# changes places with a false one takes the AP of shuriken from 0.64 to 0.30.
LEAST_OBJECTS = 20
HEADLINES = {
    **dict.fromkeys(SIXRAY, ("gun", "knife", "wrench")),
    **dict.fromkeys(DUAL_ENERGY, ("knife", "scissors")),
}


def read(
    on: str, split: str | None = None, count: int | None = None, seed: int = SCORING_SEED
) -> Iterator[Sample]:
    """The samples of a set.

    Args:
        on: one of NAMES, or a path.
        split: of a folder; None: all of it.
        count: of a simulated set; None: COUNT, and CONTAINER_COUNT of container-test.
        seed: of the first of a simulated set of bags or parcels.

    Raises:
        DataError: there is no such set and no such folder.
    """
    if on in SIXRAY:
        return _sixray(real_folder(), *on.removeprefix("sixray-").split("+"))
    if on in DUAL_ENERGY:
        return real.dual_energy(real_folder(), folds_of(on))
    if on in SIMULATED:
        kind = on.removeprefix("sim-").removesuffix(RAW)
        encoding = Encoding.DUAL if on.endswith(RAW) else Encoding.PSEUDOCOLOR
        return simulated.read(kind, size(on, count), seed, encoding)
    if on in CONTAINERS:
        return _containers(on, size(on, count))
    if not Path(on).exists():
        raise DataError(f"no set or folder named {on}; expected one of {', '.join(NAMES)}")
    return layouts.read(Path(on), split)


def size(on: str, count: int | None) -> int:
    """How many scans of a simulated set are read.

    >>> size("container-test", None), size("sim-parcel", None), size("container-test", 40)
    (2000, 600, 40)
    """
    return count or (CONTAINER_COUNT if on == "container-test" else COUNT)


def tuning(on: str, count: int | None = None) -> tuple[str, Iterator[Sample]] | None:
    """The scans that set thresholds for this set, and their name; None where it has none."""
    if on.startswith("sixray-val"):
        name = on.replace("val", "cal")
        return name, read(name)
    if on in SIMULATED:
        return f"{on}, other seeds", read(on, count=count, seed=TUNING_SEED)
    if on == "container-test":  # as many as hide nothing in it
        return "container-tuning", read("container-tuning", count=max(size(on, count) // 2, 1))
    return None


def headline(on: str, objects: Mapping[str, int]) -> list[str]:
    """Those of the labels of its scans that the mean of a set is over.

    Args:
        on: the set.
        objects: label → how many of it are in its scans. Where no label of a simulated set has
            enough of them, the mean is over all.

    >>> headline("sixray-val", {"gun": 110, "knife": 60, "wrench": 50, "scissors": 8})
    ['gun', 'knife', 'wrench']
    >>> headline("sim-parcel", {"gun": 85, "shuriken": 5})
    ['gun']
    >>> headline("my-scans", {"gun": 3, "scissors": 1})
    ['gun', 'scissors']
    """
    named = [label for label in objects if label in HEADLINES.get(on, objects)]
    many = [label for label in named if objects[label] >= LEAST_OBJECTS]
    return many or named if on in SIMULATED else named


def folds_of(on: str) -> tuple[int, ...]:
    """The folds in a set of dual-energy pairs.

    >>> folds_of("dual-energy"), folds_of("dual-energy-3")
    ((0, 1, 2, 3, 4), (3,))
    """
    return FOLDS if on == DUAL_ENERGY[0] else (int(on.rpartition("-")[2]),)


def learned(card: Card, on: str, split: str | None = None) -> str | None:
    """A warning where the card says that the model learned from the very scans of this set."""
    names = {str(source["name"]) for source in card.data}
    if on in DUAL_ENERGY and sources.DUAL in names:
        taught = card.training.get("dual_folds", FOLDS)  # older cards do not say of all runs
        if not set(taught) & set(folds_of(on)):
            return None
        return (
            f"The model learned from these very pairs ({sources.DUAL}): the figures say nothing of "
            "new ones. xray-train folds scores each by a model that did not train on it."
        )
    if on in NAMES:
        return None
    splits = card.training.get("splits", {})  # older cards do not say
    places = dict.fromkeys(known_as(Path(on), split, splits))
    said = (
        _learned(*place, splits.get(place[0].name)) for place in places if place[0].name in names
    )
    return next(filter(None, said), None)


def tuned(card: Card, on: str) -> str | None:
    """What the card says of it where this set tuned the model; older cards name it in passing.

    Args:
        card: of the model.
        on: the set, as `read` takes it; a folder is known by its scans alone, see `prints`.
    """
    base = on.partition("+")[0]
    strangers = (name for one in card.familiar.values() for name in one.refused)
    said = (*card.training.get(prints.TUNED_ON, ()), *strangers)
    if base not in TUNING or base not in {str(name).partition("+")[0] for name in said}:
        return None
    return (
        f"The model was tuned on {base}: its probabilities, thresholds or limits come from it, so "
        "that its figures there flatter."
    )


def _learned(root: Path, split: str | None, splits: Collection[str] | None) -> str | None:
    """The same of a data set that bears a name of the card, whose splits of that name taught."""
    said = f"The model learned from scans of a set named {root.name}"
    other = f"If they are others, give their folder a name that differs from {root.name}."
    if not splits or not {*splits} & {*layouts.splits(root)}:
        if split is not None and is_held_out(split):
            return None
        return (
            f"{said}: if they are these, the figures say nothing of new ones. Name a split that "
            f"was held out: --split val. {other}"
        )
    both = teaching.shared(root, [*splits], split)
    if not both:
        return None
    return (
        f"{said}, {both}: if that is this folder, the figures say nothing of new ones. Name a "
        f"split that did not teach: --split NAME. {other}"
    )


def taught(data: Collection[str], count: int) -> Iterator[Sample]:
    """Scans of the kinds that a model learned from, by the names of its data sets.

    Simulated bags and parcels in all encodings, simulated containers in both transmissions, from
    seeds that no pool has; SIXray's and the dual-energy pairs' own. Data sets of any other name
    are left out.

    Args:
        data: names as in `sources`.
        count: of the simulated ones; of bags and parcels, half of them colour.
    """
    if sources.CONTAINERS in data:
        yield from simulated.read("container", count, LOOKS_SEED, Encoding.DUAL)
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


def untaught_containers(count: int) -> Iterator[Sample]:
    """Simulated containers of the families that teach, of which none taught."""
    return simulated.read("container", count, LIMIT_SEED, Encoding.DUAL)


def _containers(on: str, count: int) -> Iterator[Sample]:
    """Even seeds hide nothing: of tuning, those alone."""
    first = CONTAINER_SEEDS[on]
    step = 2 if on == "container-tuning" else 1
    return simulated.unusual(range(first, first + step * count, step))


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
