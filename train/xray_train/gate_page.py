"""The page of a gate: what changed in Pd, label by label, and whether that was enough."""

from html import escape
from pathlib import Path

from xray.card import Card
from xray_train import gate
from xray_train.gate import Comparison, Row
from xray_train.markup import save, section, table


def write(path: Path, found: Comparison, old: Card, new: Card, on: str) -> None:
    """The page of one comparison.

    Args:
        path: HTML file to write.
        found: from `gate.compare`.
        old, new: of the two models.
        on: name of the scans.
    """
    title = f"{old.name}: {old.version} or {new.version}?"
    said = "The new model may take its place." if found.passes else "The old model stays."
    problems = "".join(f"<li>{escape(problem)}</li>" for problem in found.problems)
    body = (
        f"<header><h1>{escape(old.name)} <span>{escape(old.version)} → {escape(new.version)}"
        f"</span></h1><p>on {escape(on)}, {found.overall.scans} scans of {found.overall.groups} "
        f"groups with an alarming label, {found.overall.clean_scans} without · sha256 "
        f"<code>{escape(old.sha256[:16])}…</code> → <code>{escape(new.sha256[:16])}…</code></p>"
        f"<p><b>{said}</b></p><ul>{problems}</ul></header>"
    )
    rows = [_cells(row) for row in (found.overall, *found.labels)]
    names = [
        "label",
        "groups",
        "Pd",
        "change",
        "at least",
        "may lose",
        "clean groups",
        "Pfa",
        "threshold",
        "",
    ]
    body += section("What changed", table(names, rows), NOTE)
    save(path, title, body)


def lines(found: Comparison) -> list[str]:
    """The same for a terminal, a sentence a label."""
    said = [
        f"{row.label:12} Pd {row.pd[0]:.3f} → {row.pd[1]:.3f}, at least {row.bound:+.3f}; "
        f"Pfa {row.pfa[0]:.3f} → {row.pfa[1]:.3f}{' of selected scans' if row.selected else ''}; "
        f"{row.groups} groups, of which {row.may_lose:.1%} may lose a find{_remark(row, '; ')}"
        for row in (found.overall, *found.labels)
    ]
    return [*said, *(f"blocked: {problem}" for problem in found.problems)]


def _cells(row: Row) -> list[object]:
    thresholds = "" if row.thresholds is None else "{:.3f} → {:.3f}".format(*row.thresholds)
    return [
        row.label,
        row.groups,
        f"{row.pd[0]:.3f} → {row.pd[1]:.3f}",
        f"{row.change:+.3f}",
        f"{row.bound:+.3f}",
        f"{row.may_lose:.1%}",
        f"{row.clean_groups}{', selected' if row.selected else ''}",
        f"{row.pfa[0]:.3f} → {row.pfa[1]:.3f}",
        thresholds,
        "blocks" if row.problem else _remark(row),
    ]


def _remark(row: Row, before: str = "") -> str:
    return f"{before}too few to tell, accepted" if row.accepted else ""


NOTE = (
    "Pd: share of the scans with the label in which it is found; Pfa: share of the scans free of "
    "it that alarm, which is the old profile's for both models. At least: the change in Pd that "
    "all but 5 % of the draws of groups reach (paired bootstrap); it must be "
    f"{gate.LEAST_OVERALL:g} or more for all labels together and {gate.LEAST_CHANGE} or more for "
    "each one. May lose: the share of groups in which a find may be lost, exact at 95 % (Clopper "
    "and Pearson), however the draws fall. Selected: alarms chose these clean scans, so that they "
    "say nothing of the whole stream, and no threshold was lowered by them. "
    f"A label that fewer than {gate.LEAST_GROUPS} groups hold, or are free of, blocks. "
    "Of decided cases, only searched ones count: scans that somebody had doubts about."
)
