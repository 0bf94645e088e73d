"""What each damage costs: mAP50 on damaged scans against the same scans as they came."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xray.detector import Detector
from xray.scan import Scan
from xray_datasets.sample import Sample
from xray_train import sets
from xray_train.bootstrap import interval, resamples
from xray_train.curves import Hits, hits, weighted_ap
from xray_train.damage import DAMAGES, Damage
from xray_train.judged import Judged, counted, judge

NOT_THERE = "these scans cannot have it"
RAW_ALONE = frozenset({"16 to 8 bits"})  # damages of raw scans alone
NONE_LEFT = "no object stays in the picture"


def robustness(
    detector: Detector,
    samples: Iterable[Sample],
    name: str,
    damages: Sequence[Damage] = DAMAGES,
) -> dict[str, Any]:
    """One row a damage, as plain values.

    Args:
        detector: to be tried.
        samples: with their truth.
        name: of the set, which says what the mean is over (`sets.headline`).
        damages: what is done to them.
    """
    clean: list[Judged] = []
    damaged: dict[str, list[Judged]] = {damage.name: [] for damage in damages}
    for k, sample in enumerate(samples):
        scan = sample.scan
        clean += judge(detector, [_opened(sample, scan)])
        for d, damage in enumerate(damages):
            changed = damage.apply(sample, scan, np.random.default_rng([k, d]))
            if changed is not None:
                damaged[damage.name] += judge(detector, [changed])
    labels = _labels(detector, clean, name)
    weights = resamples([j.group for j in clean])
    before = _figures(clean, labels, weights)
    rows = [
        {"damage": d.name, "level": d.level, **_row(before, damaged[d.name], labels, weights)}
        for d in damages
    ]
    return {
        "model": f"{detector.card.name}@{detector.card.version}",
        "set": name,
        "scans": len(clean),
        "groups": len({j.group for j in clean}),
        "mean_over": labels,
        "map50": round(float(before[0]), 4),
        "rows": rows,
    }


def not_there(table: Mapping[str, Any]) -> list[Damage]:
    """The damages that the scans of a table cannot have, and raw ones can."""
    names = {row["damage"] for row in table["rows"] if row.get("why") == NOT_THERE}
    return [damage for damage in DAMAGES if damage.name in names & RAW_ALONE]


def filled(table: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """The table, with rows that its scans cannot have from scans that can; these name their set."""
    from_other = {
        row["damage"]: {**row, "set": other["set"], "before": other["map50"]}
        for row in other["rows"]
    }
    rows = [
        from_other.get(row["damage"], row) if row.get("why") == NOT_THERE else row
        for row in table["rows"]
    ]
    return {**table, "rows": rows}


def lines(table: Mapping[str, Any]) -> tuple[str, ...]:
    """The table for a terminal."""
    head = f"{table['model']} on {table['set']}: {table['scans']} scans, mAP50 {table['map50']:.3f}"
    text = [head, f"{'damage':14} {'mAP50':>6} {'cost':>7}  {'95 %':17} level"]
    for row in table["rows"]:
        if row["map50"] is None:
            text.append(f"{row['damage']:14} {'–':>6} {'–':>7}  {row['why']:17} {row['level']}")
        else:
            low, high = row["cost_95"]
            text.append(
                f"{row['damage']:14} {row['map50']:6.3f} {row['cost']:+7.3f}  "
                f"{f'{low:+.3f} to {high:+.3f}':17} {row['level']}"
                + (f" (on {row['set']}, from {row['before']:.3f})" if "set" in row else "")
            )
    return tuple(text)


def _opened(sample: Sample, scan: Scan) -> Sample:
    return replace(sample, open=lambda: scan)


def _labels(detector: Detector, judged: Sequence[Judged], name: str) -> list[str]:
    return sets.headline(name, counted(judged, detector.card.labels))


def _figures(
    judged: Sequence[Judged], labels: Sequence[str], weights: NDArray[np.float64]
) -> NDArray[np.float64]:  # (1 + R,)
    """mAP50 of all scans, and of each resample."""
    found = [hits(judged, label) for label in labels]
    return np.array([_mean(found, w) for w in (np.ones(len(judged)), *weights)])


def _mean(found: Sequence[Hits], weights: NDArray[np.float64]) -> float:
    each = [ap for f in found if not np.isnan(ap := weighted_ap(f, weights))]
    return float(np.mean(each)) if each else float("nan")


def _row(
    before: NDArray[np.float64],
    damaged: Sequence[Judged],
    labels: Sequence[str],
    weights: NDArray[np.float64],
) -> dict[str, Any]:
    if len(damaged) != weights.shape[1]:
        return {"map50": None, "cost": None, "cost_95": None, "why": NOT_THERE}
    after = _figures(damaged, labels, weights)
    if np.isnan(after[0]):
        return {"map50": None, "cost": None, "cost_95": None, "why": NONE_LEFT}
    lost = before - after
    return {
        "map50": round(float(after[0]), 4),
        "cost": round(float(lost[0]), 4),
        "cost_95": interval(lost[1:]),
    }
