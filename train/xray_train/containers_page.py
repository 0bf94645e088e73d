"""What a page says of weapons in simulated containers."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from xray_train.containers import TITLES
from xray_train.markup import share, table

WHICH = {"seen": "", "fainter": "_fainter", "both": "_every"}  # how a page says it → its figures
NOTE = (
    "All of this is simulated. Pd: share of weapons that a box overlaps by half at the threshold. "
    "Seen: enough of the weapon changes the transmission by more than three standard deviations of "
    "the noise; fainter: too little does. In brackets Wilson's 95 % intervals: every scan is a "
    "scene of its own and hides one thing at most, so scans are independent trials."
)


def shown(found: Mapping[str, Any]) -> str:
    """Tables of what `containers.measure` gave, as markup."""
    names = ["", *(f"{kind}, {which}" for kind in ("small", "long") for which in WHICH)]
    rows = [
        [
            f"Pfa {p['pfa']}, here {share(p['pfa_here'], p['pfa_here_95'], 3)}",
            *(_pd_of(p[f"{kind}{key}"]) for kind in ("small", "long") for key in WHICH.values()),
        ]
        for p in found["points"]
    ]
    told = "; ".join(f"{kind}: {', '.join(each)}" for kind, each in found["never_taught"].items())
    origin = f"{found['points'][0]['set_on']}: {found['points'][0]['set_on_clean']}"
    said = (
        f"Small: under {found['small_under_mm']:g} mm. {found['benign_scans']} scans hide nothing. "
        f"Thresholds chosen on {origin} scans that hide nothing. Never taught: {told}."
    )
    return f"<p>{escape(said)}</p>" + table(names, rows) + _by(found["points"])


def _by(points: Sequence[Mapping[str, Any]]) -> str:
    pfas = [f"small, seen, at Pfa {p['pfa']}" for p in points]
    return "".join(
        f"<h3>{escape(title)}</h3>"
        + table(
            ["", "weapons", *pfas],
            [
                [name, row["weapons"], *(_pd_of(p["by"][kind][name]) for p in points)]
                for name, row in points[0]["by"][kind].items()
            ],
        )
        for kind, title in TITLES.items()
    )


def _pd_of(row: Mapping[str, Any]) -> str:
    return f"{share(row['pd'], row['pd_95'])} of {row['weapons']}" if row["weapons"] else "none"
