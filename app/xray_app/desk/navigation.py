"""The pages of the desk: where each is, and whom it is for.

A page is shown in the bar to those who have its right, and every handler behind it asks for that
right again: what the bar leaves out is not what keeps anybody out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from xray_app.access.roles import Actor, Right

STATIC = "/rooms"  # styles and the script of the pages, for whoever is signed in


@dataclass(frozen=True)
class Room:
    """One page: its address, its name in the bar, in English, and the right that opens it."""

    path: str
    name: str
    right: Right


CASE = Room("/", "page|Case", Right.WORK)
QUEUE = Room("/queue", "page|Queue", Right.READ)
SEARCH_ROOM = Room("/search-room", "page|Search room", Right.SEARCH)
SUPERVISOR = Room("/supervisor", "page|Supervisor", Right.SUPERVISE)
AUDIT = Room("/audit", "page|Audit", Right.AUDIT)
INSIGHT = Room("/insight", "page|Insight", Right.OBSERVE)
ADMIN = Room("/admin", "page|Admin", Right.MANAGE)
ROOMS = (CASE, QUEUE, SEARCH_ROOM, SUPERVISOR, INSIGHT, AUDIT, ADMIN)


def open_to(actor: Actor) -> tuple[Room, ...]:
    """The pages that somebody may open, in the order of the bar."""
    return tuple(room for room in ROOMS if actor.may(room.right))


def rights() -> Mapping[str, Right | None]:
    """First part of an address → the right that opens it; None: any that is signed in."""
    return {room.path: room.right for room in ROOMS} | {STATIC: None}
