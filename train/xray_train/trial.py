"""The promise of `calibrate`, tried: set on some scans, counted on others, many times."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from xray.detector import Detector
from xray.errors import DataError
from xray_datasets.sample import Sample
from xray_train.calibrate import value
from xray_train.damage import Damage
from xray_train.judged import judge
from xray_train.miss_rate import coverage


def trial(
    detector: Detector,
    samples: Iterable[Sample],
    miss_rate: float,
    confidence: float | None,
    seen: int,
    shift: Damage | None = None,
    repeats: int = 1000,
) -> dict[str, Any]:
    """`coverage` of both promises by this detector, and where a shift of the scanner breaks them.

    Args:
        detector: model and profile.
        samples: thousands of scans of one scanner, simulated as a rule; of a group the first one
            with an alarming object counts, and a scan without a group is taken for a bag.
        miss_rate, confidence: what is promised.
        seen: scans with an alarming object that calibrate in each split.
        shift: what another scanner does to the same scans.
        repeats: splits.

    Raises:
        DataError: too few scans hold an alarming object.
    """
    alarming, values, shifted = detector.profile.alarming, [], []
    counted, alone = set[str](), 0
    for k, sample in enumerate(samples):
        new = sample.bag not in counted
        if new and any(a.label in alarming for a in sample.annotations):
            counted.add(sample.bag)
            alone += not sample.group
            values.append(value(judge(detector, [sample])[0], alarming))
            moved = shift and shift.apply(sample, sample.scan, np.random.default_rng(k))
            if moved is not None:
                shifted.append(value(judge(detector, [moved])[0], alarming))
    if len(values) <= seen:
        raise DataError(f"{len(values)} scans hold an alarming object; more than {seen} are needed")
    other = np.array(shifted) if shift is not None and len(shifted) == len(values) else None
    same, level = np.array(values), f"{shift.name}: {shift.level}" if shift is not None else None
    promises = {"on average": None} | ({"sure": confidence} if confidence is not None else {})
    return {
        "scans": len(values),
        "without_group": alone,
        "seen": seen,
        "repeats": repeats,
        "shift": level if other is not None else None,
        "promises": {
            name: {
                "confidence": sure,
                "same": coverage(same, seen, miss_rate, sure, repeats),
                "shifted": None
                if other is None
                else coverage(same, seen, miss_rate, sure, repeats, other),
            }
            for name, sure in promises.items()
        },
    }


def tried(found: Mapping[str, Any], miss_rate: float) -> list[str]:
    """What `trial` found, a line for each promise and scanner."""
    said = [
        f"{found['scans']} scans with an alarming object, {found['seen']} calibrate, "
        f"{found['repeats']} splits; another scanner: {found['shift'] or 'not tried'}"
    ]
    if alone := found.get("without_group"):
        said.append(
            f"of these {alone} have no group, each taken for a bag: where several show one bag, "
            "the promise looks better kept than it is"
        )
    for promise, rows in found["promises"].items():
        for scanner, name in (("same", "same scanner"), ("shifted", "another scanner")):
            if row := rows[scanner]:
                said.append(
                    f"{promise:10} {name:15} miss rate {row['mean_miss_rate']:.4f} on average, at "
                    f"most {miss_rate:g} in {row['kept']:.1%} of splits"
                )
    return said
