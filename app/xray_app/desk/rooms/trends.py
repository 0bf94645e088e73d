"""Plots of what searches found and of how the model fares, by group and by day.

Every share comes with how far chance may have moved it; the dashed line is what the card says.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from xray_app.cases.statistics import Fact
from xray_app.desk.rooms import figures, health, plots, rates, timeline, words
from xray_app.desk.rooms.figures import Tally
from xray_app.desk.rooms.health import Drift, Expected
from xray_app.desk.rooms.plots import Bar
from xray_app.desk.rooms.timeline import Axis, Point
from xray_app.languages import label as in_words
from xray_app.languages import percent, say

WEEK = 7  # days
STEP = 0.1  # an axis ends at a whole tenth

Days = Sequence[tuple[date, Sequence[Fact]]]
Share = Callable[[Tally], tuple[int, int]]  # part and whole


@dataclass(frozen=True)
class Plot:
    """A plot under its title."""

    title: str
    drawn: Markup


def hits(facts: Sequence[Fact], days: Days) -> list[Plot]:
    """How many searches found something, by lane, scanner, class and day."""
    says, share = say("Hit rate, with 95 % intervals"), _found
    lanes = figures.by(facts, lambda fact: fact.lane)
    scanners = figures.by(facts, lambda fact: fact.scanner)
    made = [
        Plot(say("Hit rate by lane"), _bars(says, lanes, share)),
        Plot(say("Hit rate by scanner"), _bars(says, scanners, share)),
        Plot(say("Hit rate by class"), _bars(says, figures.by_class(facts), share, name=in_words)),
    ]
    if days:
        made.append(Plot(say("Hit rate by day"), _points(says, days, share)))
    return made


def model(facts: Sequence[Fact], days: Days, expects: Expected | None) -> list[Plot]:
    """What the model could not judge, how often it alarmed, how sure it was; beside its card."""
    scanners = figures.by(facts, lambda fact: fact.scanner)
    benign = (None, None) if expects is None else (expects.unknown, expects.alarms)
    unseen = say("Share that could not be judged, with 95 % intervals")
    made = [
        Plot(say("Could not be judged, by scanner"), _bars(unseen, scanners, _unknown, benign[0]))
    ]
    if days:
        drawn = _points(unseen, days, _unknown, benign[0])
        made.append(Plot(say("Could not be judged, by day"), drawn))
    if expects is not None and expects.scores:
        says = say("Drift of alarm scores, with 95 % intervals")
        made.append(Plot(say("Score drift by scanner"), _drifts(says, facts, expects)))
        made += [_drift_by_day(says, days, expects)] if days else []
    if days:
        drawn = _points(say("Alarm rate, with 95 % intervals"), days, _alarms, benign[1])
        made.append(Plot(say("Alarm rate by day"), drawn))
    return made


def times(days: Days) -> Plot:
    """How long officers took, day by day: the median, and up to what nine in ten took."""
    made = []
    for day, facts in days:
        of = figures.tally(f"{day}", facts)
        median, nine = of.median_s, of.p90_s
        if median is None or nine is None:
            made.append(Point(day_name(day), None, 0.0, 0.0, say("nothing decided")))
        else:
            made.append(Point(day_name(day), median, median, nine, words.taking(median, nine)))
    highest = max((one.high for one in made), default=0.0)
    axis = Axis(0.0, _round(highest), words.seconds)
    says = say("Time to decide: the median, and nine in ten")
    return Plot(say("Time to decide by day"), timeline.points(says, made, axis))


def day_name(day: date) -> str:
    """A day under a plot."""
    return say("{day}.{month}.", day=f"{day:%d}", month=f"{day:%m}")


def _found(of: Tally) -> tuple[int, int]:
    return of.found, of.searched


def _unknown(of: Tally) -> tuple[int, int]:
    return of.unknown, of.cases


def _alarms(of: Tally) -> tuple[int, int]:
    return of.alarms, of.cases


def _bars(
    says: str,
    tallies: Sequence[Tally],
    share: Share,
    mark: float | None = None,
    name: Callable[[str], str] = str,
) -> Markup:
    rows = []
    for one in tallies:
        part, whole = share(one)
        if whole:
            ends = rates.interval(part, whole)
            rows.append(Bar(name(one.name), part / whole, *ends, _said(part, whole)))
        else:
            rows.append(Bar(name(one.name), None, None, None, say("none yet")))
    most = max((row.high or 0.0 for row in rows), default=1.0)
    return plots.bars(says, rows, max(most, mark or 0.0), mark=mark)


def _points(says: str, days: Days, share: Share, mark: float | None = None) -> Markup:
    made = []
    for day, facts in days:
        part, whole = share(figures.tally(f"{day}", facts))
        value = part / whole if whole else None
        ends = rates.interval(part, whole)
        made.append(Point(day_name(day), value, *ends, _said(part, whole) if whole else "–"))
    highest = max((one.high for one in made if one.value is not None), default=0.0)
    axis = Axis(0.0, _tenth(max(highest, mark or 0.0)), lambda at: percent(f"{100 * at:.0f}"))
    return timeline.points(says, made, axis, mark)


def _drifts(says: str, facts: Sequence[Fact], expects: Expected) -> Markup:
    groups = sorted({fact.scanner for fact in facts})
    rows = []
    for name in groups:
        of = health.drift([fact for fact in facts if fact.scanner == name], expects)
        if of is None:
            rows.append(Bar(name, None, None, None, say("too few alarms")))
        else:
            rows.append(Bar(name, of.mean, of.low, of.high, _points_of(of)))
    far = _far([(row.low, row.high) for row in rows])
    return plots.bars(says, rows, far, -far, mark=0.0)


def _drift_by_day(says: str, days: Days, expects: Expected) -> Plot:
    """Each day by itself; where most have too few alarms, the seven days to each day."""
    title, found = say("Score drift by day"), _over(days, 1, expects)
    if 2 * sum(of is not None for of in found) < len(found):
        title, found = say("Score drift, the 7 days to each day"), _over(days, WEEK, expects)
    made = []
    for (day, _), of in zip(days, found, strict=True):
        if of is None:
            made.append(Point(day_name(day), None, 0.0, 0.0, say("too few alarms")))
        else:
            made.append(Point(day_name(day), of.mean, of.low, of.high, _points_of(of)))
    far = _far([(one.low, one.high) for one in made])
    return Plot(title, timeline.points(says, made, Axis(-far, far, _signed), 0.0))


def _over(days: Days, span: int, expects: Expected) -> list[Drift | None]:
    """The drift in the `span` days that end with each day."""
    spans = [days[max(0, n + 1 - span) : n + 1] for n in range(len(days))]
    return [health.drift([f for _, facts in of for f in facts], expects) for of in spans]


def _said(part: int, whole: int) -> str:
    return say(
        "{share}, {part} of {whole}", share=rates.percent(part, whole), part=part, whole=whole
    )


def _points_of(of: Drift) -> str:
    """In points of a hundred, with a sign.

    >>> _points_of(Drift(12, -0.084, -0.1, 0.0))
    '−8 points, 12 cases'
    """
    return say("{points} points, {count} cases", points=_signed(of.mean), count=of.cases)


def _signed(share: float) -> str:
    points = round(100 * share)
    return f"{points:+d}".replace("-", "−") if points else "0"


def _far(ends: Sequence[tuple[float | None, float | None]]) -> float:
    return _tenth(max((abs(end) for pair in ends for end in pair if end is not None), default=0.0))


def _round(value_s: float) -> float:
    """Where an axis of seconds ends, so that its middle can be read too.

    >>> _round(0.0), _round(7.2), _round(43.0), _round(200.0), _round(9000.0)
    (10.0, 10.0, 60.0, 240.0, 14400.0)
    """
    ends = (10, 20, 40, 60, 120, 240, 600, 1200, 2400, 3600, 7200, 14_400, 28_800, 86_400)
    return float(next((end for end in ends if end >= value_s), value_s))


def _tenth(value: float) -> float:
    """The next whole tenth, at most 1 and at least one.

    >>> _tenth(0.0), _tenth(0.31), _tenth(1.4)
    (0.1, 0.4, 1.0)
    """
    return round(min(1.0, STEP * max(1, -int(-value / STEP // 1))), 1)
