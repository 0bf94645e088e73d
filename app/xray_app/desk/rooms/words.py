"""Cases in words, for tables and headings."""

from datetime import datetime

from xray_app.cases.case import Case
from xray_app.cases.states import Disposition, Level, State
from xray_app.desk import view
from xray_app.languages import say

STATES = {
    State.RECEIVED: "stands|waits for inspection",
    State.INSPECTING: "stands|is being inspected",
    State.WAITING: "stands|waits for an officer",
    State.TAKEN: "stands|with an officer",
    State.PENDING: "stands|decided, can still be taken back",
    State.HELD: "stands|set aside",
    State.SEARCH: "stands|to be searched",
    State.CLOSED: "stands|closed",
}
DISPOSITIONS = {
    Disposition.CLEARED: "stands|cleared by an officer",
    Disposition.CLEARED_BY_MACHINE: "stands|cleared by the machine",
    Disposition.FOUND: "stands|searched: found",
    Disposition.NOT_FOUND: "stands|searched: nothing found",
}


def stands(case: Case) -> str:
    """Where it stands."""
    if case.state is State.CLOSED and case.disposition is not None:
        return say(DISPOSITIONS[case.disposition])
    if case.state is State.WAITING and case.level is Level.SUPERVISOR:
        return say("stands|waits for a supervisor")
    return say(STATES[case.state])


def verdict(case: Case, hidden: bool = False) -> view.Verdict:
    """What the machine said, as the case page says it; `hidden`: not to this reader yet."""
    if hidden:
        return view.SCAN_FIRST
    if case.outcome is not None:
        return view.VERDICTS[case.outcome]
    return view.NOT_INSPECTED


def age(at: datetime | None, now: datetime) -> str:
    """How long ago, in the two largest units that matter.

    >>> from datetime import UTC, timedelta
    >>> now = datetime(2026, 3, 1, tzinfo=UTC)
    >>> age(now - timedelta(seconds=40), now), age(now - timedelta(minutes=130), now)
    ('under 1 min', '2 h 10 min')
    >>> age(now - timedelta(days=3, hours=4), now), age(None, now)
    ('3 d 4 h', '–')
    """
    return "–" if at is None else lasting((now - at).total_seconds())


def seconds(value: float) -> str:
    """A time to decide.

    >>> seconds(7.26), seconds(43.0), seconds(200)
    ('7.3 s', '43 s', '3 min')
    """
    if value >= 120:
        return lasting(value)
    return say("{seconds} s", seconds=f"{value:.1f}" if value < 10 else f"{value:.0f}")


def taking(median_s: float, nine_s: float) -> str:
    """How long half of some decisions took, and nine in ten."""
    return say("{median}, 90 % < {nine}", median=seconds(median_s), nine=seconds(nine_s))


def lasting(seconds: float) -> str:
    """A length of time, in the two largest units that matter."""
    minutes = int(max(0.0, seconds)) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        whole = say("{days} d", days=days)
        return say("{days} d {hours} h", days=days, hours=hours) if hours else whole
    rest = minutes % 60
    if hours:
        whole = say("{hours} h", hours=hours)
        return say("{hours} h {minutes} min", hours=hours, minutes=rest) if rest else whole
    return say("{minutes} min", minutes=rest) if minutes else say("under 1 min")
