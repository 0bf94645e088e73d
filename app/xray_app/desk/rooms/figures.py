"""What a time's cases add up to. Rates come with how far chance may have moved them."""

import statistics as mathematics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from xray.report import Outcome
from xray_app.cases.states import Disposition, Verdict
from xray_app.cases.statistics import Fact
from xray_app.desk.rooms import rates

P90 = 0.9
SEARCHED = (Verdict.SUSPECT, Verdict.SEARCH)


@dataclass(frozen=True)
class Tally:
    """Counts of one group of cases.

    Attributes:
        cases: that came.
        alarms, unknown: of them, by what the machine said.
        by_machine: closed without an officer.
        decided: by officers; ordered: of these, a search, now or when there is room.
        searched: with a result; found: of these, something.
        alarms_ended: alarms that were closed; real: of these, a search found something.
        decide_s: seconds that officers took, ascending.
    """

    name: str
    cases: int
    alarms: int
    unknown: int
    by_machine: int
    decided: int
    ordered: int
    searched: int
    found: int
    alarms_ended: int
    real: int
    decide_s: tuple[float, ...]

    @property
    def alarm_rate(self) -> tuple[float, float]:
        """Interval of the share that alarmed."""
        return rates.interval(self.alarms, self.cases)

    @property
    def hit_rate(self) -> tuple[float, float]:
        """Interval of the share of searches that found something."""
        return rates.interval(self.found, self.searched)

    @property
    def unknown_rate(self) -> tuple[float, float]:
        """Interval of the share that could not be judged."""
        return rates.interval(self.unknown, self.cases)

    @property
    def median_s(self) -> float | None:
        """Half of the decisions took less."""
        return mathematics.median(self.decide_s) if self.decide_s else None

    @property
    def p90_s(self) -> float | None:
        """Nine in ten decisions took less."""
        if not self.decide_s:
            return None
        return self.decide_s[min(len(self.decide_s) - 1, int(P90 * len(self.decide_s)))]


@dataclass(frozen=True)
class OfHundred:
    """How many of 100 alarms of a class were real.

    Attributes:
        label: the class.
        alarms: cases that alarmed for it; ended: of these, closed; real: of these, a search found
            something.
        said: the model's mean probability over those that ended; None: none did.
    """

    label: str
    alarms: int
    ended: int
    real: int
    said: float | None

    @property
    def interval(self) -> tuple[float, float]:
        """Of the share that was real."""
        return rates.interval(self.real, self.ended)


def tally(name: str, facts: Sequence[Fact]) -> Tally:
    """The counts of one group."""
    alarms = [fact for fact in facts if fact.outcome is Outcome.ALARM]
    ended = [fact for fact in alarms if fact.disposition is not None]
    return Tally(
        name=name,
        cases=len(facts),
        alarms=len(alarms),
        unknown=_count(fact.outcome is Outcome.UNKNOWN for fact in facts),
        by_machine=_count(f.disposition is Disposition.CLEARED_BY_MACHINE for f in facts),
        decided=_count(fact.verdict is not None for fact in facts),
        ordered=_count(fact.verdict in SEARCHED for fact in facts),
        searched=_count(fact.found is not None for fact in facts),
        found=_count(bool(fact.found) for fact in facts),
        alarms_ended=len(ended),
        real=_count(bool(fact.found) for fact in ended),
        decide_s=tuple(sorted(f.decide_s for f in facts if f.decide_s is not None)),
    )


def by(facts: Sequence[Fact], of: Callable[[Fact], str]) -> list[Tally]:
    """The counts of each group, by its name."""
    groups: dict[str, list[Fact]] = {}
    for fact in facts:
        groups.setdefault(of(fact), []).append(fact)
    return [tally(name, groups[name]) for name in sorted(groups)]


def by_class(facts: Sequence[Fact]) -> list[Tally]:
    """The counts of each alarming class; a case with two of them counts for both."""
    labels = sorted({label for fact in facts for label in fact.labels})
    return [tally(label, [fact for fact in facts if label in fact.labels]) for label in labels]


def by_day(
    facts: Sequence[Fact], now: datetime, days: int, zone: tzinfo = UTC
) -> list[tuple[date, Tally]]:
    """The counts of each day of a zone, those without a case too, the oldest first."""
    return [(day, tally(f"{day}", of)) for day, of in facts_by_day(facts, now, days, zone)]


def facts_by_day(
    facts: Sequence[Fact], now: datetime, days: int, zone: tzinfo = UTC
) -> list[tuple[date, list[Fact]]]:
    """The cases of each day of a zone, the oldest day first."""
    today = now.astimezone(zone).date()
    there = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
    groups: dict[date, list[Fact]] = {day: [] for day in there}
    for fact in facts:
        day = fact.received_at.astimezone(zone).date()
        if day in groups:
            groups[day].append(fact)
    return [(day, groups[day]) for day in there]


def of_hundred(facts: Sequence[Fact]) -> list[OfHundred]:
    """How many alarms were real, class by class, those with the most alarms first."""
    found = []
    for label in {label for fact in facts for label in fact.labels}:
        alarms = [fact for fact in facts if label in fact.labels]
        ended = [fact for fact in alarms if fact.disposition is not None]
        said = mathematics.fmean(fact.labels[label] for fact in ended) if ended else None
        real = _count(bool(fact.found) for fact in ended)
        found.append(OfHundred(label, len(alarms), len(ended), real, said))
    return sorted(found, key=lambda one: (-one.alarms, one.label))


def _count(truths: Iterable[bool]) -> int:
    return sum(map(bool, truths))
