"""What a threshold can be expected to do, as far as the model's card has measured it.

Pd is the share of scans with a threat that are found, Pfa that of scans without it that alarm. Both
only fall as the threshold rises, so that between two measured points they lie between the two.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xray.card import Card
from xray.profile import Profile
from xray_app.languages import say


@dataclass(frozen=True)
class Point:
    """One measured point: a threshold, what it found and what it alarmed for in vain."""

    threshold: float
    pd: float
    pfa: float


@dataclass(frozen=True)
class Line:
    """One label of a profile.

    Attributes:
        label: of the model.
        alarming: whether it raises the alarm; else it is a finding.
        threshold: of the profile.
        given: of the one in force, which it is compared with.
        points: what was measured, by rising threshold.
        measured_on: the set of scans, with how many held the label; empty: not measured.
    """

    label: str
    alarming: bool
    threshold: float
    given: float
    points: tuple[Point, ...]
    measured_on: str

    @property
    def says(self) -> str:
        """What to expect of the profile's threshold."""
        return expected(self.points, self.threshold)

    @property
    def data(self) -> str:
        """The points for the page's script: threshold, Pd, Pfa and so on."""
        return " ".join(f"{p.threshold:g},{p.pd:g},{p.pfa:g}" for p in self.points)


def lines(card: Card, shown: Profile, in_force: Profile) -> list[Line]:
    """Each label of a model, those first that alarm by the profile in force."""
    made = []
    for label in card.labels:
        points, where = measured(card, label)
        values = shown.threshold(label), in_force.threshold(label)
        made.append(Line(label, label in shown.alarming, *values, points, where))
    return sorted(made, key=lambda line: (line.label not in in_force.alarming, line.label))


def expected(points: Sequence[Point], threshold: float) -> str:
    """Pd and Pfa at a threshold, between the measured points that it lies between.

    >>> measured = [Point(0.1, 0.94, 0.05), Point(0.2, 0.92, 0.01)]
    >>> expected(measured, 0.15), expected(measured, 0.2)
    ('Pd 92 to 94 %, Pfa 1 to 5 %', 'Pd 92 %, Pfa 1 %')
    >>> expected(measured, 0.5), expected(measured, 0.05), expected([], 0.5)
    ('Pd at most 92 %, Pfa at most 1 %', 'Pd at least 94 %, Pfa at least 5 %', 'not measured')
    """
    if not points:
        return say("not measured")
    below = [point for point in points if point.threshold <= threshold]
    above = [point for point in points if point.threshold >= threshold]
    if not above:
        of = below[-1]
        return say(
            "Pd at most {pd} %, Pfa at most {pfa} %", pd=_percent(of.pd), pfa=_percent(of.pfa)
        )
    if not below:
        of = above[0]
        return say(
            "Pd at least {pd} %, Pfa at least {pfa} %", pd=_percent(of.pd), pfa=_percent(of.pfa)
        )
    pd = _between(above[0].pd, below[-1].pd)
    pfa = _between(above[0].pfa, below[-1].pfa)
    return say("Pd {pd} %, Pfa {pfa} %", pd=pd, pfa=pfa)


def _between(low: float, high: float) -> str:
    if _percent(low) == _percent(high):
        return _percent(low)
    return say("{low} to {high}", low=_percent(low), high=_percent(high))


def _percent(share: float) -> str:
    return f"{100 * share:.0f}" if share >= 0.095 or not share else f"{100 * share:.2g}"


def measured(card: Card, label: str) -> tuple[tuple[Point, ...], str]:
    """The card's operating curve of a label, or the points that its scores hold, and on what."""
    curve = card.operating.get(label)
    if curve:
        points = (Point(float(p[0]), float(p[1]), float(p[2])) for p in curve)
        return tuple(sorted(points, key=lambda p: p.threshold)), say("calibration split")
    for name, row in card.scores.items():
        of: Mapping[str, Any] = (
            row.get("labels", {}).get(label, {}) if isinstance(row, dict) else {}
        )
        said = of.get("screening") or []
        if said:
            points = (Point(p["threshold"], p["pd"], p["pfa"]) for p in said)
            counts = {"having": said[0]["scans_with"], "clean": said[0]["clean_scans"]}
            where = say("{set}: {having} with, {clean} without", set=name, **counts)
            return tuple(sorted(points, key=lambda p: p.threshold)), where
    return (), ""
