"""What a case can be, and which step may follow which.

    RECEIVED ⇄ INSPECTING → WAITING ⇄ TAKEN ⇄ PENDING → SEARCH → CLOSED
                    │         ⇅         │ ⇅                        ↑
                    │        HELD ──────┘ └────────────────────────┤
                    └──────────────────────────────────────────────┘ by the machine, if it may

A lease that runs out leads from TAKEN to WAITING and nowhere else. A decision that is PENDING can
be taken back for a while, and then holds whoever is still there to see it.
"""

from collections.abc import Mapping
from enum import IntEnum, StrEnum


class Kind(StrEnum):
    """Why a case is here. Only live ones concern the outside world."""

    LIVE = "live"
    DEMO = "demo"  # a sample for newcomers, in a database of its own
    TEST = "test"  # a test object or a test of the line
    PROJECTED = "projected"  # a live scan with a simulated threat in it, to see who finds it


class State(StrEnum):
    """Where a case stands."""

    RECEIVED = "received"  # kept, not inspected yet
    INSPECTING = "inspecting"  # with a worker
    WAITING = "waiting"  # for an officer
    TAKEN = "taken"  # an officer has it, until the lease runs out
    PENDING = "pending"  # decided; the officer can still take it back
    HELD = "held"  # set aside, with a reason and until a time
    SEARCH = "search"  # somebody opens the thing; the result is awaited
    CLOSED = "closed"


class Level(IntEnum):
    """Who may take a case."""

    SCREENING = 0
    SUPERVISOR = 1


class Verdict(StrEnum):
    """What an officer decides."""

    CLEAR = "clear"
    SUSPECT = "suspect"  # kept back, to be searched when there is room
    SEARCH = "search"  # to be searched now


class Intent(StrEnum):
    """What an officer's key says: a verdict, or that a supervisor shall give it."""

    CLEAR = "clear"
    SUSPECT = "suspect"
    SEARCH = "search"
    ESCALATE = "escalate"


class Reason(StrEnum):
    """Why a case was not cleared, as a code that can be counted."""

    WEAPON = "weapon"
    EXPLOSIVE = "explosive"
    NARCOTICS = "narcotics"
    CONTRABAND = "contraband"  # tobacco, cash, whatever may not come in unpaid or at all
    NOT_AS_DECLARED = "not_as_declared"
    NOT_SEEN = "not_seen"  # too much of it is opaque
    TAMPERED = "tampered"  # a hidden space, a seal that looks wrong
    OTHER = "other"


class Says(StrEnum):
    """What an officer says of a finding, or of a box that they drew themselves."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    DRAWN = "drawn"  # the machine missed it
    WITHDRAWN = "withdrawn"  # nothing any more


class Disposition(StrEnum):
    """How a case was closed."""

    CLEARED = "cleared"  # by an officer
    CLEARED_BY_MACHINE = "cleared_by_machine"
    FOUND = "found"  # by a search
    NOT_FOUND = "not_found"


class ReportRole(StrEnum):
    """What a report is for."""

    PRIMARY = "primary"  # the one that counts
    SHADOW = "shadow"  # another model's, to compare


class Target(StrEnum):
    """Whom the outbox holds messages for."""

    WEBHOOK = "webhook"
    DICOS = "dicos"  # threat detection reports
    CLEARANCE = "clearance"  # the clearance system, which is asked rather than told


NEXT: Mapping[State, frozenset[State]] = {
    State.RECEIVED: frozenset({State.INSPECTING}),
    State.INSPECTING: frozenset({State.RECEIVED, State.WAITING, State.CLOSED}),
    State.WAITING: frozenset({State.TAKEN, State.HELD}),
    State.TAKEN: frozenset(
        {State.TAKEN, State.PENDING, State.WAITING, State.HELD, State.SEARCH, State.CLOSED},
    ),
    State.PENDING: frozenset({State.TAKEN, State.WAITING, State.SEARCH, State.CLOSED}),
    State.HELD: frozenset({State.WAITING, State.TAKEN}),
    State.SEARCH: frozenset({State.CLOSED}),
    State.CLOSED: frozenset({State.SEARCH, State.CLOSED}),  # by a correction alone
}
