"""The clearance threshold of a detector: set on scans of one scanner.

What is promised, and why it holds, stands in `miss_rate`; whether it is kept is for `trial`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xray.clearance import Rule
from xray.detector import Detector
from xray.errors import DataError, RecipeError
from xray.report import Outcome
from xray_datasets import twins
from xray_datasets.sample import Sample
from xray_train.bags import Bags, bags
from xray_train.bootstrap import share_interval
from xray_train.judged import Judged, hinted, judge, marked, one_per_group, strongest
from xray_train.miss_rate import NEVER, bounds, refuse_few, threshold
from xray_train.untaught import refuse_known


def calibrate(
    detector: Detector,
    samples: Iterable[Sample],
    miss_rate: float,
    confidence: float | None = 0.95,
    scanner: str | None = None,
    seed: int = 0,
    ungrouped: bool = False,
    shown: twins.Shown = twins.unseen,
) -> Rule:
    """Set the threshold under which this detector may clear scans of one scanner.

    Args:
        detector: model, profile and prior that the rule will be bound to.
        samples: scans of one scanner, with their truth, that taught nothing.
        miss_rate: share of scans with an alarming object that may be cleared, over 0, under 1.
        confidence: with which; None: on average over calibrations alone.
        scanner: how `Scan.scanner` will name it; None: as the scans say.
        seed: draws the scan of each group.
        ungrouped: every scan without a group shows another bag; else those with an alarming
            object are grouped by likeness (`bags`).
        shown: gives things back one by one, and shows how far the work is.

    Raises:
        RecipeError: a share is out of range.
        DataError: too few scans, of no or several scanners, too many to be grouped, or some that
            taught or tuned the model.
    """
    for name, share in (("--miss-rate", miss_rate), ("--confidence", confidence)):
        if share is not None and not 0 < share < 1:
            raise RecipeError(f"{name} must lie between 0 and 1, got {share}")
    samples, alarming = list(samples), detector.profile.alarming
    held = [s for s in samples if any(a.label in alarming for a in s.annotations)]
    refuse_few(len({s.bag for s in held}), miss_rate, confidence)  # before any is opened
    compared = refuse_known(detector.card, samples, shown)
    known = _enough(held, miss_rate, confidence, ungrouped, shown)
    judged = judge(detector, shown(samples, "inspecting"))
    scanner = _scanner({j.scanner for j in judged}, scanner)
    with_alarming = [j for j in judged if marked(j, *alarming)]
    told = [replace(j, sample=s) for j, s in zip(with_alarming, known.samples, strict=True)]
    values = np.array([value(j, alarming) for j in one_per_group(told, seed)])
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
        evidence={
            **_evidence(judged, values, known, limit, alarming, confidence),
            "compared": compared,
        },
    )


def said(rule: Rule) -> tuple[str, ...]:
    """The promise and what is behind it, a sentence each."""
    found = rule.evidence
    groups, missed = found["groups_with_alarming"], found["missed"]
    lines = [
        f"{rule.model} under profile {rule.profile.name}, scanner {rule.scanner}:",
        f"cleared are CLEAR scans with every alarming probability under {rule.threshold:.4f}",
        f"with an alarming object: {found['grouped']}",
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
    if alone := found["benign_without_group"]:
        lines.append(f"of these {alone} have no group; each was taken for a bag of its own")
    return (*lines, found["compared"])


def value(one: Judged, alarming: Collection[str]) -> float:
    """Its strongest alarming probability; NEVER where its outcome keeps it from being cleared."""
    if one.report.outcome is not Outcome.CLEAR:
        return NEVER
    return strongest(one, alarming)


def _enough(
    held: Sequence[Sample],
    miss_rate: float,
    confidence: float | None,
    ungrouped: bool,
    shown: twins.Shown,
) -> Bags:
    """The scans with an alarming object, each with its bag; no scan is inspected for it.

    Raises:
        DataError: too few bags for the promise, or too many scans to be grouped.
    """
    known = bags(held, ungrouped, shown)
    try:
        refuse_few(len({s.bag for s in known.samples}), miss_rate, confidence)
    except DataError as error:
        raise DataError(f"{error} (with an alarming object: {known.said}){known.doubt}") from None
    return known


def _evidence(
    judged: Sequence[Judged],
    values: NDArray[np.float64],
    known: Bags,
    limit: float,
    alarming: Collection[str],
    confidence: float | None,
) -> Mapping[str, Any]:
    benign = [j for j in judged if not hinted(j, *alarming)]
    unsure = [j for j in judged if hinted(j, *alarming) and not marked(j, *alarming)]
    passed = [value(j, alarming) < limit for j in benign]
    misses = int(np.sum(values < limit))
    looked = [j.sample.judged for j in benign if j.sample.judged is not None]
    common = set(alarming).intersection(*looked) if looked else set(alarming)
    return {
        "scans_with_alarming": len(known.samples),
        "scans_with_group": known.named,
        "groups_by_likeness": known.alike,
        "grouped": known.said,
        "groups_with_alarming": len(values),
        "missed": misses,
        **bounds(len(values), misses, confidence),
        "benign_scans": len(benign),
        "benign_cleared": sum(passed),
        "benign_cleared_share": round(sum(passed) / max(len(benign), 1), 4),
        "benign_cleared_95": share_interval([j.group for j in benign], passed),
        "benign_without_group": sum(not j.sample.group for j in benign),
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
