"""How the line runs: how much comes, how much alarms, how much of that is real, how long it takes.

Officers appear in the aggregate alone. A real alarm is one whose search found something; an alarm
that an officer cleared counts as not real, since nobody knows better.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from xray.card import Card
from xray_app.api.signing import Observes
from xray_app.api.signing import TheService as Service
from xray_app.cases import statistics
from xray_app.cases.statistics import Fact
from xray_app.desk.navigation import INSIGHT
from xray_app.desk.rooms import figures, frame, plots, rates, words
from xray_app.desk.rooms.figures import OfHundred, Tally
from xray_app.desk.rooms.plots import Bar, Column

PERIODS = {1: "24 hours", 7: "7 days", 30: "30 days", 90: "90 days"}
KINDS = ("cleared by the machine", "cleared by officers", "searched", "still open")
FEWEST = 5  # alarms that ended before a number of hundred is said; fewer say next to nothing

router = APIRouter(include_in_schema=False)


@router.get(INSIGHT.path)
def show(
    request: Request,
    actor: Observes,
    service: Service,
    days: Annotated[int, Query(ge=1, le=90)] = 7,
) -> HTMLResponse:
    """The figures of the last days."""
    period = min(PERIODS, key=lambda one: (abs(one - days), one))
    now = service.now
    with service.database.read() as connection:
        found = statistics.facts(connection, now - timedelta(days=period))
    card: Card | None = request.app.state.card
    values: dict[str, Any] = {
        "period": period,
        "periods": PERIODS,
        "cut": statistics.MOST if found.cut else 0,
        "all": figures.tally("all", found.rows),
        "hundred": figures.of_hundred(found.rows),
        "kinds": KINDS,
        "days": _days(figures.by_day(found.rows, now, period)) if period > 1 else None,
        "groups": _groups(found.rows),
        "card": card,
        "reliability": _reliability(card),
    }
    return frame.page(
        request,
        actor,
        INSIGHT,
        words=words,
        rates=rates,
        real=real,
        tiles=_tiles,
        **values,
    )


def real(one: OfHundred) -> str:
    """How many of a hundred were real, in a sentence."""
    label = words.plain(one.label)
    if one.ended < FEWEST:
        return f"{one.ended} of {one.alarms} {label} alarms have ended: too few to say."
    low, high = (round(100 * end) for end in one.interval)
    share = round(100 * one.real / one.ended)
    return (
        f"Of 100 {label} alarms, {share} were real ({low} to {high} at 95 %, "
        f"from {one.real} of {one.ended})."
    )


def _tiles(of: Tally) -> list[tuple[str, str, str]]:
    """Name, value and what it is of."""
    median = "–" if of.median_s is None else seconds(of.median_s)
    nine = "" if of.p90_s is None else f"nine in ten under {seconds(of.p90_s)}"
    return [
        (
            "Cases",
            f"{of.cases:,}".replace(",", " "),
            f"{of.decided} decided by officers",
        ),
        (
            "Alarm rate",
            rates.percent(of.alarms, of.cases),
            f"{of.alarms} of {of.cases}",
        ),
        (
            "Could not be judged",
            rates.percent(of.unknown, of.cases),
            f"{of.unknown} unknown",
        ),
        (
            "Sent to search",
            rates.percent(of.ordered, of.decided),
            f"{of.ordered} of {of.decided}",
        ),
        (
            "Hit rate",
            rates.percent(of.found, of.searched),
            f"{of.found} of {of.searched} searches",
        ),
        ("Time to decide", median, nine or "nothing decided yet"),
        (
            "Cleared by the machine",
            rates.percent(of.by_machine, of.cases),
            f"{of.by_machine} without an officer",
        ),
    ]


def seconds(value: float) -> str:
    """A time to decide.

    >>> seconds(7.26), seconds(43.0), seconds(200)
    ('7.3 s', '43 s', '3 min')
    """
    if value >= 120:
        return words.lasting(value)
    return f"{value:.1f} s" if value < 10 else f"{value:.0f} s"


def _days(tallies: Sequence[tuple[Any, Tally]]) -> Any:
    made = []
    for day, of in tallies:
        cleared = of.decided - of.ordered
        open_now = of.cases - of.by_machine - of.decided
        made.append(Column(f"{day:%d.%m.}", (of.by_machine, cleared, of.ordered, open_now)))
    return plots.columns("Cases a day, by what became of them", made, KINDS)


def _groups(facts: Sequence[Fact]) -> list[tuple[str, Any, Any]]:
    """Lane, scanner and class: alarm rate, and time to decide."""
    lanes = figures.by(facts, lambda fact: fact.lane)
    scanners = figures.by(facts, lambda fact: fact.scanner)
    count = len(facts)
    return [
        ("Lane", _alarms("lane", lanes), _times("lane", lanes)),
        ("Scanner", _alarms("scanner", scanners), _times("scanner", scanners)),
        ("Class", *_classes(figures.by_class(facts), count)),
    ]


def _alarms(of: str, tallies: Sequence[Tally]) -> Any:
    rows = [
        Bar(
            one.name,
            one.alarms / one.cases,
            *one.alarm_rate,
            f"{rates.percent(one.alarms, one.cases)} of {one.cases}",
        )
        for one in tallies
    ]
    most = max((row.high or 0.0 for row in rows), default=1.0)
    return plots.bars(f"Alarm rate of each {of}, with 95 % intervals", rows, most)


def _classes(tallies: Sequence[Tally], cases: int) -> tuple[Any, Any]:
    rows = [
        Bar(
            words.plain(one.name),
            one.alarms / cases,
            *rates.interval(one.alarms, cases),
            f"{rates.percent(one.alarms, cases)}, {one.alarms} cases",
        )
        for one in tallies
    ]
    most = max((row.high or 0.0 for row in rows), default=1.0)
    shares = plots.bars("Share of cases that alarm for each class", rows, most)
    return shares, _times("class", tallies)


def _times(of: str, tallies: Sequence[Tally]) -> Any:
    rows = []
    for one in tallies:
        median, nine = one.median_s, one.p90_s
        if median is None or nine is None:
            rows.append(Bar(words.plain(one.name), None, None, None, "nothing decided"))
            continue
        text = f"{seconds(median)}, 90 % < {seconds(nine)}"
        rows.append(Bar(words.plain(one.name), median, median, nine, text))
    most = max((row.high or 0.0 for row in rows), default=1.0)
    return plots.bars(f"Time to decide of each {of}: the median, and nine in ten", rows, most)


def _reliability(card: Card | None) -> list[tuple[str, str, float, int]]:
    """Set, class, mean distance of a scan's probability from the truth, and the scans behind it."""
    if card is None:
        return []
    return [
        (name, label, of["scan"]["error"], of["scan"]["n"])
        for name, labels in card.reliability.items()
        for label, of in labels.items()
        if isinstance(of, dict) and "error" in of.get("scan", {})
    ]
