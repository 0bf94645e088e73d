"""The clearance threshold of a detector: set on scans of one scanner, and tried.

What is promised, and why it holds, stands in `miss_rate`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xray.clearance import Rule
from xray.detector import Detector
from xray.errors import DataError, RecipeError
from xray.report import Outcome
from xray_datasets.sample import Sample
from xray_train.bootstrap import share_interval
from xray_train.damage import Damage
from xray_train.judged import Judged, hinted, judge, marked, one_per_group, strongest
from xray_train.miss_rate import NEVER, bounds, coverage, threshold


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
        samples: thousands of scans of one scanner, simulated as a rule.
        miss_rate, confidence: what is promised.
        seen: scans with an alarming object that calibrate in each split.
        shift: what another scanner does to the same scans.
        repeats: splits.

    Raises:
        DataError: too few scans hold an alarming object.
    """
    alarming, values, shifted = detector.profile.alarming, [], []
    for k, sample in enumerate(samples):
        if any(a.label in alarming for a in sample.annotations):
            values.append(_value(judge(detector, [sample])[0], alarming))
            moved = shift and shift.apply(sample, sample.scan, np.random.default_rng(k))
            if moved is not None:
                shifted.append(_value(judge(detector, [moved])[0], alarming))
    if len(values) <= seen:
        raise DataError(f"{len(values)} scans hold an alarming object; more than {seen} are needed")
    other = np.array(shifted) if shift is not None and len(shifted) == len(values) else None
    same, level = np.array(values), f"{shift.name}: {shift.level}" if shift is not None else None
    promises = {"on average": None} | ({"sure": confidence} if confidence is not None else {})
    return {
        "scans": len(values),
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
    for promise, rows in found["promises"].items():
        for scanner, name in (("same", "same scanner"), ("shifted", "another scanner")):
            if row := rows[scanner]:
                said.append(
                    f"{promise:10} {name:15} miss rate {row['mean_miss_rate']:.4f} on average, at "
                    f"most {miss_rate:g} in {row['kept']:.1%} of splits"
                )
    return said


def calibrate(
    detector: Detector,
    samples: Iterable[Sample],
    miss_rate: float,
    confidence: float | None = 0.95,
    scanner: str | None = None,
    seed: int = 0,
) -> Rule:
    """Set the threshold under which this detector may clear scans of one scanner.

    Args:
        detector: model, profile and prior that the rule will be bound to.
        samples: scans of one scanner, with their truth, that taught nothing.
        miss_rate: share of scans with an alarming object that may be cleared, over 0, under 1.
        confidence: with which; None: on average over calibrations alone.
        scanner: how `Scan.scanner` will name it; None: as the scans say.
        seed: draws the scan of each group.

    Raises:
        RecipeError: a share is out of range.
        DataError: too few scans, or of no or several scanners.
    """
    for name, share in (("--miss-rate", miss_rate), ("--confidence", confidence)):
        if share is not None and not 0 < share < 1:
            raise RecipeError(f"{name} must lie between 0 and 1, got {share}")
    judged = judge(detector, samples)
    scanner = _scanner({j.scanner for j in judged}, scanner)
    alarming = detector.profile.alarming
    holding = one_per_group([j for j in judged if marked(j, *alarming)], seed)
    values = np.array([_value(j, alarming) for j in holding])
    limit = threshold(values, miss_rate, confidence)
    card = detector.card
    return Rule(
        threshold=limit,
        miss_rate=miss_rate,
        confidence=confidence,
        scanner=scanner,
        encodings=frozenset(j.encoding for j in judged),
        profile=detector.profile,
        model=f"{card.name}@{card.version}",
        sha256=card.sha256,
        backend=detector.network.backend,
        evidence=_evidence(judged, values, limit, alarming, confidence),
    )


def said(rule: Rule) -> tuple[str, ...]:
    """The promise and what is behind it, a sentence each."""
    found = rule.evidence
    groups, missed = found["groups_with_alarming"], found["missed"]
    lines = [
        f"{rule.model} under profile {rule.profile.name}, scanner {rule.scanner}:",
        f"cleared are CLEAR scans with every alarming probability under {rule.threshold:.4f}",
        f"{missed} of {groups} groups with an alarming object would be cleared; "
        f"on average over calibrations at most {found['mean_at_most']:.2%}",
    ]
    if rule.confidence is not None:
        lines.append(f"at most {found['upper_limit']:.2%} with {rule.confidence:.0%} confidence")
    low, high = found["benign_cleared_95"]
    lines.append(
        f"{found['benign_cleared']} of {found['benign_scans']} scans without one would be cleared "
        f"({found['benign_cleared_share']:.0%}, 95 % interval {low:.0%} to {high:.0%})"
    )
    return tuple(lines)


def _value(one: Judged, alarming: Collection[str]) -> float:
    if one.report.outcome is not Outcome.CLEAR:
        return NEVER
    return strongest(one, alarming)


def _evidence(
    judged: Sequence[Judged],
    values: NDArray[np.float64],
    limit: float,
    alarming: Collection[str],
    confidence: float | None,
) -> Mapping[str, Any]:
    benign = [j for j in judged if not hinted(j, *alarming)]
    unsure = [j for j in judged if hinted(j, *alarming) and not marked(j, *alarming)]
    passed = [_value(j, alarming) < limit for j in benign]
    misses = int(np.sum(values < limit))
    looked = [j.sample.judged for j in benign if j.sample.judged is not None]
    common = set(alarming).intersection(*looked) if looked else set(alarming)
    return {
        "groups_with_alarming": len(values),
        "missed": misses,
        **bounds(len(values), misses, confidence),
        "benign_scans": len(benign),
        "benign_cleared": sum(passed),
        "benign_cleared_share": round(sum(passed) / max(len(benign), 1), 4),
        "benign_cleared_95": share_interval([j.group for j in benign], passed),
        "benign_looked_for": sorted(common),
        "left_out_ignored_only": len(unsure),
    }


def _scanner(said: set[str | None], given: str | None) -> str:
    named = sorted({given, *said} - {None})  # type: ignore[type-var]
    if len(named) == 1:
        return str(named[0])
    if not named:
        raise DataError(
            "the scans do not say which scanner made them, and the bound holds for one alone; "
            "name it with --scanner, as the scans to be cleared will"
        )
    raise DataError(
        f"the bound holds for one scanner alone, and here are {', '.join(map(str, named))}; "
        "calibrate each on its own scans"
    )
