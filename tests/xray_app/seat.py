"""An officer at the desk's page: what its scripts would ask for, without a browser."""

import json
import re
from dataclasses import dataclass
from typing import Any

import httpx

UNDO = re.compile(r'data-act="undo"[^>]*data-case="(\w+)" data-version="(\d+)"')
DECIDE = re.compile(r'data-act="clear"[^>]*data-case="(\w+)[^"]*" data-version="(\d+)"')
NOTICE = re.compile(r'class="notice" role="alert">(.*?)<', re.DOTALL)
KEPT = httpx.Limits(keepalive_expiry=3.0)  # uvicorn closes what was quiet for 5 s
NOTHING = {"case": "", "version": 0, "note": "", "code": "", "to": "", "minutes": 30}


@dataclass(frozen=True)
class Shown:
    """What the page shows.

    Attributes:
        case, version: the open case, where the officer may decide it; else "" and 0.
        undoable: case → version, of what can still be taken back.
        notice: what the officer is told.
        pixels: addresses that the viewer fetches.
    """

    case: str
    version: int
    undoable: dict[str, int]
    notice: str
    pixels: tuple[str, ...]


class Seat:
    """One officer's browser: a session, and a page that stays open.

    Args:
        address: http://HOST:PORT.
        name, password: of an officer that the service knows.
    """

    def __init__(self, address: str, name: str, password: str) -> None:
        self.name, self._password = name, password
        self._http = httpx.Client(base_url=address, limits=KEPT, timeout=60)
        self._act: int | None = None

    def close(self) -> None:
        self._http.close()

    def do(self, act: str, case: str = "", version: int = 0, **more: str) -> Shown:
        """Press a button of the case page; what the page shows then."""
        if self._act is None:
            self._act = self._opened()
        event = {**NOTHING, "name": act, "case": case, "version": version, **more}
        asked = {"fn_index": self._act, "data": [None], "event_data": event}
        session = {"session_hash": self.name.replace(" ", "-")}
        self._http.post("/gradio_api/queue/join", json=asked | session).raise_for_status()
        said = self._http.get("/gradio_api/queue/data", params=session).raise_for_status().text
        return _shown(_completed(said))

    def look(self, shown: Shown) -> None:
        """Fetch what the viewer shows of the open case."""
        for address in shown.pixels:
            self._http.get(f"/{address}").raise_for_status()

    def _opened(self) -> int:
        """Sign in and open the page; the number of the event of its buttons."""
        who = {"name": self.name, "password": self._password}
        self._http.post("/api/v1/session", json=who).raise_for_status()
        self._http.get("/").raise_for_status()
        page = self._http.get("/config").raise_for_status().json()
        names = {part["id"]: part["props"].get("elem_id") for part in page["components"]}
        for event in page["dependencies"]:
            if [(names.get(part), what) for part, what in event["targets"]] == [
                ("desk-case", "act")
            ]:
                return int(event["id"])
        raise AssertionError("the page has no buttons")


def _completed(said: str) -> list[Any]:
    """What an event answered, among what Gradio streams."""
    lines = [json.loads(line[5:]) for line in said.splitlines() if line.startswith("data:")]
    done = [line for line in lines if line["msg"] == "process_completed"]
    if not done:
        raise httpx.RemoteProtocolError("the stream ended without an answer")
    assert done[0]["success"], done[0]
    answer: list[Any] = done[0]["output"]["data"]
    return answer


def _shown(parts: list[Any]) -> Shown:
    _, undoable, _, case, scene = parts
    mine = DECIDE.search(case)
    views = json.loads(scene or "{}").get("views", [])
    return Shown(
        case=mine[1] if mine else "",
        version=int(mine[2]) if mine else 0,
        undoable={found[1]: int(found[2]) for found in UNDO.finditer(undoable)},
        notice=" ".join(NOTICE.findall(case)),
        pixels=tuple(view["planes"] or view["picture"] for view in views),
    )
