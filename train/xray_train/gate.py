"""Whether a new model may take an old one's place: Pd at the same false alarms, with a bound.

Both look at the same scans, which taught neither, and of which a search has said what was in them.
What they bear of false alarms is counted on scans that nothing selected: those whose content is
known, and of decided cases those that an officer cleared where officers see every case. Searched
scans were chosen by the old model's alarms. Where there is too little else, they count, but then no
threshold is lowered: what it bears there is far more than what it bears of the whole stream.
Each label alarms on as many scans without it as the old model's profile has it alarm (at the same
place between the two scores that its threshold parts), and all of them together on no more scans
than before: an officer is called by the scan. A label that too few groups are free of keeps its
threshold. At these thresholds, which are those that ship,
groups that hold the label are drawn again and again, the same for both models (a paired
bootstrap), and the change in Pd that all but 5 % of the draws reach must not be a loss:

    all labels together    at least 0
    each label             at least -0.02

A label that fewer than 30 groups hold, or that fewer than 30 are free of, proves nothing, and
blocks, unless somebody answers for it by name.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xray.profile import Profile
from xray_datasets.sample import Sample
from xray_train.judged import Judged
from xray_train.working_point import (
    Points,
    alarmed,
    found_by,
    free_of,
    lower_bound,
    may_lose,
    points_of,
    selected,
    unselected,
)

LEAST_GROUPS = 30  # with a label, and without it
LEAST_CHANGE = -0.02  # of a label's Pd
LEAST_OVERALL = 0.0  # of the Pd of all labels together
STRICTER = (1.0, 0.75, 0.5, 0.25, 0.0)  # shares of each label's false alarms, until all fit
OVERALL = "all"  # the name of the row of all labels together


@dataclass(frozen=True)
class Row:
    """One label, or all of them. Pairs are of the old model and the new one.

    Attributes:
        label: OVERALL for all together.
        groups, scans: that hold it.
        clean_groups, clean_scans: that are free of it.
        thresholds: of probability, as they are and as they would ship; None for all together.
        pfa: share of the clean scans that alarm.
        pd: share of the scans with it in which it is found.
        bound: the change in Pd that all but 5 % of the draws reach.
        may_lose: share of the groups with it that may lose a find, exact at 95 %.
        selected: the false alarms are counted on scans that alarms chose too.
        problem: why it blocks; None: it does not.
        accepted: somebody answers for it, though too few groups say anything.
    """

    label: str
    groups: int
    scans: int
    clean_groups: int
    clean_scans: int
    thresholds: tuple[float, float] | None
    pfa: tuple[float, float]
    pd: tuple[float, float]
    bound: float
    may_lose: float
    selected: bool
    problem: str | None = None
    accepted: bool = False

    @property
    def change(self) -> float:
        """Of Pd."""
        return self.pd[1] - self.pd[0]


@dataclass(frozen=True)
class Comparison:
    """All labels together, and each of them."""

    overall: Row
    labels: tuple[Row, ...]

    @property
    def problems(self) -> list[str]:
        """Everything that blocks, a sentence each."""
        return [row.problem for row in (self.overall, *self.labels) if row.problem]

    @property
    def passes(self) -> bool:
        """Nothing blocks."""
        return not self.problems

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        rows = [{**asdict(row), "change": row.change} for row in (self.overall, *self.labels)]
        return {"passes": self.passes, "problems": self.problems, "rows": rows}


def proven(samples: Iterable[Sample]) -> list[Sample]:
    """Those of which somebody knows: of decided cases, the searched ones.

    Beside them those that officers cleared and nothing selected: they are free of what nobody said
    is there. Opinions of what is there are not proven, and count neither for nor against.
    """
    found = []
    for one in samples:
        if one.meta.get("searched", True):
            found.append(one)
        elif not one.meta.get("selected", True):
            unsure = one.ignored + one.annotations
            found.append(replace(one, annotations=(), ignored=unsure))
    return found


def lacking(samples: Sequence[Sample], labels: Iterable[str]) -> dict[str, str]:
    """Label → why nothing can be proven of it, for the labels with too few groups.

    All labels together stand under OVERALL.
    """
    found: dict[str, str] = {}
    holding = set[str]()
    for label in labels:
        known = [s for s in samples if s.judged is None or label in s.judged]
        held = [s for s in known if any(a.label == label for a in s.annotations)]
        free = [s for s in known if all(a.label != label for a in (*s.annotations, *s.ignored))]
        why = _too_few(label, len({s.bag for s in held}), len({s.bag for s in free}))
        found |= {label: why} if why else {}
        holding |= {s.bag for s in held}
    if len(holding) < LEAST_GROUPS:
        found[OVERALL] = _too_few_overall(len(holding))
    return found


def compare(
    old: Sequence[Judged],
    new: Sequence[Judged],
    profile: Profile,
    labels: Sequence[str],
    accept: Collection[str] = (),
) -> Comparison:
    """Both models on the same scans.

    Args:
        old, new: what each of them said of the same samples, in the same order.
        profile: the old model's; it says which false alarms are bearable.
        labels: the alarming ones that either model knows.
        accept: labels that may have too few groups.
    """
    points = [points_of(old, new, profile, label, LEAST_GROUPS) for label in labels]
    at_old = {p.label: p.own for p in points}
    pairs = [p for p in zip(old, new, strict=True) if free_of([p[0]], at_old)]
    clean = unselected(pairs, LEAST_GROUPS)
    bearable = alarmed([a for a, _ in clean], at_old)
    at_new: dict[str, float] = {}
    for share in STRICTER:
        at_new = {p.label: _ships(p, share) for p in points}
        if len(alarmed([b for _, b in clean], at_new)) <= len(bearable):
            break
    rows = tuple(_row(p, at_old, at_new, p.label in accept) for p in points)
    return Comparison(_overall(old, new, clean, at_old, at_new), rows)


def _ships(points: Points, share: float) -> float:
    """The threshold with which a label would run: the old one where too few groups set another."""
    enough = len({j.group for j in points.clean}) >= LEAST_GROUPS
    return points.threshold(share) if enough else points.own


def _row(
    points: Points, at_old: Mapping[str, float], at_new: Mapping[str, float], accepted: bool
) -> Row:
    label = points.label
    thresholds = at_old[label], at_new[label]
    was, now = points.hits_old >= thresholds[0], points.hits_new >= thresholds[1]
    alarms = (points.old >= thresholds[0], points.new >= thresholds[1])
    bound = lower_bound([j.group for j in points.held], was, now)
    groups, clean = len({j.group for j in points.held}), len({j.group for j in points.clean})
    few = _too_few(label, groups, clean)
    problem = None if few and accepted else few
    if not few and bound < LEAST_CHANGE:
        problem = f"{label}: Pd may have changed by {bound:+.3f}; {LEAST_CHANGE} is the least"
    return Row(
        label,
        groups,
        len(points.held),
        clean,
        len(points.clean),
        thresholds,
        (_share(alarms[0]), _share(alarms[1])),
        (_share(was), _share(now)),
        bound,
        may_lose([j.group for j in points.held], was, now),
        points.selected,
        problem,
        accepted=bool(few and accepted),
    )


def _overall(
    old: Sequence[Judged],
    new: Sequence[Judged],
    clean: Sequence[tuple[Judged, Judged]],
    at_old: Mapping[str, float],
    at_new: Mapping[str, float],
) -> Row:
    held = [k for k, one in enumerate(old) if found_by(one, at_old) is not None]
    was, now = (
        np.array([bool(found_by(judged[k], at)) for k in held], bool)
        for judged, at in ((old, at_old), (new, at_new))
    )
    names = [old[k].group for k in held]
    bound, groups = lower_bound(names, was, now), len(set(names))
    pfa = (
        len(alarmed([a for a, _ in clean], at_old)),
        len(alarmed([b for _, b in clean], at_new)),
    )
    problem = None
    if groups < LEAST_GROUPS:
        problem = _too_few_overall(groups)
    elif bound < LEAST_OVERALL:
        problem = f"all labels together: Pd may have changed by {bound:+.3f}; it must not fall"
    elif pfa[1] > pfa[0]:
        problem = f"all labels together: {pfa[1]} clean scans alarm, with the old model {pfa[0]}"
    return Row(
        OVERALL,
        groups,
        len(held),
        len({one.group for one, _ in clean}),
        len(clean),
        None,
        (pfa[0] / max(len(clean), 1), pfa[1] / max(len(clean), 1)),
        (_share(was), _share(now)),
        bound,
        may_lose(names, was, now),
        any(selected(one) for one, _ in clean),
        problem,
    )


def _too_few(label: str, held: int, clean: int) -> str | None:
    for groups, how in ((held, "hold it"), (clean, "are free of it")):
        if groups < LEAST_GROUPS:
            return f"{label}: {groups} groups of searched scans {how}, {LEAST_GROUPS} are needed"
    return None


def _too_few_overall(held: int) -> str:
    return (
        f"all labels together: {held} groups of searched scans hold one, {LEAST_GROUPS} are needed"
    )


def _share(found: NDArray[np.bool_]) -> float:
    return float(found.mean()) if len(found) else 0.0
