"""What screening asks for: who is found at which false alarms, and what officers are called to.

The probability of detection (Pd) is the share of scans with a label in which an object of it is
found; Pfa is the share of scans without the label that alarm for it. A threshold comes from scans
that do not score, where there are such; else it was chosen on the scored ones, and is said to be.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xray.detector import Detector
from xray.errors import DataError
from xray.report import Outcome
from xray_datasets.sample import Sample
from xray_train.bootstrap import share_interval
from xray_train.judged import (
    Judged,
    hinted,
    judge,
    looked_for,
    marked,
    strongest,
    strongest_hit,
)

PFAS = (0.01, 0.05)  # shares of clean scans that alarm
POINTS = 40  # of an operating curve, at most


class Tuning(NamedTuple):
    """Scans that set thresholds and do not score.

    Attributes:
        name: of the set.
        judged: the scans, with every candidate.
        left_out: how many more it holds, that are scored, or of a group that is.
    """

    name: str
    judged: Sequence[Judged]
    left_out: int = 0


def independent(
    name: str,
    samples: Iterable[Sample],
    judged: Sequence[Judged],
    detector: Detector,
    one_folder: bool = False,
    unread: list[str] | None = None,
) -> Tuning:
    """Scans that set thresholds: those of this set whose groups are not among the scored ones.

    Args:
        name: of the set.
        samples: its scans.
        judged: the scored ones.
        detector: what is scored.
        one_folder: both sets are of one folder, where a name is a scan, whatever its split.
        unread: as `judge` takes it.

    Raises:
        DataError: all of them are scored, or of groups that are.
        ScanError: one cannot be read, where nobody is to be told, or none can.
    """
    groups, left_out = {j.group for j in judged}, 0
    ids = {j.sample.id for j in judged} if one_folder else set()

    def others() -> Iterator[Sample]:  # one by one: a scan of a container is 13 MB
        nonlocal left_out
        for one in samples:
            if one.bag in groups or one.id in ids:
                left_out += 1
            else:
                yield one

    apart = judge(detector, others(), unread)
    if not apart:
        raise DataError(
            f"{name}: all {left_out} scans are scored, or of a group that is, so thresholds "
            "would be chosen on them; name another set with --thresholds-from, or another split of "
            "it with --thresholds-split"
        )
    return Tuning(name, apart, left_out)


def points(judged: Sequence[Judged], label: str, tuning: Tuning | None) -> list[dict[str, Any]]:
    """Pd at each of PFAS, as plain values.

    In each: pfa, that was aimed at; threshold, and `set_on`, the set that it was chosen on, with
    the number of its scans without the label and of their groups, which may be too few to set it
    (`too_few`); pd and pfa_here, what it does on the scored scans, with intervals; chosen_here,
    what the best threshold for the scored scans would have given.
    """
    known = looked_for(judged, label)
    held = [j for j in known if marked(j, label)]
    clean = [j for j in known if not hinted(j, label)]
    tuned = _clean(tuning.judged, label) if tuning is not None else []
    rows = []
    for pfa in PFAS:
        own = threshold_at(clean, label, pfa)
        at = threshold_at(tuned, label, pfa) if tuned else own
        row = {
            "pfa": pfa,
            "threshold": at,
            "set_on": tuning.name if tuning is not None and tuned else None,
            "set_on_clean": len(tuned or clean),
            "set_on_groups": len({j.group for j in tuned or clean}),
            "clean_scans": len(clean),
            "clean_groups": len({j.group for j in clean}),
            "scans_with": len(held),
            **_share("pd", held, [_found(j, label, at) for j in held]),
            **_share("pfa_here", clean, [strongest(j, (label,)) >= at for j in clean]),
        }
        if tuned:
            found = [_found(j, label, own) for j in held]
            row["chosen_here"] = {"threshold": own, **_share("pd", held, found)}
        rows.append(row)
    return rows


def too_few(figures: Mapping[str, Any]) -> list[str]:
    """Which of PFAS the clean groups cannot set, a sentence each.

    Fewer than 1/Pfa of them let none alarm, which aims at no share: what is found is chance's.

    Args:
        figures: of a set, as `evaluate.figures` makes them.
    """
    said = []
    for place, pfa in enumerate(PFAS):
        rows = {label: row["screening"][place] for label, row in figures["labels"].items()}
        few = [
            f"{label} {p['set_on_clean']} scans of {p['set_on_groups']} groups"
            for label, p in rows.items()
            if p["set_on_groups"] < 1 / pfa
        ]
        if few:
            said.append(
                f"a Pfa of {pfa} takes {1 / pfa:.0f} groups without the label, and cannot be set "
                f"from so few: {', '.join(few)}"
            )
    return said


def threshold_at(clean: Sequence[Judged], label: str, pfa: float) -> float:
    """The lowest probability that alarms on at most this share of these scans."""
    said = np.array([strongest(j, (label,)) for j in clean], np.float64)
    return rounded_up(lowest_threshold(said, pfa))


def curve(judged: Sequence[Judged], label: str) -> list[list[float]]:
    """Points of (threshold, Pd, Pfa) by rising threshold; none where a side has no scan."""
    clean = np.array([strongest(j, (label,)) for j in _clean(judged, label)])
    known = looked_for(judged, label)
    hits = np.array([strongest_hit(j, label) for j in known if marked(j, label)])
    if not len(clean) or not len(hits):
        return []
    steps = np.unique(np.concatenate([clean, hits]))
    few = np.unique(np.linspace(0, len(steps) - 1, POINTS).round().astype(int))
    return [
        [at, round(float(np.mean(hits >= at)), 4), round(float(np.mean(clean >= at)), 4)]
        for at in (rounded_up(float(step)) for step in steps[few] if step > 0)
    ]


def outcomes(judged: Sequence[Judged], alarming: Collection[str]) -> dict[str, Any]:
    """How many scans of each kind come out as what, by the detector's profile.

    A scan is free of what alarms only where somebody looked for a label that does.

    Args:
        judged: the scans.
        alarming: labels that the profile alarms for.
    """
    seen = [j for j in judged if j.sample.judged is None or j.sample.judged & set(alarming)]
    kinds = {
        "benign": [j for j in seen if not (j.sample.annotations or j.sample.ignored)],
        "no alarming object": [j for j in seen if not hinted(j, *alarming)],
        "alarming object": [j for j in judged if marked(j, *alarming)],
    }
    return {name: _outcomes(mine) for name, mine in kinds.items() if mine}


def _outcomes(judged: Sequence[Judged]) -> dict[str, Any]:
    row: dict[str, Any] = {"scans": len(judged), "groups": len({j.group for j in judged})}
    for outcome in Outcome:
        row |= _share(outcome.value, judged, [j.report.outcome is outcome for j in judged])
    return row


def lowest_threshold(clean: NDArray[np.float64], pfa: float) -> float:
    """Just above the score that may no longer alarm; with few clean scans none may.

    >>> lowest_threshold(np.array([0.1, 0.2, 0.3, 0.9]), 0.25) > 0.3
    True
    >>> lowest_threshold(np.array([0.1, 0.2, 0.3, 0.9]), 0.25) < 0.31
    True
    """
    allowed = math.floor(pfa * len(clean))
    if allowed >= len(clean):
        return 0.0
    return float(np.nextafter(np.sort(clean)[::-1][allowed], np.inf))


def rounded_up(share: float) -> float:
    """Six digits, never less: what was just over a score must stay there."""
    digits = min(15, 6 - math.ceil(math.log10(share))) if share > 0 else 6
    return min(1.0, math.ceil(share * 10**digits) / 10**digits)


def _found(one: Judged, label: str, at: float) -> bool:
    score = strongest_hit(one, label)
    return score >= at and score > 0  # where nothing is clean, no threshold is needed but a box is


def _clean(judged: Sequence[Judged], label: str) -> list[Judged]:
    return [j for j in looked_for(judged, label) if not hinted(j, label)]


def _share(name: str, judged: Sequence[Judged], hits: Sequence[bool]) -> Mapping[str, Any]:
    """The share of hits, and under the same name with _95 its interval."""
    return {
        name: round(sum(hits) / max(len(hits), 1), 4),
        f"{name}_95": share_interval([j.group for j in judged], hits),
    }
