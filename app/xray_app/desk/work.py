"""What an officer can do with an open case, and what they are told of it beside the findings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xray_app.cases.case import Case
from xray_app.cases.rules import Officer
from xray_app.cases.states import Level, State


@dataclass(frozen=True)
class Act:
    """A button.

    Attributes:
        name: what the page sends.
        label: what the officer reads.
        key: the key that presses it.
        needs_reason: nothing happens without one.
    """

    name: str
    label: str
    key: str
    needs_reason: bool = False


TAKE = Act("take", "Take the next case", "n")
MINE = (
    Act("clear", "Clear", "c"),
    Act("search", "Search", "s"),
    Act("hold", "Hold for 30 min", "h", needs_reason=True),
    Act("escalate", "To a supervisor", "e", needs_reason=True),
    Act("release", "Put back", "r"),
)
SEARCHED = (Act("found", "Found", "f"), Act("not_found", "Nothing found", "x"))
DECLARED = {
    "hs_code": "HS code",
    "description": "Goods",
    "weight_kg": "Weight, kg",
    "origin": "Origin",
    "consignee": "Consignee",
}


@dataclass(frozen=True)
class Beside:
    """What the page shows of a case beside what the model says.

    Attributes:
        version: of the case as it is shown; acts are sent with it.
        key: of the case, without its view.
        acts: what can be done now.
        status: where the case stands, in words.
        notice: why the last act was refused.
        flags: what is wrong with it.
        declared: name → value.
        views: key and name of each view, where there are several.
    """

    version: int = 0
    key: str = ""
    acts: tuple[Act, ...] = ()
    status: str = ""
    notice: str = ""
    flags: tuple[str, ...] = ()
    declared: Mapping[str, Any] | None = None
    views: tuple[tuple[str, str], ...] = ()


def acts(case: Case, officer: Officer) -> tuple[Act, ...]:
    """What this officer can do with it."""
    if case.state is State.TAKEN and case.holder == officer.name:
        return tuple(a for a in MINE if a.name != "escalate" or case.level is Level.SCREENING)
    if case.state is State.HELD and (
        case.holder == officer.name or officer.level is Level.SUPERVISOR
    ):
        return (Act("resume", "Take up again", "n"),)
    return SEARCHED if case.state is State.SEARCH else ()


def status(case: Case, officer: Officer) -> str:
    """Where it stands, in words."""
    if case.state is State.TAKEN:
        return "yours" if case.holder == officer.name else f"with {case.holder}"
    if case.state is State.HELD:
        until = f"{case.held_until:%H:%M} UTC" if case.held_until else "?"
        return f"held by {case.holder} until {until}: {case.held_why}"
    if case.state is State.CLOSED and case.disposition:
        return f"closed: {case.disposition.replace('_', ' ')}"
    return {
        State.RECEIVED: "waits for inspection",
        State.INSPECTING: "is being inspected",
        State.SEARCH: "is to be searched",
    }.get(case.state, "waits for an officer")


def declared(case: Case) -> dict[str, Any]:
    """What the case is said to be, in the order of the page."""
    said = case.declaration or {}
    known = {"Container": case.container, "Consignment": case.consignment}
    known |= {"Scanner": case.scanner, "Lane": case.lane}
    known |= {label: said.get(name) for name, label in DECLARED.items()}
    return {label: value for label, value in known.items() if value is not None}
