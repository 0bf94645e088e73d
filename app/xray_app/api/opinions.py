"""What officers say of the machine's findings and draw for what it missed, as the viewer keeps it.

A browser comes with its session's cookie, which no other site's page can send (`SameSite=Strict`,
and the guard turns other origins away).
"""

from collections.abc import Sequence

from fastapi import APIRouter
from sqlalchemy import Connection, RowMapping

from xray_app.access.errors import NotSignedIn
from xray_app.access.roles import Actor, Right
from xray_app.api.cases import CaseId, opinion, visible
from xray_app.api.shapes import Opinions, Say
from xray_app.api.signing import Reads, Works
from xray_app.api.signing import TheService as Service
from xray_app.cases.opinions import Opinion, drawn_on, labels_for, say, standing
from xray_app.cases.states import State

router = APIRouter(prefix="/cases/{case_id}/opinions", tags=["work"])


@router.get("")
def read_opinions(actor: Reads, service: Service, case_id: CaseId) -> Opinions:
    """What stands of all that officers said of a case, and whether the reader may add to it."""
    with service.database.read() as connection:
        return _opinions(connection, actor, case_id, standing(connection, case_id))


@router.post("")
def add_opinion(actor: Works, service: Service, case_id: CaseId, said: Say) -> Opinions:
    """Keep one opinion on a case that one holds. Said twice with the same words, it stands once."""
    if said.officer not in (None, actor.name):  # a page outlives its officer's session
        raise NotSignedIn(f"this is the word of {said.officer}, and {actor.name} is signed in")
    words = said.model_dump(exclude={"version", "view", "officer"})
    stands = say(service.queue, case_id, said.version, actor.officer(), Opinion(said.view, **words))
    with service.database.read() as connection:
        return _opinions(connection, actor, case_id, stands)


def _opinions(
    connection: Connection, actor: Actor, case_id: str, stands: Sequence[RowMapping]
) -> Opinions:
    case = visible(connection, actor, case_id)
    holds = case.state is State.TAKEN and case.holder == actor.name and actor.may(Right.WORK)
    return Opinions(
        reader=actor.name,
        version=case.version,
        mine=holds,
        labels=labels_for(connection, case_id),
        standing=[opinion(row) for row in stands],
        drawn=drawn_on(connection, case_id),
    )
