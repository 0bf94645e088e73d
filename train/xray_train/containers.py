"""How far weapons are found in containers whose threats, loads and scanners no training drew.

The sets are simulated (`simulator.reserved`): every scan is a scene of its own, drawn by its own
seed, and hides one thing at most. So scans are independent trials, nothing is to be drawn by
groups, and Wilson's interval (1927) is that of a share of them.

Thresholds come from scans that do not score, in which nothing is hidden. Pfa is of whole scans in
which nothing is hidden; a weapon is found where a box overlaps it by half and reaches the
threshold.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from xray.boxes import iou
from xray_datasets.simulator import reserved
from xray_train.judged import HIT_IOU, Judged, strongest, wilson
from xray_train.screening import PFAS, Tuning, threshold_at

WEAPON = "weapon"
SMALL_MM = 350.0  # longer side: handguns and machine pistols lie under it, long arms over it
SIZES_MM = (150.0, 200.0, 250.0, 300.0)
STEEL_MM = (25.0, 50.0, 100.0, 150.0)  # equivalent of all else in the rays
DENSITIES_KG_M3 = (50.0, 100.0, 200.0, 400.0)  # of the load, over the length that it takes
TITLES = {
    "size": "By longer side, mm",
    "steel": "By steel equivalent of all else in its rays, mm",
    "density": "By density of the load, kg/m³",
    "load": "By load",
    "threat": "By kind of weapon",
    "energies": "By pulses",
}


@dataclass(frozen=True)
class Hidden:
    """One weapon in a scan, and how sure the model is of it.

    Attributes:
        one: its scan.
        about: what the sample tells of it.
        visible: enough of it changes the transmission to be looked for.
        score: of the surest box that overlaps it by half, 0 for none.
    """

    one: Judged
    about: Mapping[str, Any]
    visible: bool
    score: float

    @property
    def small(self) -> bool:
        """A weapon for a hand."""
        return bool(self.about["long_mm"] < SMALL_MM)

    @property
    def scene(self) -> Mapping[str, Any]:
        """What was drawn for the scan."""
        return self.one.sample.meta["scene"]  # type: ignore[return-value]


def measure(judged: Sequence[Judged], tuning: Tuning | None) -> dict[str, Any] | None:
    """Figures of simulated weapons, as plain values; None where the samples do not tell of them.

    In each point: pfa, that was aimed at; threshold, and the set that it was chosen on with the
    number of its scans; pfa_here, of the scored scans; small, long: weapons that could be seen,
    with the fainter ones, and both together, beside; by: the small ones that could be seen, kind
    by kind. All with Wilson's intervals.
    """
    if not judged or any("objects" not in j.sample.meta for j in judged):
        return None
    weapons, clean = hidden(judged), _benign(judged)
    chosen = tuning or Tuning("the scored scans themselves", judged)
    tuned = _benign(chosen.judged)
    points = []
    for pfa in PFAS:
        at = threshold_at(tuned, WEAPON, pfa)
        alarms = [strongest(j, (WEAPON,)) >= at for j in clean]
        points.append(
            {
                "pfa": pfa,
                "threshold": at,
                "set_on": chosen.name,
                "set_on_clean": len(tuned),
                **_share("pfa_here", alarms),
                **_kinds(weapons, at),
                "by": _by([w for w in weapons if w.small and w.visible], at),
            }
        )
    return {
        "simulated": True,
        "small_under_mm": SMALL_MM,
        "benign_scans": len(clean),
        "never_taught": reserved.told(),
        "points": points,
    }


def hidden(judged: Iterable[Judged]) -> list[Hidden]:
    """Every weapon of these scans, the fainter ones too."""
    found = []
    for one in judged:
        marks = (*one.sample.annotations, *one.sample.ignored)
        told: Any = one.sample.meta["objects"]
        said = [d for d in one.report.detections if d.label == WEAPON]
        boxes = np.array([d.xyxy_px for d in said], np.float32).reshape(-1, 4)
        for place, (mark, about) in enumerate(zip(marks, told, strict=True)):
            if mark.label == WEAPON:
                over = iou(boxes, np.array([mark.xyxy_px], np.float32))[:, 0]
                hits = [d.score for d, o in zip(said, over, strict=True) if o >= HIT_IOU]
                visible = place < len(one.sample.annotations)
                found.append(Hidden(one, about, visible, max(hits, default=0.0)))
    return found


def lines(found: Mapping[str, Any]) -> list[str]:
    """The figures for a terminal, and for a card."""
    return [
        f"simulated small weapons, Pfa {p['pfa']} aimed at, {_figure(p, 'pfa_here')} found: "
        f"Pd {_figure(p['small'], 'pd')} of {p['small']['weapons']} that can be seen, "
        f"{_figure(p['small_fainter'], 'pd')} of {p['small_fainter']['weapons']} fainter ones"
        for p in reversed(found["points"])
    ]


def _figure(row: Mapping[str, Any], name: str) -> str:
    low, high = row[f"{name}_95"]
    return f"{row[name]:.2f} ({low:.2f} to {high:.2f})"


def _benign(judged: Iterable[Judged]) -> list[Judged]:
    return [j for j in judged if not (j.sample.annotations or j.sample.ignored)]


def _kinds(weapons: Sequence[Hidden], at: float) -> dict[str, Any]:
    rows = {}
    for name, small in (("small", True), ("long", False)):
        mine = [w for w in weapons if w.small is small]
        rows[name] = _found([w for w in mine if w.visible], at)
        rows[f"{name}_fainter"] = _found([w for w in mine if not w.visible], at)
        rows[f"{name}_every"] = _found(mine, at)
    return rows


def _by(weapons: Sequence[Hidden], at: float) -> dict[str, dict[str, Any]]:
    """Kind → bin → what is found; bins in order, empty ones left out."""
    bins: dict[str, tuple[Callable[[Hidden], float], tuple[float, ...]]] = {
        "size": (lambda w: float(w.about["long_mm"]), SIZES_MM),
        "steel": (lambda w: float(w.about["steel_mm"]), STEEL_MM),
        "density": (lambda w: float(w.scene["load_kg_m3"]), DENSITIES_KG_M3),
    }
    names: dict[str, Callable[[Hidden], str]] = {
        "load": lambda w: str(w.scene["load"]).partition("+")[0],  # it lies in the first container
        "threat": lambda w: str(w.about["name"]),
        "energies": lambda w: f"{w.scene['mv']} MV",
    }
    rows: dict[str, dict[str, Any]] = {}
    for kind, (value, edges) in bins.items():
        spans = pairwise((-np.inf, *edges, np.inf))
        each = {_span(a, b): [w for w in weapons if a <= value(w) < b] for a, b in spans}
        rows[kind] = {name: _found(mine, at) for name, mine in each.items() if mine}
    for kind, named in names.items():
        there = sorted({named(w) for w in weapons})
        rows[kind] = {n: _found([w for w in weapons if named(w) == n], at) for n in there}
    return rows


def _span(low: float, high: float) -> str:
    """Words for a bin.

    >>> _span(-np.inf, 25.0), _span(25.0, 50.0), _span(150.0, np.inf)
    ('under 25', '25 to 50', '150 and over')
    """
    if low == -np.inf:
        return f"under {high:g}"
    return f"{low:g} and over" if high == np.inf else f"{low:g} to {high:g}"


def _found(weapons: Sequence[Hidden], at: float) -> dict[str, Any]:
    hits = [w.score >= at and w.score > 0 for w in weapons]
    return {"weapons": len(weapons), **_share("pd", hits)}


def _share(name: str, hits: Sequence[bool]) -> dict[str, Any]:
    low, high = wilson(sum(hits), len(hits))
    share = round(sum(hits) / max(len(hits), 1), 4)
    return {name: share, f"{name}_95": [round(low, 4), round(high, 4)]}
