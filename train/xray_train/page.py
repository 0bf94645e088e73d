"""One page of figures, plots and pictures that asks for nothing outside itself.

Whatever came from outside (labels, names of files and scanners) is escaped where it enters.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

from xray.card import Card
from xray.report import Outcome
from xray_train import containers_page, gallery
from xray_train.confusions import MISSED, NOTHING
from xray_train.curves import FALSE_PER_SCAN
from xray_train.evaluate import objects
from xray_train.gallery import Exhibit
from xray_train.judged import Judged
from xray_train.markup import figure, save, section, share, table
from xray_train.plots import Series, chart
from xray_train.screening import PFAS
from xray_train.told import unread

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
        figures: from `evaluate.figures` and `evaluate.details`, joined, or `evaluate.pooled`.
        judged: the scans, for their pictures.
    """
    things = objects(card, judged, figures["labels"])
    simulated = all(j.sample.origin.startswith("simulated") for j in judged)
    probable = partial(_reliability, card=card)
    body = "".join(
        (
            _head(card, figures, simulated),
            section("Average precision and screening", _screened(figures), AP_NOTE),
            _of_one(
                figures, "weapons", "Simulated weapons", containers_page.shown, containers_page.NOTE
            ),
            _of_one(figures, "outcomes", "Outcomes", _outcomes, OUTCOMES_NOTE),
            section("Free response", _froc(figures["froc"]), FROC_NOTE),
            _of_one(figures, "reliability", "Probabilities", probable, PROBABILITY_NOTE),
            _of_one(figures, "confusion", "Confusion", _confusion, CONFUSION_NOTE),
            _of_one(figures, "called", "Seen, and called", _confusion, CALLED_NOTE),
            _of_one(figures, "found_by", "Who is found", _found_by, FOUND_NOTE),
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


def _of_one(
    figures: Mapping[str, Any], name: str, title: str, shown: Callable[[Any], str], note: str
) -> str:
    return section(title, shown(figures[name]), note) if name in figures else ""


def _head(card: Card, figures: Mapping[str, Any], simulated: bool) -> str:
    over = f"over {', '.join(figures['mean_over'])}"
    tiles = [
        (name, f"{figures[key]:.3f}", f"95 % interval {low:.3f} to {high:.3f}, {over}")
        for name, key in (("mAP50", "map50"), ("mAP50:95", "map50_95"))
        for low, high in [figures[f"{key}_interval"] or (0.0, 1.0)]
    ]
    tiles += [
        ("scans", f"{figures['scans']}", f"of {figures['groups']} groups"),
        ("ms per scan", f"{figures['ms_per_scan']:.0f}", "one thread, this machine"),
    ]
    shown = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}<small>{escape(more)}</small></dd></div>"
        for name, value, more in tiles
    )
    lacking = figures.get("unread")
    warnings = [figures.get("learned_from_it"), unread(lacking) if lacking else None]
    warned = "".join(f"<p class=warning role=alert>{escape(w)}</p>" for w in warnings if w)
    return (
        f"<header><h1>{escape(card.name)} <span>{escape(card.version)}</span></h1>"
        f"<p>on {escape(str(figures['set']))}"
        f"{' · simulated scans' if simulated else ''} · sha256 "
        f"<code>{escape(card.sha256[:16])}…</code></p>{warned}<dl>{shown}</dl></header>"
    )


def _screened(figures: Mapping[str, Any]) -> str:
    out = figures.get("tuning_left_out")
    why = "they, or others of their groups, are scored here"
    return _scores(figures["labels"]) + (
        f"<p>{out} scans set no threshold: {why}.</p>" if out else ""
    )


def _scores(labels: Mapping[str, Any]) -> str:
    rows, origins = [], []
    for label, row in labels.items():
        points = row["screening"]
        ap50 = share(row["ap50"], row["ap50_interval"])
        ap50_95 = share(row["ap50_95"], row["ap50_95_interval"])
        rows.append([label, row["objects"], ap50, ap50_95, *map(_pd, points)])
        origins.append([label, _set_on(points[0]), *map(_pfa, points), *map(_chosen_here, points)])
    names = ["label", "objects", "AP50", "AP50:95", *(f"Pd at Pfa {p}" for p in PFAS)]
    more = ["label", "thresholds chosen on", *(f"Pfa here, aimed at {p}" for p in PFAS)]
    more += [f"Pd at Pfa {p}, chosen here" for p in PFAS]
    return table(names, rows) + table(more, origins)


def _pd(point: Mapping[str, Any]) -> str:
    return share(point["pd"], point["pd_95"]) if point["set_on_clean"] else "no clean scan"


def _pfa(point: Mapping[str, Any]) -> str:
    if not point["clean_scans"] or not point["set_on_clean"]:
        return "no clean scan"
    return share(point["pfa_here"], point["pfa_here_95"])


def _set_on(point: Mapping[str, Any]) -> str:
    return f"{point['set_on'] or 'these scans'}: {point['set_on_clean']} clean"


def _chosen_here(point: Mapping[str, Any]) -> str:
    here = point.get("chosen_here", point)
    return share(here["pd"], here["pd_95"]) if point["clean_scans"] else "no clean scan"


def _outcomes(kinds: Mapping[str, Mapping[str, Any]]) -> str:
    names = [outcome.value for outcome in Outcome]
    rows = [
        [kind, row["scans"], row["groups"], *(share(row[n], row[f"{n}_95"], 3) for n in names)]
        for kind, row in kinds.items()
    ]
    return table(["", "scans", "groups", *names], rows)


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
                *(figure(row["scan"][k]) for k in ("n", "error", "brier", "slope")),
                *(figure(row["box"][k]) for k in ("n", "error", "brier", "slope")),
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
            [[n, r["objects"], share(r["found"], r["found_95"])] for n, r in rows.items()],
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


AP_NOTE = (
    "COCO's average precision at an overlap of 0.5, and averaged over 0.5 to 0.95; ignored regions "
    "count neither for nor against. Pd: share of scans with the label in which an object of it is "
    "found, at a threshold that alarms on at most this share (Pfa) of scans without it. The "
    "threshold was chosen on other scans where the second table names some; beside stand the share "
    "of these scans that alarms at it, and what the best threshold for these scans would have "
    "given. In brackets 95 % intervals: groups drawn with repetition."
)
OUTCOMES_NOTE = (
    "Share of scans by what officers are called to, with the model's own profile, and 95 % "
    "intervals, groups drawn with repetition. Benign: nothing is marked. The default profile aims "
    "at ALARM for at most 5 % of benign scans and UNKNOWN for at most 2 %."
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
CALLED_NOTE = (
    "Rows: what lies there. Columns: the label of the most probable box that overlaps it by half, "
    "from 0.01 on, whatever the thresholds. What is missed here the network does not see; what is "
    "called something else it sees and does not know."
)
FOUND_NOTE = (
    "Share of objects found at the threshold of Pfa 0.05 above, with 95 % intervals, groups drawn "
    "with repetition."
)
MISSES_NOTE = "Green: the object. The number is the probability of the box that overlaps it."
FALSE_NOTE = "Red: the box, with its probability. Green: what annotators marked."
