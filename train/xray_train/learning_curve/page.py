"""The learning curve as a page and as JSON: mean over seeds, and the span from worst to best."""

import json
import math
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from xray_train.learning_curve import folder
from xray_train.markup import save, section, table
from xray_train.plots import Series, chart

Row = Mapping[str, Any]
NAMES = {"map50": "mAP50", "map50_95": "mAP50:95"}
# What others report stands beside in words: other scans, other training, so nothing to compare.
PUBLISHED = {
    "SIXray": (
        "0.906 mAP50 and 0.794 mAP50:95 on SIXray: the best of ten detectors, which learned from "
        "about ten times as many of its scans and are scored on its own test scans (J. Cani et "
        "al., Illicit object detection in X-ray imaging using deep learning techniques, "
        "arXiv:2507.17508, 2025)."
    )
}


class Span(NamedTuple):
    """One figure over seeds."""

    mean: float
    low: float
    high: float
    seeds: int


def write(out: Path) -> Path:
    """Write curve.json and curve.html from the rows in a curve's folder: the page's path.

    Raises:
        RecipeError: the folder does not say what its points were made with.
    """
    rows, settings = folder.rows(out), folder.settings(out)
    spans = {
        name: {
            way: {str(count): span._asdict() for count, span in _spans(rows, way, name).items()}
            for way in _ways(rows)
        }
        for name in NAMES
    }
    values = {"settings": settings, "curve": spans, "rows": rows}
    path = out / "curve.html"
    path.with_suffix(".json").write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    save(path, f"Learning curve on {settings['scored_on']}", _body(rows, settings))
    return path


def lines(out: Path) -> list[str]:
    """mAP50 for a terminal, a line a way."""
    rows = folder.rows(out)
    said, wide = [], max(map(len, _ways(rows).values()), default=0)
    for way, words in _ways(rows).items():
        spans = _spans(rows, way, "map50").items()
        said.append(
            f"{words:{wide}}  " + "  ".join(f"{count}: {_said(span)}" for count, span in spans)
        )
    return [f"mAP50 by labelled scans, on {folder.settings(out)['scored_on']}", *said]


def _ways(rows: Sequence[Row]) -> dict[str, str]:
    """Way → its words."""
    return {row["way"]: row["said"] for row in rows}


def _counts(rows: Sequence[Row]) -> list[int]:
    return sorted({row["count"] for row in rows})


def _spans(rows: Sequence[Row], way: str, figure: str, label: str | None = None) -> dict[int, Span]:
    """Of each count: of all labels together, or of one."""
    found: dict[int, list[float]] = {}
    for row in rows:
        of = row if label is None else row["labels"].get(label, {})
        if row["way"] == way and figure in of:
            found.setdefault(row["count"], []).append(of[figure])
    return {
        count: Span(round(sum(of) / len(of), 4), min(of), max(of), len(of))
        for count, of in sorted(found.items())
    }


def _body(rows: Sequence[Row], settings: Mapping[str, Any]) -> str:
    devices = " and ".join(sorted({str(row["device"]) for row in rows if "device" in row}))
    told = (
        f"{settings['minutes']:g} minutes of training each on {settings['threads']} threads"
        f"{f' ({devices})' if devices else ''}; scored on {settings['scored_on']}, mean over "
        f"{', '.join(rows[0]['mean_over'])}"
    )
    notes = dict.fromkeys((CURVE_NOTE, *(row["note"] for row in rows if "note" in row)))
    charts = "".join(f"<figure>{_chart(rows, name)}</figure>" for name in NAMES)
    tables = "".join(f"<h3>{words}</h3>{_table(rows, name)}" for name, words in NAMES.items())
    published = PUBLISHED.get(settings["data"])
    return "".join(
        (
            f"<header><h1>What a few labelled scans are worth</h1><p>{escape(told)}</p></header>",
            section("Learning curve", f"<div class=pair>{charts}</div>", " ".join(notes)),
            section("In figures", tables, TABLE_NOTE),
            section("Label by label", _labels(rows), LABELS_NOTE),
            section("Published, not compared", "", published) if published else "",
        )
    )


def _chart(rows: Sequence[Row], figure: str) -> str:
    counts = _counts(rows)
    least = next((count for count in counts if count), 1)
    places = {count: 1 + math.log10(count / least) if count else 0.0 for count in counts}
    series = []
    for way, words in _ways(rows).items():
        spans = _spans(rows, way, figure)
        x, of = [places[count] for count in spans], [*spans.values()]
        series.append(
            Series(words, x, [s.mean for s in of], [s.low for s in of], [s.high for s in of])
        )
    return chart(
        series,
        title=f"{NAMES[figure]} over the number of labelled scans",
        x_name="labelled scans (logarithmic)",
        y_name=NAMES[figure],
        x_max=max([1.0, *places.values()]),
        dots=True,
        x_ticks=[(places[count], str(count)) for count in counts],
    )


def _table(rows: Sequence[Row], figure: str) -> str:
    counts, cells = _counts(rows), []
    for way, words in _ways(rows).items():
        spans = _spans(rows, way, figure)
        cells.append([words, *(_said(spans[c]) if c in spans else "–" for c in counts)])
    return table(["labelled scans", *map(str, counts)], cells)


def _labels(rows: Sequence[Row]) -> str:
    """AP50 of each label, mean over seeds."""
    counts, cells = _counts(rows), []
    labels = dict.fromkeys(label for row in rows for label in row["labels"])
    for label in labels:
        for way, words in _ways(rows).items():
            spans = _spans(rows, way, "ap50", label)
            means = (f"{spans[c].mean:.2f}" if c in spans else "–" for c in counts)
            cells.append([f"{label}: {words}", *means])
    return table(["AP50", *map(str, counts)], cells)


def _said(span: Span) -> str:
    if span.seeds == 1:
        return f"{span.mean:.2f}"
    return f"{span.mean:.2f} ({span.low:.2f}–{span.high:.2f})"


CURVE_NOTE = (
    "Lines: mean over seeds; bands: from the worst seed to the best. Each seed draws the scans, "
    "bag by bag, the fewer within the more, and the training. All ways had the same scans, the "
    "same minutes and the same threads, and are scored by one evaluator. From scratch means that "
    "nothing simulated helped, neither weights nor projected threats; the fine-tuned one had both, "
    "as xray-train fit --from has. At 0 nothing was trained: the weights as they ship."
)
TABLE_NOTE = (
    "Mean over seeds, in brackets the worst and the best of them. The scans that score are few: "
    "the JSON has the 95 % interval of each point, from drawing groups again."
)
LABELS_NOTE = "AP at IoU 0.5, mean over seeds."
