"""What an officer chose for themselves: keys, a sound for alarms, how each scanner's scans look."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import Field, StringConstraints

from xray_app.access import preferences
from xray_app.access.preferences import DESK, SCANNERS
from xray_app.api.shapes import Name, Strict
from xray_app.api.signing import TheService as Service
from xray_app.api.signing import Works
from xray_app.cases.errors import Refused

Key = Annotated[str, StringConstraints(min_length=1, max_length=12, pattern=r"^[ -~]+$")]

Share = Annotated[float, Field(ge=-1, le=2, allow_inf_nan=False)]  # a window may leave 0 to 1
MOST_SCANNERS = 24  # whose looks are kept for one officer; the longest unused goes first

router = APIRouter(tags=["people"])


class Own(Strict):
    """Kept for one officer, whichever screen they sit at."""

    keys: Annotated[dict[Key, Key], Field(max_length=99)] = Field(
        default={}, description="the usual key → the key that does it for this officer"
    )
    sound: bool = Field(default=False, description="two tones when a case with an alarm opens")


class Look(Strict):
    """What the viewer's tools make of the pixels; see `desk/viewer/tone.js`."""

    palette: Annotated[int, Field(ge=-1, le=9)]
    strip: Literal["", "organic", "inorganic"]
    penetration: Literal["", "high", "low"]
    energy: Literal[0, 1]
    black: Share
    white: Share
    gamma: Annotated[float, Field(ge=0.1, le=5, allow_inf_nan=False)]
    negative: bool
    outline: bool
    local: bool


class Left(Strict):
    """How an officer left the viewer: look, tool, magnifier, all views or one."""

    kind: Literal["picture", "single", "dual"] = Field(description="what the scans hold")
    look: Look
    mode: Literal["pan", "window", "ruler"]
    lens: bool
    together: bool


class OfScanner(Strict):
    """How the scans of one scanner are to open."""

    scanner: Name
    left: Left | None = Field(default=None, description="null: as they came")


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


@router.put("/own/scanner", status_code=204)
def keep_scanner(actor: Works, service: Service, said: OfScanner) -> None:
    """Keep how one looks at a scanner's scans."""

    def become(kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
        others = [one for one in kept if one["scanner"] != said.scanner]
        if said.left is None:
            return others
        mine = {"scanner": said.scanner, **said.left.model_dump()}
        return [*others, mine][-MOST_SCANNERS:]

    preferences.change(service.database, actor.name, SCANNERS, become, otherwise=[])
