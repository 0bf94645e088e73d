"""What was measured, as a page and for a terminal."""

import base64
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from xray_train.markup import figure, save, section, share, table
from xray_train.plots import Series, chart
from xray_train.realism.curves import EVERY, LONE
from xray_train.realism.display import DEEPEST

Row = Mapping[str, Any]
QUALITY = 88  # of pictures in the page; the sheets beside it lose nothing
KINDS = {"all": "all pixels", "blades": "blade pixels"}


def write(out: Path, found: Row) -> Path:
    """realism.html in out, with the sheets that lie there in it: the page's path."""
    body = "".join(
        (
            _head(found),
            section("High energy against low", _display(found["display"]), DISPLAY_NOTE),
            section("Real or simulated?", _apart(found["palettes"]), APART_NOTE),
            section("What gives simulated patches away", _why(found["palettes"]), WHY_NOTE),
            section("The surest patches", _sheets(out, found["palettes"]), SHEETS_NOTE),
            section("Try it", _picture(out / "pairs.png", "pairs"), PAIRS_NOTE),
        )
    )
    path = out / "realism.html"
    save(path, "How like real scans the simulator's are", body)
    return path


def lines(found: Row) -> list[str]:
    """The main figures for a terminal."""
    said = [f"greatest gap of median high attenuation (goal {found['goals']['gap']:g})"]
    for way in found["display"]["ways"]:
        judged = _on(way)
        for name in _voltages(way):
            gaps = ", ".join(
                f"{words} {figure(way[name][kind]['greatest'])}" for kind, words in KINDS.items()
            )
            said.append(f"  {judged:22} {name:13} {gaps}")
    said.append(f"AUC of real against simulated patches (goal at most {found['goals']['auc']:g})")
    for palette, row in found["palettes"].items():
        if row["auc"] is None:
            said.append(f"  {palette:8} –     {row['why']}")
            continue
        real, made = row["real"], row["simulated"]
        counts = f"{real['patches']} patches of {real['bags']} and {made['bags']} bags on each side"
        best, auc = _strongest(row)
        said.append(
            f"  {palette:8} {share(row['auc'], row['auc_95'])}  {counts}; alone: {best} {auc:.2f}"
        )
    return said


def _strongest(row: Row) -> tuple[str, float]:
    """The figure that tells most alone."""
    name = max(row["figures"], key=lambda n: abs(row["figures"][n]["auc"] - 0.5))
    return name, float(row["figures"][name]["auc"])


def _voltages(way: Row) -> list[str]:
    """Those that were judged, the best first."""
    return [name for name in dict.fromkeys((way["best"], LONE, EVERY)) if name in way]


def _head(found: Row) -> str:
    told = "".join(
        f"<div><dt>{escape(palette)}</dt><dd>{figure(row['auc'])}"
        f"<small>{escape(_interval(row))}</small></dd></div>"
        for palette, row in found["palettes"].items()
    )
    return (
        "<header><h1>How like real scans the simulator's are</h1><p>Area under the ROC curve of a "
        f"classifier between real and simulated patches; goal at most {found['goals']['auc']:g}, "
        f"0.5 is guessing</p><dl>{told}</dl></header>"
    )


def _interval(row: Row) -> str:
    if row["auc"] is None:
        return str(row["why"])
    low, high = row["auc_95"] or (0.0, 1.0)
    return f"95 % interval {low:.3f} to {high:.3f}"


def _display(found: Row) -> str:
    rows, charts = [], []
    for way in found["ways"]:
        judged = _on(way)
        for name in _voltages(way):
            of = way[name]
            curves = [f"{c['exponent']:.2f}, {c['floor']:+.3f}" for c in of["curves"].values()]
            gaps = [figure(of[kind]["greatest"]) for kind in KINDS]
            rows.append([judged, name, figure(way["left_over"][name]), *curves, *gaps])
        charts += [_ratio(way, kind, judged) for kind in KINDS]
    names = ["judged on", "simulated at", "left on the fitted half", "low: exponent, floor"]
    names += ["high: exponent, floor", *(f"greatest gap, {words}" for words in KINDS.values())]
    bins = "".join(
        f"<h3>{escape(words)}, {way['judged_pairs']} pairs judged, {escape(_shown(way, kind))}</h3>"
        + _bins(way[_shown(way, kind)][kind]["bins"])
        for way in found["ways"]
        for kind, words in KINDS.items()
    )
    return f"{table(names, rows)}<div class=pair>{''.join(charts)}</div>{bins}"


def _on(way: Row) -> str:
    """What was judged."""
    bags = way["judged_bags"]
    return f"{way['judged_pairs']} pairs of {bags} bag{'' if bags == 1 else 's'}"


def _shown(way: Row, kind: str) -> str:
    """The voltage of which charts are: the best; of blades, that of simulated ones."""
    return LONE if kind == "blades" and LONE in way else str(way["best"])


def _ratio(way: Row, kind: str, judged: str) -> str:
    rows = way[_shown(way, kind)][kind]["bins"]
    lows = [row["low"] for row in rows]
    series = [
        Series(f"{side}, {KINDS[kind]}", lows, [row[side] / row["low"] for row in rows])
        for side in ("real", "simulated")
    ]
    picture = chart(
        series,
        title=f"Ratio of median high attenuation to low, {KINDS[kind]}",
        x_name=f"low attenuation ({judged}, {_shown(way, kind)})",
        y_name="high / low attenuation",
        x_max=DEEPEST,
        dots=True,
    )
    return f"<figure>{picture}</figure>"


def _bins(rows: Sequence[Row]) -> str:
    names = ["low attenuation", "high, real", "high, simulated", "gap", "pixels, real", "simulated"]
    return table(
        names,
        [
            [
                f"{row['low']:.2f}",
                *(f"{row[key]:.3f}" for key in ("real", "simulated")),
                f"{row['gap']:+.3f}",
                *(row[key] for key in ("real_pixels", "simulated_pixels")),
            ]
            for row in rows
        ],
    )


def _apart(palettes: Mapping[str, Row]) -> str:
    told = {name: row for name, row in palettes.items() if row["auc"] is not None}
    series = [Series(name, row["roc"]["taken"], row["roc"]["known"]) for name, row in told.items()]
    picture = chart(
        series,
        title="Real patches known over simulated patches taken for real",
        x_name="simulated patches taken for real",
        y_name="real patches known",
        diagonal=True,
    )
    views = list(dict.fromkeys(view for row in told.values() for view in row["views"]))
    rows = [
        [
            f"{name}: {row['real']['patches']} + {row['simulated']['patches']} patches of "
            f"{row['real']['bags']} + {row['simulated']['bags']} bags",
            *(_area(row["views"][view]) if view in row["views"] else "–" for view in views),
        ]
        for name, row in told.items()
    ]
    left_out = "".join(
        f"<p>{escape(name)}: {escape(row['why'])}</p>"
        for name, row in palettes.items()
        if row["auc"] is None
    )
    areas = table(["palette", *(f"AUC, {view}" for view in views)], rows)
    return f"{areas}<div class=pair><figure>{picture}</figure></div>{left_out}"


def _area(row: Row) -> str:
    return share(row["auc"], row["auc_95"])


def _why(palettes: Mapping[str, Row]) -> str:
    told = {name: row for name, row in palettes.items() if "figures" in row}
    names = list(dict.fromkeys(name for row in told.values() for name in row["figures"]))
    rows = [[name, *(_area(row["figures"][name]) for row in told.values())] for name in names]
    return table(["alone", *told], rows)


def _sheets(out: Path, palettes: Mapping[str, Row]) -> str:
    return "".join(_picture(out / f"surest-{name}.png", name) for name in palettes)


def _picture(path: Path, words: str) -> str:
    """A sheet that lies there, as JPEG; nothing where there is none."""
    if not path.is_file():
        return ""
    _, jpeg = cv2.imencode(
        ".jpg", np.asarray(cv2.imread(str(path))), [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    )
    data = base64.b64encode(np.asarray(jpeg).tobytes()).decode("ascii")
    return (
        f"<h3>{escape(words)}</h3><figure><img style='max-width:100%' alt='{escape(words)}' "
        f"src='data:image/jpeg;base64,{data}'></figure>"
    )


DISPLAY_NOTE = (
    "One monotone curve of two parameters per energy was fitted on the other half of the pairs, "
    "so that the median high attenuation at a given low attenuation agrees with simulated scans "
    "over all pixels. Such a curve hides whatever is wrong alike for all that has the same low "
    "attenuation, hardening above all, so that little is proven by all pixels alone; it cannot "
    "hide that steel differs too little or too much from all else, which blade pixels show, nor "
    "what differs from pair to pair. The scale of attenuation is not told by it. Blades: the "
    "largest piece of metal in a box of a knife or scissors with thin and even surroundings, "
    "less its edge, the median of a frame around the box taken off both energies."
)
APART_NOTE = (
    "A small convolutional network scores every patch without having seen its bag. Patches are "
    "64 pixels wide, from scans shrunk to as many pixels as 416 x 416 has; simulated ones were "
    "made as large as a real one and went through its JPEG first. In brackets 95 % intervals, "
    "groups drawn with repetition. Views leave something out: without colour; a blur of 2 px "
    "alone; what that blur takes away alone. A network that had more real bags to learn from "
    "would tell more."
)
WHY_NOTE = (
    "AUC of one figure alone: over 0.5 real patches have more of it, under 0.5 simulated ones do."
)
SHEETS_NOTE = "One patch of each bag, by a network that had not seen the bag; twice as large."
PAIRS_NOTE = (
    "One of each pair is real. The key is in pairs-key.json. Real scans are shown here: their "
    "terms say who may see this page."
)
