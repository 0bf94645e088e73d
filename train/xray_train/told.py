"""The figures of an evaluation as lines for a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

from xray.report import Outcome
from xray_train import containers, screening

NAMED = 3  # of the scans that cannot be read, how many are named; the JSON names all


def lines(figures: Mapping[str, Any]) -> list[str]:
    """The figures for a terminal."""
    kind = "simulated scans" if "weapons" in figures else "scans"
    said = [f"{figures['model']} on {figures['set']}: {figures['scans']} {kind}"]
    if figures.get("learned_from_it"):
        said.append(f"warning: {figures['learned_from_it']}")
    if figures.get("unread"):
        said.append(f"warning: {unread(figures['unread'])}")
    said.append(
        f"mAP50 {_spanned(figures, 'map50')}  mAP50:95 {_spanned(figures, 'map50_95')} over "
        f"{', '.join(figures['mean_over'])}"
    )
    for label, row in figures["labels"].items():
        points = "; ".join(map(_point, row["screening"]))
        said.append(f"{label:12} {row['objects']:4} objects  AP50 {row['ap50']:.3f}  {points}")
    said += screening.too_few(figures)
    froms = {p["set_on"] for row in figures["labels"].values() for p in row["screening"]}
    names = ", ".join(sorted(name or "the scored scans themselves" for name in froms))
    said.append(f"thresholds of Pd were chosen on {names or 'nothing'}")
    if figures["tuning_left_out"]:
        out = figures["tuning_left_out"]
        said.append(f"left out there: {out} scans that are scored, or of a group that is")
    if "weapons" in figures:
        said += containers.lines(figures["weapons"])
    for free, row in figures.get("outcomes", {}).items():
        shares = ", ".join(f"{o} {row[o]:.1%}" for o in Outcome)
        said.append(f"{row['scans']} scans, {free}: {shares}")
    return said


def unread(errors: Sequence[str]) -> str:
    """How many scans were left out since they cannot be read, and what is wrong with some."""
    more = f", and {len(errors) - NAMED} more" if len(errors) > NAMED else ""
    count = "1 scan" if len(errors) == 1 else f"{len(errors)} scans"
    return f"{count} left out, which cannot be read: {'; '.join(errors[:NAMED])}{more}"


def _point(point: Mapping[str, Any]) -> str:
    """Pd, and the Pfa that was found with it, which is another than the one aimed at."""
    low, high = point["pfa_here_95"]
    found = (
        f"Pfa {point['pfa_here']:.3f} ({low:.3f} to {high:.3f})"
        if point["clean_scans"]
        else "a Pfa that no clean scan tells"
    )
    return f"Pd {point['pd']:.2f} at {found}, {point['pfa']} aimed at"


def _spanned(figures: Mapping[str, Any], name: str) -> str:
    low, high = figures[f"{name}_interval"] or (0.0, 1.0)
    return f"{figures[name]:.3f} ({low:.3f} to {high:.3f})"
