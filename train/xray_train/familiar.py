"""What a model's scans look like: fitted on the scans that taught it, limited by others.

No strangers are needed, so none can be missed: whatever differs from the scans more than these
differ among themselves is one. Taught scans are shown in other looks too (`augment`), as the
network saw them, so that another console's colours are no stranger for that alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xray import familiarity, tensors, tiles
from xray.card import Card
from xray.errors import DataError
from xray.familiarity import Familiar, statistics
from xray.scan import Encoding, Scan
from xray_datasets.real import from_environment as real_scans
from xray_datasets.sample import Sample
from xray_train import sets, sources
from xray_train.augment import Looks
from xray_train.item import Item, Picture
from xray_train.recipe import Recipe

REFUSED = 0.01  # share of scans that taught nothing which may be taken for strangers
# The same of simulated console pictures where real ones teach too: one console in twenty shows a
# negative, which readers turn before a network sees it.
REFUSED_IN_COLOUR = 0.05
LOOKS = 2  # of each scan that teaches, besides its own
SHRINK = 0.02  # of the covariance towards none, so that few scans make no needle of it
LEAST_SPREAD = 1e-3  # of a statistic; the flattest vary by more over real scans
TOO_NARROW = 0.1  # share of a set of real scans refused from which nothing is said at all
LEAST_SCANS = 100  # of an encoding; 61 statistics have 61 variances to be known

Table = NDArray[np.float32]  # (N, F)


class Others(NamedTuple):
    """Scans that the limit is tried on; those that draw it taught nothing."""

    scans: Iterable[Scan]
    refused: float | None = None  # the share of them that may be taken for strangers; None: any
    decides: bool = True  # too many refusals of them, and nothing is said of their encoding
    in_colour: float | None = None  # of those that are console pictures; None: as many as `refused`

    def share(self, encoding: Encoding) -> float | None:
        """How many of this encoding may be taken for strangers."""
        in_colour = encoding is Encoding.PSEUDOCOLOR and self.in_colour is not None
        return self.in_colour if in_colour else self.refused


def fit(
    card: Card, taught: Iterable[Scan], others: Mapping[str, Others]
) -> dict[Encoding, Familiar]:
    """What the scans of each encoding look like, for the encodings with enough of them.

    Args:
        card: of the model; its ranges and side say what the network sees.
        taught: scans that the model learned from.
        others: name of a set → scans that taught nothing. The limit is the least that keeps each
            set's share.

    Raises:
        DataError: no set has enough scans of an encoding to draw a limit.
    """
    tables = _by_encoding(card, taught, LOOKS)
    known = {e: table for e, table in tables.items() if len(table) >= LEAST_SCANS * (1 + LOOKS)}
    if not known:
        return {}
    held = {name: _by_encoding(card, of.scans, 0) for name, of in others.items()}
    found = {}
    for encoding, table in known.items():
        mine = {name: of[encoding] for name, of in held.items()}
        shares = {name: of.share(encoding) for name, of in others.items()}
        found[encoding] = _one(encoding, table, mine, shares)
    return found


def of_model(card: Card, count: int = 300) -> dict[Encoding, Familiar]:
    """The same from the data sets that the card names; none where they are not ours to read.

    Left out are encodings of which real scans would be refused: simulated pairs say too little of
    what real detectors and their display curves make of one.

    Args:
        card: of the model.
        count: a measure of the simulated scans: twice as many teach, and twice as many do not.

    Raises:
        RecipeError: it names real scans, and the environment says no folder of them.
    """
    names = {str(source["name"]) for source in card.data}
    if names == {sources.CONTAINERS}:
        return _of_containers(card, count)
    if not names & {sources.SIMULATED, sources.SIXRAY}:
        return {}
    others = {}
    real = sources.SIXRAY in names
    if real or real_scans() is not None:
        share = REFUSED if real else None
        others["sixray-cal+benign"] = Others(_scans(sets.read("sixray-cal+benign")), share)
    others["simulated ones that taught nothing"] = Others(
        _scans(sets.untaught(2 * count)), REFUSED, in_colour=REFUSED_IN_COLOUR if real else None
    )
    if real_scans() is not None:
        scored = _scans(sets.read("sixray-val+benign"))
        others["sixray-val+benign"] = Others(scored, decides=False)
        pairs = f"{sources.DUAL}, which taught" if sources.DUAL in names else sources.DUAL
        others[pairs] = Others(_scans(sets.taught({sources.DUAL}, 0)))
    return wide_enough(fit(card, _scans(sets.taught(names, 2 * count)), others), others)


def _of_containers(card: Card, count: int) -> dict[Encoding, Familiar]:
    others = {
        "simulated containers that taught nothing": Others(
            _scans(sets.untaught_containers(count)), REFUSED
        ),
        "container-calibration": Others(_scans(sets.read("container-calibration", count=count))),
    }
    taught = _scans(sets.taught({sources.CONTAINERS}, count))
    return wide_enough(fit(card, taught, others), others)


def wide_enough(
    found: Mapping[Encoding, Familiar], others: Mapping[str, Others]
) -> dict[Encoding, Familiar]:
    """Those that refuse few scans of every set that decides; what scores is only reported."""
    judges = [name for name, of in others.items() if of.decides]
    return {
        encoding: one
        for encoding, one in found.items()
        if max(one.refused.get(name, 0.0) for name in judges) <= TOO_NARROW
    }


def lines(found: Mapping[Encoding, Familiar]) -> list[str]:
    """What was found, a sentence an encoding."""
    said = []
    for encoding, one in found.items():
        shares = ", ".join(f"{share:.1%} of {name}" for name, share in one.refused.items())
        said.append(f"{encoding}: limit {one.limit:.2f}, refuses {shares}")
    return said or ["nothing is said: too few scans, or too many real ones would be refused"]


def described(card: Card, scan: Scan, look: Looks | None, rng: np.random.Generator) -> Table:
    """Statistics (F,) of a scan as the model sees it, in another look where one is given."""
    planes = seen(card, scan)
    if look is not None:
        planes = look(_item(planes, scan.encoding), rng).planes
    return statistics(planes, scan.encoding)


def seen(card: Card, scan: Scan) -> Picture:
    """The whole scan as `Detector` describes it: as the network sees it; small if in tiles."""
    if card.overlap_px is not None:
        return familiarity.whole(scan, card.ranges)
    (tile,) = tiles.whole(scan.height, scan.width, card.side_px)
    return tensors.planes(tensors.resize(scan.pixels, *tile.scaled_hw), scan.encoding, card.ranges)


def shaped(table: Table) -> tuple[Table, Table]:
    """Mean (F,) of the rows, and the lower triangle (F, F) that whitens what differs from it."""
    centre = table.mean(axis=0, dtype=np.float64)
    spread = table.std(axis=0, dtype=np.float64) + LEAST_SPREAD
    scaled = (table - centre) / spread
    covariance = scaled.T @ scaled / len(scaled)
    covariance = (1 - SHRINK) * covariance + SHRINK * np.eye(len(centre))
    # inv(L) whitens where L L' is the covariance: a lower triangle, as L is.
    whitening = np.linalg.inv(np.linalg.cholesky(covariance)) / spread
    return centre.astype(np.float32), whitening.astype(np.float32)


def _one(
    encoding: Encoding,
    table: Table,
    held: Mapping[str, Table],
    shares: Mapping[str, float | None],
) -> Familiar:
    loose = Familiar(*shaped(table), limit=np.inf)
    away = {n: np.array([loose.distance(row) for row in rows]) for n, rows in held.items()}
    limits = [
        float(np.quantile(away[name], 1 - share))
        for name, share in shares.items()
        if share is not None and len(away[name]) >= 1 / share
    ]
    if not limits:
        counts = ", ".join(f"{name} {len(rows)}" for name, rows in away.items())
        raise DataError(
            f"{encoding} scans that taught nothing: {counts}; to draw a limit that refuses one in "
            "n of them takes n; give more"
        )
    limit = round(max(limits), 4)
    refused = {n: round(float(np.mean(d > limit)), 4) for n, d in away.items() if len(d)}
    return Familiar(loose.centre, loose.whitening, limit, refused)


def _by_encoding(card: Card, scans: Iterable[Scan], looks: int) -> dict[Encoding, Table]:
    rows: dict[Encoding, list[Table]] = {encoding: [] for encoding in Encoding}
    look, rng = Looks(Recipe(data=("none",), invert=0.0)), np.random.default_rng(0)
    for scan in scans:
        mine = rows[scan.encoding]
        mine.append(described(card, scan, None, rng))
        mine.extend(described(card, scan, look, rng) for _ in range(looks))
    return {encoding: np.array(mine, np.float32) for encoding, mine in rows.items()}


def _scans(samples: Iterable[Sample]) -> Iterator[Scan]:
    return (sample.scan for sample in samples)


def _item(planes: Picture, encoding: Encoding) -> Item:
    none, no_labels = np.zeros((0, 4), np.float32), np.zeros(0, np.int64)
    colour = encoding is Encoding.PSEUDOCOLOR
    judged = np.zeros(0, bool)
    return Item(planes, none, no_labels, none, no_labels, judged, exhaustive=True, colour=colour)
