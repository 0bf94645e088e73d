"""Cases in words, for tables and headings."""

from datetime import datetime
from typing import Any

from xray_app.cases.case import Case
from xray_app.cases.states import Disposition, Level, State
from xray_app.desk import view

STATES = {
    State.RECEIVED: "waits for inspection",
    State.INSPECTING: "is being inspected",
    State.WAITING: "waits for an officer",
    State.TAKEN: "with an officer",
    State.PENDING: "decided, can still be taken back",
    State.HELD: "set aside",
    State.SEARCH: "to be searched",
    State.CLOSED: "closed",
}
DISPOSITIONS = {
    Disposition.CLEARED: "cleared by an officer",
    Disposition.CLEARED_BY_MACHINE: "cleared by the machine",
    Disposition.FOUND: "searched: found",
    Disposition.NOT_FOUND: "searched: nothing found",
}


def name(case: Case) -> str:
    """What people call it: container, consignment, or the beginning of its ID."""
    return case.container or case.consignment or f"case {case.id[:8]}"


def stands(case: Case) -> str:
    """Where it stands."""
    if case.state is State.CLOSED and case.disposition is not None:
        return DISPOSITIONS[case.disposition]
    if case.state is State.WAITING and case.level is Level.SUPERVISOR:
        return "waits for a supervisor"
    return STATES[case.state]


def verdict(case: Case) -> view.Verdict:
    """What the machine said, as the case page says it."""
    if case.outcome is not None:
        return view.VERDICTS[case.outcome]
    return view.NOT_INSPECTED


def why(code: str | None, reason: str) -> str:
    """Why somebody decided as they did: the code, and what they wrote.

    >>> why("not_seen", "lead foil"), why(None, "")
    ('not seen: lead foil', '')
    """
    return ": ".join(part for part in (plain(code or ""), reason) if part)


def plain(label: Any) -> str:
    """A label as people write it.

    >>> plain("gun_part")
    'gun part'
    """
    return str(label).replace("_", " ")


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


def lasting(seconds: float) -> str:
    """A length of time, in the two largest units that matter."""
    minutes = int(max(0.0, seconds)) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes % 60} min" if minutes % 60 else f"{hours} h"
    return f"{minutes} min" if minutes else "under 1 min"
