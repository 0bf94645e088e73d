"""One page of figures, plots and pictures that asks for nothing outside itself.

Whatever came from outside (labels, names of files and scanners) is escaped where it enters.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any

from xray.card import Card
from xray_train import gallery
from xray_train.curves import FALSE_PER_SCAN, MISSED, NOTHING
from xray_train.evaluate import objects
from xray_train.gallery import Exhibit
from xray_train.judged import Judged
from xray_train.plots import Series, chart

KINDS = {
    "scanner": "By scanner, or by source where the scans name none",
    "size": "By size: the long side as a share of the scan's",
    "visible": "By how much of the object changes the picture",
}


def write(path: Path, card: Card, figures: Mapping[str, Any], judged: Sequence[Judged]) -> None:
    """The page of one model on one set.

    Args:
        path: HTML file to write.
        card: of the model.
        figures: from `evaluate.figures` and `evaluate.details`, joined.
        judged: the scans, for their pictures.
    """
    things = objects(card, judged)
    simulated = all(j.sample.origin.startswith("simulated") for j in judged)
    body = "".join(
        (
            _head(card, figures, simulated),
            section("Average precision and screening", _scores(figures["labels"]), AP_NOTE),
            section("Free response", _froc(figures["froc"]), FROC_NOTE),
            section("Probabilities", _reliability(figures["reliability"], card), PROBABILITY_NOTE),
            section("Confusion", _confusion(figures["confusion"]), CONFUSION_NOTE),
            section("Who is found", _found_by(figures["found_by"]), FOUND_NOTE),
            section("Worst misses", _gallery(gallery.misses(things)), MISSES_NOTE),
            section(
                "Boldest false boxes",
                _gallery(gallery.false_boxes(judged, list(figures["labels"]))),
                FALSE_NOTE,
            ),
        )
    )
    title = f"{card.name}@{card.version} on {figures['set']}"
    save(path, title, body)


def save(path: Path, title: str, body: str) -> None:
    """A page with this title and body, which is markup."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame = resources.files("xray_train").joinpath("page.html").read_text("utf-8")
    path.write_text(frame.format(title=escape(title), body=body), encoding="utf-8")


def _head(card: Card, figures: Mapping[str, Any], simulated: bool) -> str:
    low, high = figures["map50_interval"] or (0.0, 1.0)
    tiles = [
        ("mAP50", f"{figures['map50']:.3f}", f"95 % interval {low:.3f} to {high:.3f}"),
        ("mAP50:95", f"{figures['map50_95']:.3f}", f"over {', '.join(figures['mean_over'])}"),
        ("scans", f"{figures['scans']}", f"of {figures['groups']} groups"),
        ("ms per scan", f"{figures['ms_per_scan']:.0f}", "one thread, this machine"),
    ]
    shown = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}<small>{escape(more)}</small></dd></div>"
        for name, value, more in tiles
    )
    return (
        f"<header><h1>{escape(card.name)} <span>{escape(card.version)}</span></h1>"
        f"<p>on {escape(str(figures['set']))}"
        f"{' · simulated scans' if simulated else ''} · sha256 "
        f"<code>{escape(card.sha256[:16])}…</code></p><dl>{shown}</dl></header>"
    )


def section(title: str, content: str, note: str) -> str:
    """A part of a page; the content is markup."""
    return f"<section><h2>{escape(title)}</h2><p class=note>{escape(note)}</p>{content}</section>"


def _scores(labels: Mapping[str, Any]) -> str:
    rows = []
    for label, row in labels.items():
        points = [
            _share(p["pd"], p["pd_95"]) if p["clean_scans"] else "no clean scan"
            for p in row["screening"]
        ]
        ap50 = _share(row["ap50"], row["ap50_interval"])
        rows.append([label, row["objects"], ap50, f"{row['ap50_95']:.3f}", *points])
    names = ["label", "objects", "AP50", "AP50:95", "Pd at Pfa 0.01", "Pd at Pfa 0.05"]
    return table(names, rows)


def _froc(labels: Mapping[str, Any]) -> str:
    lines = [
        Series(label, [0.0, *row["false_per_scan"]], [0.0, *row["found"]])
        for label, row in labels.items()
    ]
    picture = chart(
        lines,
        title="Share of objects found over false boxes per scan",
        x_name="false boxes per scan",
        y_name="objects found",
        x_max=2.0,
    )
    rows = [[label, *(f"{v:.2f}" for v in row["at"].values())] for label, row in labels.items()]
    return f"<div class=pair><figure>{picture}</figure>" + (
        table(["false boxes per scan", *map(str, FALSE_PER_SCAN)], rows) + "</div>"
    )


def _reliability(labels: Mapping[str, Any], card: Card) -> str:
    figures, rows = [], []
    for kind, name in (("scan", "whole scans"), ("box", "boxes over 0.05")):
        lines = [
            Series(label, [b["said"] for b in bins], [b["true"] for b in bins])
            for label, row in labels.items()
            for bins in [row[kind]["bins"]]
        ]
        picture = chart(
            lines,
            title=f"How often what was said is so: {name}",
            x_name=f"said, {name}",
            y_name="true",
            diagonal=True,
            dots=True,
        )
        figures.append(f"<figure>{picture}</figure>")
    for label, row in labels.items():
        prevalence = card.prevalence.get(label)
        rows.append(
            [
                label,
                "not fitted" if prevalence is None else f"{prevalence:.3f}",
                *(_figure(row["scan"][k]) for k in ("n", "error", "brier", "slope")),
                *(_figure(row["box"][k]) for k in ("n", "error", "brier", "slope")),
            ]
        )
    names = ["label", "fitted at prevalence", "scans", "error", "Brier", "slope"]
    names += ["boxes", "error", "Brier", "slope"]
    return f"<div class=pair>{''.join(figures)}</div>{table(names, rows)}"


def _confusion(counts: Mapping[str, Mapping[str, int]]) -> str:
    said = {label for row in counts.values() for label in row} - {MISSED}
    columns = [*sorted(said), MISSED]
    rows = []
    for truth in (*sorted(set(counts) - {NOTHING}), *({NOTHING} & set(counts))):
        total = sum(counts[truth].values())
        cells = [_shaded(counts[truth].get(c, 0), total, truth, c) for c in columns]
        rows.append(f"<tr><th>{escape(truth)}</th>{''.join(cells)}</tr>")
    head = "".join(f"<th>{escape(c)}</th>" for c in ("", *columns))
    return f"<div class=wide><table><thead><tr>{head}</tr></thead>{''.join(rows)}</table></div>"


def _shaded(count: int, total: int, truth: str, said: str) -> str:
    if truth == NOTHING and said == MISSED:
        return "<td></td>"
    share = round(100 * count / max(total, 1) * 0.7)
    colour = "--good" if truth == said else "--bad"
    shade = f' style="background:color-mix(in srgb,var({colour}) {share}%,transparent)"'
    return f"<td{shade if count else ''}>{count or '·'}</td>"


def _found_by(kinds: Mapping[str, Mapping[str, Any]]) -> str:
    return "".join(
        f"<h3>{escape(KINDS[kind])}</h3>"
        + table(
            ["", "objects", "found"],
            [[n, r["objects"], _share(r["found"], r["found_95"])] for n, r in rows.items()],
        )
        for kind, rows in kinds.items()
        if rows
    )


def _gallery(exhibits: Iterable[Exhibit]) -> str:
    shown = "".join(
        f'<figure><img src="{e.uri}" alt=""><figcaption>{escape(e.caption)}</figcaption></figure>'
        for e in exhibits
    )
    return f"<div class=gallery>{shown}</div>" if shown else "<p>None.</p>"


def table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows of text under their names, escaped."""
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join(
        f"<tr><th>{escape(str(first))}</th>"
        + "".join(f"<td>{escape(str(value))}</td>" for value in rest)
        + "</tr>"
        for first, *rest in rows
    )
    return f"<div class=wide><table><thead><tr>{head}</tr></thead>{body}</table></div>"


def _share(value: float, interval: Sequence[float] | None) -> str:
    if interval is None:
        return f"{value:.2f}"
    return f"{value:.2f} ({interval[0]:.2f}–{interval[1]:.2f})"


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)


AP_NOTE = (
    "COCO's average precision at an overlap of 0.5, and averaged over 0.5 to 0.95; ignored regions "
    "count neither for nor against. Pd: share of scans with the label in which an object of it is "
    "found, at the threshold that alarms on this share (Pfa) of scans without it. In brackets "
    "95 % intervals: groups drawn with repetition for AP, Wilson's for Pd."
)
FROC_NOTE = (
    "Share of objects found against false boxes of the same label per scan, as the threshold falls."
)
PROBABILITY_NOTE = (
    "Each dot is a bin of equally many scans or boxes: how probable they were said to be, and how "
    "often it was so. On the diagonal both agree. Error: their mean distance. Brier: mean squared "
    "error. Slope: 1 is right, under 1 says too much."
)
CONFUSION_NOTE = (
    "Rows: what lies there. Columns: what was said of it at the profile's thresholds, by the "
    "strongest box that overlaps it by half."
)
FOUND_NOTE = (
    "Share of objects found at the threshold that alarms on 5 % of the scans without the label, "
    "with Wilson's 95 % intervals."
)
MISSES_NOTE = "Green: the object. The number is the probability of the box that overlaps it."
FALSE_NOTE = "Red: the box, with its probability. Green: what annotators marked."
