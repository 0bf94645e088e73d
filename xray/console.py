"""What the `xray` command shows to people: reports and cards, coloured on a terminal."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from xray.card import Card
from xray.report import Outcome, Report

COLOURS = {Outcome.ALARM: "bold red", Outcome.UNKNOWN: "bold yellow", Outcome.CLEAR: "bold green"}
REASONS = 3  # shown; the findings above say the rest


def show_report(console: Console, name: str, report: Report) -> None:
    """The outcome, the findings numbered as in the overlay, and why."""
    colour = COLOURS[report.outcome]
    size = f"{report.width_px}×{report.height_px} px"
    _line(console, f"[{colour}]{report.outcome:<7}[/] [bold]{escape(name)}[/]  {size}")
    table = _table()
    for number, found in enumerate(report.detections, start=1):
        x1, y1, x2, y2 = (round(v) for v in found.xyxy_px)
        table.add_row(
            f"{number:>9}",
            escape(found.label),
            f"{found.score:.2f}",
            f"x {x1}-{x2}, y {y1}-{y2}",
            "alarm" if found.alarming else "finding",
            style=COLOURS[Outcome.ALARM] if found.alarming else "",
        )
    if report.detections:
        console.print(table, highlight=False)
    if report.opaque:
        _line(console, f"        {len(report.opaque)} opaque regions: nothing can be said of them")
    for sentence in report.reasons[:REASONS]:
        _line(console, f"        {escape(sentence)}")
    if len(report.reasons) > REASONS:
        _line(console, f"        and {len(report.reasons) - REASONS} reasons more")
    for sentence in report.assumed:
        _line(console, f"        [dim]assumed: {escape(sentence)}[/]")


def show_card(console: Console, card: Card) -> None:
    """What a model is, and what it may be used for."""
    _line(console, f"[bold]{escape(card.name)}[/]@{escape(card.version)}")
    table = _table()
    for name, text in (
        ("scans", ", ".join(sorted(card.encodings))),
        ("labels", ", ".join(card.labels)),
        ("terms", card.terms),
        ("scores", " ".join(card.score_lines()) or "not measured"),
        ("limits", " ".join(card.limits)),
        ("sha256", card.sha256),
    ):
        if text:
            table.add_row(f"  {name}", escape(text))
    console.print(table, highlight=False)


def show_summary(console: Console, out: str, summary: Mapping[str, Any]) -> None:
    """What a batch came to, and where its results lie."""
    outcomes = "  ".join(
        f"[{COLOURS[Outcome(outcome)]}]{outcome}[/] {count}"
        for outcome, count in summary["outcomes"].items()
    )
    _line(console, f"{summary['inspected']} of {summary['scans']} scans inspected  {outcomes}")
    if summary["set_aside"]:
        _line(console, f"{summary['set_aside']} set aside: {escape(out)}/set_aside.jsonl says why")
    _line(console, f"reports: {escape(out)}/reports  summary: {escape(out)}/summary.json")


def _line(console: Console, text: str) -> None:
    console.print(text, highlight=False, soft_wrap=True)


def _table() -> Table:
    return Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
