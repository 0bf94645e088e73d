"""The officers' desk over the cases, without a browser."""

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from xray_app.access.errors import NotSignedIn
from xray_app.access.roles import RIGHTS, Right, Role
from xray_app.cases import inspection
from xray_app.cases.errors import Conflict, Refused
from xray_app.desk.officer import OfficerDesk
from xray_app.planes import is_gzipped
from xray_app.service import Service
from xray_app.uploads import Inbox

SignIn = Callable[..., TestClient]


@pytest.fixture
def desk(service: Service, tmp_path: Path) -> OfficerDesk:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return OfficerDesk(service, Inbox(folder, 2**20), None)


@pytest.fixture
def who(desk: OfficerDesk, sign_in: SignIn) -> Callable[..., Any]:
    """An officer who is signed in, as the page finds them."""
    return lambda role, name=None: desk.who(dict(sign_in(role, name).cookies))


@pytest.fixture
def case_id(scanner: TestClient, scan: bytes, inspect_all: Callable[[], None]) -> str:
    about = '{"container": "CSQU3054383", "declaration": {"description": "<b>shoes</b>"}}'
    files = {"scan": ("bag.png", scan)}
    answer = scanner.post("/api/v1/scans", files=files, data={"about": about})
    inspect_all()
    return str(answer.json()["id"])


def version(page: str) -> int:
    found = re.search(r'data-version="(\d+)"', page)
    assert found is not None
    return int(found.group(1))


def test_an_officer_takes_a_case_reads_it_and_decides(
    desk: OfficerDesk, who: Callable[..., Any], case_id: str
) -> None:
    kim = who(Role.SCREENER, "kim")
    assert "Waiting" in desk.queue(kim, None)
    assert desk.act(kim, "take", "", 0, "") == case_id
    page = desk.case(kim, case_id)
    for words in ("Alarm", "CSQU3054383", "gun", "This case is yours"):
        assert words in page
    assert "&lt;b&gt;shoes&lt;/b&gt;" in page
    assert 'data-act="clear"' in page
    assert "Yours" in desk.queue(kim, case_id)
    assert desk.mine(kim) == case_id
    assert desk.act(kim, "search", case_id, version(page), "a pistol") is None
    page = desk.case(kim, case_id)
    assert "is to be searched" in page
    desk.act(kim, "found", case_id, version(page), "in a shoe")
    assert "closed: found" in desk.case(kim, case_id)


def test_the_desk_offers_only_what_can_be_done(
    desk: OfficerDesk, who: Callable[..., Any], case_id: str
) -> None:
    kim, lee = who(Role.SCREENER, "kim"), who(Role.SCREENER, "lee")
    assert "data-act" not in desk.case(kim, case_id)
    desk.act(kim, "take", "", 0, "")
    page = desk.case(lee, case_id)
    assert "with kim" in page
    assert "data-act" not in page
    with pytest.raises(Conflict):
        desk.act(lee, "clear", case_id, version(desk.case(kim, case_id)), "")
    with pytest.raises(Refused, match="load it again"):
        desk.act(kim, "drop", case_id, 1, "")


def test_a_sign_of_life_does_not_make_the_open_page_stale(
    desk: OfficerDesk, who: Callable[..., Any], case_id: str, clock: Any
) -> None:
    kim = who(Role.SCREENER, "kim")
    desk.act(kim, "take", "", 0, "")
    seen = version(desk.case(kim, case_id))
    for _ in range(3):
        clock.move(minutes=4)
        desk.renew(kim)
    desk.act(kim, "clear", case_id, seen, "")
    assert "closed: cleared" in desk.case(kim, case_id)


def test_a_case_is_held_taken_up_escalated_and_released(
    desk: OfficerDesk, who: Callable[..., Any], case_id: str
) -> None:
    kim, boss = who(Role.SCREENER, "kim"), who(Role.SUPERVISOR, "boss")
    desk.act(kim, "take", "", 0, "")
    for act in ("hold", "resume", "escalate"):
        desk.act(kim, act, case_id, version(desk.case(kim, case_id)), "odd seal")
    assert case_id not in desk.queue(kim, None)
    assert desk.act(boss, "take", "", 0, "") == case_id
    page = desk.case(boss, case_id)
    assert "kim: odd seal" in page
    assert 'data-act="escalate"' not in page
    desk.act(boss, "release", case_id, version(page), "")


def test_an_upload_becomes_a_case(
    desk: OfficerDesk,
    who: Callable[..., Any],
    service: Service,
    scan: bytes,
    send: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def inspected(case_id: str) -> None:
        case = inspection.claim(service.database, service.now)
        assert case is not None
        process: Any = service.pool
        service.dispatch.inspect(case, process)

    monkeypatch.setattr(desk, "_wait", inspected)
    kim = who(Role.SCREENER, "kim")
    key = desk.add(kim, (send(desk.inbox, "mine.png", scan),))
    assert "mine.png" in desk.case(kim, key)
    full = desk.picture(f"{key}-0", "full")
    assert full is not None
    assert full[:2] == b"\xff\xd8"
    assert desk.picture(f"{key}-7", "full") is None
    assert desk.picture("../../etc/passwd", "full") is None
    assert desk.picture(f"{key}-0", "other") is None


@pytest.mark.parametrize("role", list(Role))
def test_only_who_may_work_has_the_page(
    desk: OfficerDesk, who: Callable[..., Any], role: Role
) -> None:
    if Right.WORK in RIGHTS[role]:
        assert who(role).role is role
    else:
        with pytest.raises(NotSignedIn, match="no right to work"):
            who(role)
    with pytest.raises(NotSignedIn):
        desk.who({"xray_session": "guessed"})


def test_several_views_are_offered_one_by_one(
    desk: OfficerDesk,
    who: Callable[..., Any],
    scanner: TestClient,
    write_scan: Any,
    inspect_all: Callable[[], None],
) -> None:
    files = [
        ("scan", (name, write_scan(name, bright=bright).read_bytes()))
        for name, bright in (("top.png", 0.4), ("side.png", 0.6))
    ]
    case_id = scanner.post("/api/v1/scans", files=files).json()["id"]
    inspect_all()
    page = desk.case(who(Role.SCREENER), f"{case_id}-1")
    assert f'data-case="{case_id}-0"' in page
    scene = json.loads(desk.scene(f"{case_id}-1"))
    assert scene["current"] == 1
    pictures = [view["picture"] for view in scene["views"]]
    assert pictures == [f"pictures/{case_id}-0/full", f"pictures/{case_id}-1/full"]


def test_the_planes_of_a_raw_scan_are_kept_and_served_to_whoever_may_work(
    desk: OfficerDesk,
    scanner: TestClient,
    write_scan: Any,
    inspect_all: Callable[[], None],
) -> None:
    file = write_scan("bag.png", np.uint16, 0.4).read_bytes()
    case_id = scanner.post("/api/v1/scans", files={"scan": ("bag.png", file)}).json()["id"]
    inspect_all()
    (view,) = json.loads(desk.scene(case_id))["views"]
    assert view["planes"] == f"planes/{case_id}-0"
    packed = desk.planes(f"{case_id}-0")
    assert packed is not None
    raw = gzip.decompress(packed) if is_gzipped(packed) else packed
    assert raw[:4] == b"XPL1"
    assert desk.planes(f"{case_id}-1") is None
    assert desk.planes("unknown") is None
    assert desk.scene("unknown") == ""
