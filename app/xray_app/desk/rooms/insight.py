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
from xray_app.api.shapes import Word
from xray_app.api.signing import Observes
from xray_app.api.signing import TheService as Service
from xray_app.cases import looks, profiles, statistics
from xray_app.cases.states import Kind
from xray_app.cases.statistics import Fact
from xray_app.desk.navigation import INSIGHT
from xray_app.desk.rooms import figures, frame, health, plots, rates, trends, words
from xray_app.desk.rooms.figures import OfHundred, Tally
from xray_app.desk.rooms.models import Model
from xray_app.desk.rooms.plots import Bar, Column
from xray_app.languages import label as in_words
from xray_app.languages import number, say

PERIODS = {1: "Last 24 hours", 7: "Last 7 days", 30: "Last 30 days", 90: "Last 90 days"}
KINDS = (
    "kind|cleared by the machine",
    "kind|cleared by officers",
    "kind|searched",
    "kind|still open",
)
LOOKS_AT = "insight"  # in the audit chain
FEWEST = 5  # alarms that ended before a number of hundred is said; fewer say next to nothing

router = APIRouter(include_in_schema=False)


@router.get(INSIGHT.path)
def show(
    request: Request,
    actor: Observes,
    service: Service,
    days: Annotated[int, Query(ge=1, le=90)] = 7,
    scanner: Word = "",
) -> HTMLResponse:
    """The figures of the last days, of all scanners or of one."""
    zone = frame.zone(request)
    period = min(PERIODS, key=lambda one: (abs(one - days), one))
    now, card = service.now, _card(request)
    with service.database.read() as connection:
        kind = service.queue.rules.only or Kind.LIVE
        found = statistics.facts(connection, now - timedelta(days=period), kind)
        standing = profiles.standing(connection, card) if card else None
    looks.keep(service.database, now, actor.name, LOOKS_AT, days=period)
    scanners = sorted({fact.scanner for fact in found.rows})
    rows = [fact for fact in found.rows if scanner in ("", fact.scanner)]
    by_day = figures.facts_by_day(rows, now, period, zone) if period > 1 else []
    expects = health.expected(card, standing.profile) if card and standing else None
    since = standing.row["set_at"] if standing and standing.row else None
    values: dict[str, Any] = {
        "period": period,
        "periods": {days: say(name) for days, name in PERIODS.items()},
        "cut": statistics.MOST if found.cut else 0,
        "scanner": scanner,
        "scanners": scanners,
        "all": figures.tally("all", rows),
        "hundred": figures.of_hundred(rows),
        "kinds": _kinds(),
        "days": _days(figures.by_day(rows, now, period, zone)) if period > 1 else None,
        "zone": zone.key,
        "groups": _groups(rows),
        "times": trends.times(by_day) if by_day else None,
        "hits": trends.hits(rows, by_day),
        "health": trends.model(rows, by_day, expects),
        "expects": expects,
        "card": card,
        "profile": standing.profile.name if standing else "",
        "since": since,
        "mixed": since is not None and since > now - timedelta(days=period),
        "scores": Model(card.name, card).scores if card else (),
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


def _card(request: Request) -> Card | None:
    card: Card | None = request.app.state.card
    return card


def real(one: OfHundred) -> str:
    """How many of a hundred were real, in a sentence."""
    label = in_words(one.label)
    if one.ended < FEWEST:
        few = "{ended} of {alarms} {label} alarms have ended: too few to say."
        return say(few, ended=one.ended, alarms=one.alarms, label=label)
    low, high = (round(100 * end) for end in one.interval)
    share = round(100 * one.real / one.ended)
    return say(
        "Of 100 {label} alarms, {share} were real ({low} to {high} at 95 %, "
        "from {real} of {ended}).",
        **{"label": label, "share": share, "low": low, "high": high},
        **{"real": one.real, "ended": one.ended},
    )


def _kinds() -> tuple[str, ...]:
    return tuple(map(say, KINDS))


def _tiles(of: Tally) -> list[tuple[str, str, str]]:
    """Name, value and what it is of."""
    median = "–" if of.median_s is None else words.seconds(of.median_s)
    nine = "" if of.p90_s is None else say("nine in ten under {time}", time=words.seconds(of.p90_s))
    return [
        (
            say("Cases"),
            number(of.cases),
            say("{count} decided by officers", count=of.decided),
        ),
        (say("Alarm rate"), rates.percent(of.alarms, of.cases), _of(of.alarms, of.cases)),
        (
            say("Could not be judged"),
            rates.percent(of.unknown, of.cases),
            say("{count} unknown", count=of.unknown),
        ),
        (say("Sent to search"), rates.percent(of.ordered, of.decided), _of(of.ordered, of.decided)),
        (
            say("Hit rate"),
            rates.percent(of.found, of.searched),
            say("{part} of {whole} searches", part=of.found, whole=of.searched),
        ),
        (say("Time to decide"), median, nine or say("nothing decided yet")),
        (
            say("Cleared by the machine"),
            rates.percent(of.by_machine, of.cases),
            say("{count} without an officer", count=of.by_machine),
        ),
    ]


def _of(part: int, whole: int) -> str:
    return say("{part} of {whole}", part=part, whole=whole)


def _days(tallies: Sequence[tuple[Any, Tally]]) -> Any:
    made = []
    for day, of in tallies:
        cleared = of.decided - of.ordered
        open_now = of.cases - of.by_machine - of.decided
        made.append(Column(trends.day_name(day), (of.by_machine, cleared, of.ordered, open_now)))
    return plots.columns(say("Cases a day, by what became of them"), made, _kinds())


def _groups(facts: Sequence[Fact]) -> list[tuple[str, str, Any, Any]]:
    """Lane, scanner and class: alarm rate, and time to decide, each with its title."""
    lanes = figures.by(facts, lambda fact: fact.lane)
    scanners = figures.by(facts, lambda fact: fact.scanner)
    count = len(facts)
    return [
        (*_titles("lane"), _alarms(lanes), _times(lanes)),
        (*_titles("scanner"), _alarms(scanners), _times(scanners)),
        (*_titles("class"), *_classes(figures.by_class(facts), count)),
    ]


def _titles(of: str) -> tuple[str, str]:
    return say(f"Alarm rate by {of}"), say(f"Time to decide by {of}")


def _alarms(tallies: Sequence[Tally]) -> Any:
    rows = [
        Bar(
            one.name,
            one.alarms / one.cases,
            *one.alarm_rate,
            say("{share} of {count}", share=rates.percent(one.alarms, one.cases), count=one.cases),
        )
        for one in tallies
    ]
    most = max((row.high or 0.0 for row in rows), default=1.0)
    return plots.bars(say("Alarm rate, with 95 % intervals"), rows, most)


def _classes(tallies: Sequence[Tally], cases: int) -> tuple[Any, Any]:
    rows = [
        Bar(
            in_words(one.name),
            one.alarms / cases,
            *rates.interval(one.alarms, cases),
            say(
                "{share}, {count} cases",
                share=rates.percent(one.alarms, cases),
                count=one.alarms,
            ),
        )
        for one in tallies
    ]
    most = max((row.high or 0.0 for row in rows), default=1.0)
    shares = plots.bars(say("Share of cases that alarm for each class"), rows, most)
    return shares, _times(tallies)


def _times(tallies: Sequence[Tally]) -> Any:
    rows = []
    for one in tallies:
        median, nine = one.median_s, one.p90_s
        if median is None or nine is None:
            rows.append(Bar(in_words(one.name), None, None, None, say("nothing decided")))
            continue
        text = words.taking(median, nine)
        rows.append(Bar(in_words(one.name), median, median, nine, text))
    most = max((row.high or 0.0 for row in rows), default=1.0)
    return plots.bars(say("Time to decide: the median, and nine in ten"), rows, most)


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
