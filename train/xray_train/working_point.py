"""Where two models are compared: thresholds at the same false alarms, and who is found there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xray.profile import Profile
from xray_train.judged import Judged, hinted, looked_for, marked, strongest, strongest_hit

LEAST_THRESHOLD = 0.15  # under it boxes flicker, whatever the false alarms say
OVER_NOTHING = 1e-6  # what no model says anything of is never found
LEVEL = 0.05  # share of draws that may show less: a one-sided bound of 95 %
DRAWS = 4000  # drawn from a fixed seed


@dataclass(frozen=True)
class Points:
    """What both models say of one label: of scans that hold it, and of scans free of it.

    Attributes:
        held, clean: those scans.
        selected: among the clean ones are some that an alarm, or an officer's doubt, chose.
        old, new: the strongest anywhere in each of the clean scans.
        hits_old, hits_new: the strongest on the object in each of the others, 0 for none.
        bearable: clean scans on which the profile has the old model alarm.
        place: of the profile's threshold between the weakest of those and the strongest of the
            others, as the old model scores them: 0 at the latter, 1 at the former.
        floor: of thresholds.
        own: the profile's threshold.
    """

    label: str
    held: list[Judged]
    clean: list[Judged]
    selected: bool
    old: NDArray[np.float64]  # (C,) strongest, of the clean ones
    new: NDArray[np.float64]  # (C,)
    hits_old: NDArray[np.float64]  # (H,) strongest on the object
    hits_new: NDArray[np.float64]  # (H,)
    bearable: int
    place: float
    floor: float
    own: float

    def threshold(self, share: float) -> float:
        """What keeps the new model's false alarms to this share of what the profile bears.

        It has the same place between the two clean scans that it parts as the profile's own has
        for the old model, so that on further scans, too, it alarms about as often. Nine digits,
        so that it can be shipped as it is; none is over 1.

        Clean scans that the old model chose by alarming make it look worse than it is, and would
        bear as many alarms of a new one on all the others: by them no threshold is lowered.
        """
        low, high = _around(self.new, int(self.bearable * share))
        at = round(low + self.place * (high - low), 9)
        if not low < at <= high:  # next to it as scores can be: they have 32 bits
            over = float(np.nextafter(np.float32(low), np.float32(1)))
            at = max(at, over) if high <= low else min(max(at, over), high)
        return min(max(at, self.own if self.selected else self.floor), 1.0)


def points_of(
    old: Sequence[Judged], new: Sequence[Judged], profile: Profile, label: str, least: int
) -> Points:
    """What both models say of a label, in the same scans in the same order.

    Args:
        profile: the old model's; it says which false alarms are bearable.
        least: groups of clean scans that nothing selected; with fewer, all clean ones count.
    """
    pairs = [(a, b) for a, b in zip(old, new, strict=True) if looked_for([a], label)]
    held = [(a, b) for a, b in pairs if marked(a, label)]
    clean = unselected([(a, b) for a, b in pairs if not hinted(a, label)], least)
    said_old = np.array([strongest(a, (label,)) for a, _ in clean], np.float64)
    own = max(profile.threshold(label), OVER_NOTHING)
    bearable = int((said_old >= own).sum())
    low, high = _around(said_old, bearable)
    return Points(
        label,
        [a for a, _ in held],
        [a for a, _ in clean],
        any(map(selected, (a for a, _ in clean))),
        said_old,
        np.array([strongest(b, (label,)) for _, b in clean], np.float64),
        np.array([strongest_hit(a, label) for a, _ in held], np.float64),
        np.array([strongest_hit(b, label) for _, b in held], np.float64),
        bearable=bearable,
        place=(own - low) / (high - low) if high > low else 1.0,
        floor=max(min(own, LEAST_THRESHOLD), OVER_NOTHING),
        own=own,
    )


def selected(one: Judged) -> bool:
    """An alarm, or an officer's doubt, chose this scan; of any folder of scans, nothing did."""
    return bool(one.sample.meta.get("selected", False))


def unselected(clean: list[tuple[Judged, Judged]], least: int) -> list[tuple[Judged, Judged]]:
    """Those that nothing selected, where they are of enough groups; otherwise all of them.

    Args:
        clean: scans as both models judged them.
        least: groups that are enough.
    """
    free = [pair for pair in clean if not selected(pair[0])]
    return free if len({one.group for one, _ in free}) >= least else clean


def _around(clean: NDArray[np.float64], alarms: int) -> tuple[float, float]:
    """The strongest clean scan that may not alarm, and the weakest that may.

    >>> _around(np.array([0.25, 0.75, 0.5]), 1), _around(np.array([0.25]), 0)
    ((0.5, 0.75), (0.25, 1.0))
    """
    ordered = np.sort(clean)[::-1]
    low = float(ordered[alarms]) if alarms < len(ordered) else 0.0
    return low, float(ordered[alarms - 1]) if alarms else 1.0


def found_by(one: Judged, thresholds: Mapping[str, float]) -> bool | None:
    """Whether any object of these labels is found; None where the scan holds none for certain."""
    held = [label for label in thresholds if looked_for([one], label) and marked(one, label)]
    if not held:
        return None
    return any(strongest_hit(one, label) >= thresholds[label] for label in held)


def free_of(judged: Sequence[Judged], labels: Collection[str]) -> list[Judged]:
    """The scans that are free of all the labels for certain."""
    return [
        one
        for one in judged
        if not hinted(one, *labels) and all(looked_for([one], label) for label in labels)
    ]


def alarmed(judged: Sequence[Judged], thresholds: Mapping[str, float]) -> list[Judged]:
    """The clean scans on which any of the labels alarms."""
    return [
        one
        for one in free_of(judged, thresholds)
        if any(strongest(one, (label,)) >= at for label, at in thresholds.items())
    ]


def lower_bound(groups: Sequence[str], was: NDArray[np.bool_], now: NDArray[np.bool_]) -> float:
    """The change in Pd that all but 5 % of the draws of groups exceed; 0 where there is nothing.

    Args:
        groups: of each scan that holds the label.
        was, now: whether each of them was found, by the old model and by the new one.

    Of ten scans of bags of their own, the new model finds one more and loses none: a draw that
    leaves this bag out comes up in 0.9^10 = 35 % of cases, and shows no change.

    >>> was = np.array([False] + [True] * 9)
    >>> lower_bound([str(k) for k in range(10)], was, np.ones(10, bool))
    0.0
    """
    if not len(groups):
        return 0.0
    names = {name: k for k, name in enumerate(sorted(set(groups)))}
    place = np.array([names[name] for name in groups], np.intp)  # (S,)
    scans = np.bincount(place, minlength=len(names))  # (G,)
    gained = now.astype(np.int64) - was.astype(np.int64)
    gain = np.bincount(place, weights=gained, minlength=len(names))  # (G,)
    drawn = np.random.default_rng(0).integers(len(names), size=(DRAWS, len(names)))
    changes = gain[drawn].sum(1) / scans[drawn].sum(1)  # (DRAWS,)
    return float(np.quantile(changes, LEVEL, method="inverted_cdf"))


def may_lose(groups: Sequence[str], was: NDArray[np.bool_], now: NDArray[np.bool_]) -> float:
    """The share of groups that may lose a find: the exact upper bound at 95 %.

    Clopper and Pearson (1934), of the groups in which a scan lost its find. Where none did, the
    bootstrap knows no change; this bound knows how many groups there were.

    Args:
        groups: of each scan that holds the label.
        was, now: whether each of them was found, by the old model and by the new one.

    >>> found, groups = np.ones(30, bool), [str(k) for k in range(30)]
    >>> round(may_lose(groups, found, found), 3), round(1 - 0.05 ** (1 / 30), 3)
    (0.095, 0.095)
    """
    from scipy.stats import beta

    lost = {name for name, a, b in zip(groups, was, now, strict=True) if a and not b}
    count = len(set(groups))
    if len(lost) == count:
        return 1.0
    return float(beta.ppf(1 - LEVEL, len(lost) + 1, count - len(lost)))
