"""What an officer chose for themselves at the desk: keys, and a sound for alarms."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field, StringConstraints

from xray_app.access import preferences
from xray_app.access.preferences import DESK
from xray_app.api.shapes import Strict
from xray_app.api.signing import TheService as Service
from xray_app.api.signing import Works
from xray_app.cases.errors import Refused

Key = Annotated[str, StringConstraints(min_length=1, max_length=12, pattern=r"^[ -~]+$")]

router = APIRouter(tags=["people"])


class Own(Strict):
    """Kept for one officer, whichever screen they sit at."""

    keys: Annotated[dict[Key, Key], Field(max_length=99)] = Field(
        default={}, description="the usual key → the key that does it for this officer"
    )
    sound: bool = Field(default=False, description="two tones when a case with an alarm opens")


@router.put("/own", status_code=204)
def keep(actor: Works, service: Service, request: Request, said: Own) -> None:
    """Keep what one chose, in place of what was chosen before.

    Raises:
        Refused: one key would do two things, also where one of them keeps its usual key.
    """
    usual = getattr(request.app.state, "usual_keys", ())  # of the desk's page, where there is one
    does = {key: key for key in usual} | said.keys
    if len(set(does.values())) < len(does):
        raise Refused("one key cannot do two things")
    preferences.put(service.database, actor.name, DESK, said.model_dump())
