"""The officers' desk over the cases, without a browser."""

import gzip
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from xray_app.access.errors import NotSignedIn
from xray_app.access.roles import RIGHTS, Right, Role
from xray_app.cases import first_verdicts, inspection
from xray_app.cases.errors import Conflict, Refused
from xray_app.desk import bringing
from xray_app.desk.doing import After, Asked
from xray_app.desk.officer import OfficerDesk
from xray_app.planes import is_gzipped
from xray_app.service import Service

SignIn = Callable[..., TestClient]
Act = Callable[..., After]


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


@pytest.fixture
def act(desk: OfficerDesk) -> Callable[..., After]:
    """Presses a button of the case's page as it stands."""

    def act(actor: Any, name: str, case_id: str = "", **more: Any) -> After:
        if case_id and "version" not in more:
            more["version"] = version(desk.case(actor, case_id))
        return desk.act(actor, Asked(name, case_id, **more))

    return act


def test_an_officer_takes_a_case_reads_it_and_decides(
    desk: OfficerDesk, who: Callable[..., Any], act: Act, case_id: str, clock: Any
) -> None:
    kim = who(Role.SCREENER, "kim")
    assert "Waiting" in desk.queue(kim, None)
    assert act(kim, "take").case_id == case_id
    clock.move(seconds=65)
    page = desk.case(kim, case_id)
    for words in ("Alarm", "CSQU3054383", "gun", "This case is yours", 'data-since="65000"'):
        assert words in page
    assert "&lt;b&gt;shoes&lt;/b&gt;" in page
    assert 'data-act="clear"' in page
    assert "Yours" in desk.queue(kim, case_id)
    assert desk.mine(kim) == case_id
    assert act(kim, "search", case_id, code="weapon", note="a pistol").case_id is None
    assert "sent to be searched" in desk.pending(kim)
    assert "can still take it back" in desk.case(kim, case_id)
    clock.move(seconds=10)
    assert desk.pending(kim) == ""
    page = desk.case(kim, case_id)
    assert "is to be searched" in page
    assert "search: weapon; a pistol" in page
    (sheet,) = re.findall(r'href="(/search-room[^"]+)"', page)
    assert sheet == f"/search-room?case={case_id}"
    for name in ("found", "not_found"):  # no key and no button ends a search
        assert f'data-act="{name}"' not in page
        with pytest.raises(Refused, match="there is not"):
            desk.act(kim, Asked(name, case_id, version=4))


def test_what_waits_in_the_browser_is_kept_under_the_name_of_whoever_asks(
    desk: OfficerDesk, who: Callable[..., Any], act: Act, case_id: str
) -> None:
    for name in ("kim", "lee"):
        officer = who(Role.SCREENER, name)
        assert json.loads(desk.scene(officer, case_id))["officer"] == name
        act(officer, "take", "")
        assert f'data-officer="{name}"' in desk.case(officer, case_id)
        act(officer, "release", case_id)


def test_a_decision_is_taken_back_with_the_case_that_it_was_on(
    desk: OfficerDesk, who: Callable[..., Any], act: Act, cases: list[str]
) -> None:
    kim = who(Role.SCREENER, "kim")
    first = act(kim, "take").case_id
    assert first is not None
    following = act(kim, "clear", first).case_id
    assert following == next(case for case in cases if case != first)
    (undo,) = re.findall(r'data-act="undo".*?data-version="(\d+)"', desk.pending(kim))
    assert act(kim, "undo", first, version=int(undo)).case_id == first
    assert desk.mine(kim) == first
    assert "Waiting" in desk.queue(kim, first)


def test_what_is_not_cleared_needs_a_reason_and_the_machines_alarm_suggests_one(
    desk: OfficerDesk, who: Callable[..., Any], act: Act, case_id: str
) -> None:
    kim = who(Role.SCREENER, "kim")
    act(kim, "take")
    suggested = r'data-code="weapon" data-key="2" aria-pressed="true"'
    assert re.search(suggested, desk.case(kim, case_id))
    with pytest.raises(Refused, match="say why"):
        act(kim, "suspect", case_id)
    with pytest.raises(Refused, match="load it again"):
        act(kim, "suspect", case_id, code="dragons")


def test_the_viewer_is_told_what_comes_next(
    desk: OfficerDesk, who: Callable[..., Any], act: Act, cases: list[str]
) -> None:
    kim = who(Role.SCREENER, "kim")
    mine = act(kim, "take").case_id
    other = next(case for case in cases if case != mine)
    said = json.loads(desk.scene(kim, mine))
    assert said["case"] == mine
    assert [one["picture"] for one in said["ahead"]] == [f"pictures/{other}-0/full"]


@pytest.fixture
def kim(desk: OfficerDesk, who: Callable[..., Any], case_id: str) -> Any:
    """Somebody who wants the scan first, and who has seen no case yet."""
    kim = who(Role.SCREENER, "kim")
    desk.act(kim, Asked("scan_first"))
    return kim


def hides(desk: OfficerDesk, actor: Any, case_id: str) -> bool:
    """Whether nothing on the page tells what the machine says."""
    pages = (desk.case(actor, case_id), desk.queue(actor, case_id), desk.scene(actor, case_id))
    return not any(word in page for page in pages for word in ("Alarm", "gun"))


def test_the_scan_comes_first_for_whoever_wants_it_and_both_verdicts_stay(
    desk: OfficerDesk, kim: Any, act: Act, case_id: str, clock: Any
) -> None:
    act(kim, "take")
    assert hides(desk, kim, case_id)
    assert 'aria-pressed="true">Weapon' not in desk.case(kim, case_id)
    assert "Scan first" in desk.queue(kim, case_id)
    assert json.loads(desk.scene(kim, case_id))["views"][0]["marks"] == []
    after = act(kim, "clear", case_id)
    assert after.case_id == case_id  # the machine says otherwise
    page = desk.case(kim, case_id, after.notice)
    assert "first verdict is kept" in page
    assert "Alarm" in page
    assert act(kim, "search", case_id, code="weapon").case_id is None
    clock.move(seconds=10)
    desk.pending(kim)
    page = desk.case(kim, case_id)
    assert re.search(r"kim, before the machine</b><span class=\"\">clear<", page)
    assert re.search(r"kim</b><span class=\"\">search: weapon<", page)
    assert act(kim, "scan_first", case_id, version=1) == After(case_id)


def test_where_both_agree_the_first_verdict_decides(
    desk: OfficerDesk, kim: Any, act: Act, case_id: str
) -> None:
    act(kim, "take")
    with pytest.raises(Refused, match="say why"):
        act(kim, "search", case_id)
    assert act(kim, "search", case_id, code="weapon").case_id is None
    assert "sent to be searched" in desk.pending(kim)


def test_who_saw_the_machines_opinion_gives_no_first_verdict_on_that_case(
    desk: OfficerDesk, who: Callable[..., Any], act: Act, cases: list[str], service: Service
) -> None:
    kim = who(Role.SCREENER, "kim")
    mine = str(act(kim, "take").case_id)
    after = act(kim, "scan_first", mine)
    assert "begins with the next case" in after.notice
    assert "Alarm" in desk.case(kim, mine)
    (other,) = set(cases) - {mine}
    assert act(kim, "clear", mine).case_id == other  # it decides
    with service.database.read() as connection:
        assert first_verdicts.of(connection, mine) == []
    assert hides(desk, kim, other)


def test_looking_once_without_it_or_on_paper_ends_the_first_verdict(
    desk: OfficerDesk, kim: Any, act: Act, case_id: str, sign_in: SignIn
) -> None:
    act(kim, "take")
    assert hides(desk, kim, case_id)
    assert act(kim, "scan_first", case_id).notice == ""
    assert not hides(desk, kim, case_id)
    assert "begins with the next case" in act(kim, "scan_first", case_id).notice
    assert not hides(desk, kim, case_id)

    lee = sign_in(Role.SCREENER, "lee")
    officer = desk.who(dict(lee.cookies))
    desk.act(officer, Asked("scan_first"))
    assert hides(desk, officer, case_id)
    assert lee.get(f"/api/v1/cases/{case_id}/report").status_code == 200
    assert not hides(desk, officer, case_id)


def test_a_case_that_is_set_aside_stays_without_the_machines_opinion(
    desk: OfficerDesk, kim: Any, act: Act, case_id: str
) -> None:
    act(kim, "take")
    act(kim, "hold", case_id, to="documents are missing")
    assert hides(desk, kim, case_id)
    act(kim, "resume", case_id)
    assert act(kim, "clear", case_id).case_id == case_id  # kept as the first verdict


def test_a_case_is_handed_to_a_colleague_who_is_free(
    desk: OfficerDesk, who: Callable[..., Any], act: Act, cases: list[str]
) -> None:
    kim, lee, _ = (who(Role.SCREENER, name) for name in ("kim", "lee", "<i>ann</i>"))
    mine = act(kim, "take").case_id
    page = desk.case(kim, mine)
    assert 'data-to="lee"' in page
    assert "&lt;i&gt;ann" in page
    assert act(kim, "hand_over", mine, to="lee").case_id != mine
    assert desk.mine(lee) == mine
    second = str(desk.mine(kim))
    assert "has a case; takes this one next" in desk.case(kim, second)
    act(kim, "hand_over", second, to="lee")
    assert "held by lee: handed over by: kim" in desk.case(kim, second)
    assert "<h2>Yours <span>2</span>" in desk.queue(lee, None)
    assert "<h2>Held" not in desk.queue(lee, None)
    assert act(lee, "release", mine).case_id is None
    assert act(lee, "take").case_id == second
    assert act(kim, "take").case_id == mine
    with pytest.raises(Refused, match="no officer is called"):
        act(kim, "hand_over", desk.mine(kim), to="nobody")


def test_earlier_cases_of_the_consignee_stand_beside_the_scan(
    desk: OfficerDesk, who: Callable[..., Any], cases: list[str]
) -> None:
    first, second = cases
    kim = who(Role.SCREENER, "kim")
    assert "Same consignee before <span>1</span>" in desk.case(kim, second)
    assert "Same consignee before</h3>" in desk.case(kim, first)


def test_the_desk_offers_only_what_can_be_done(
    desk: OfficerDesk, who: Callable[..., Any], act: Act, case_id: str
) -> None:
    kim, lee = who(Role.SCREENER, "kim"), who(Role.SCREENER, "lee")
    assert "data-act" not in desk.case(kim, case_id)
    act(kim, "take")
    page = desk.case(lee, case_id)
    assert "with kim" in page
    assert "data-act" not in page
    seen = version(desk.case(kim, case_id))
    with pytest.raises(Conflict):
        act(lee, "clear", case_id, version=seen)
    with pytest.raises(Refused, match="load it again"):
        act(kim, "drop", case_id, version=1)


def test_a_sign_of_life_does_not_make_the_open_page_stale(
    desk: OfficerDesk, who: Callable[..., Any], act: Act, case_id: str, clock: Any
) -> None:
    kim = who(Role.SCREENER, "kim")
    act(kim, "take")
    seen = version(desk.case(kim, case_id))
    for _ in range(3):
        clock.move(minutes=4)
        desk.renew(kim)
    act(kim, "clear", case_id, version=seen)
    clock.move(seconds=10)
    desk.pending(kim)
    assert "closed: cleared" in desk.case(kim, case_id)


def test_a_case_that_nobody_is_at_runs_out_though_its_page_is_open(
    desk: OfficerDesk, who: Callable[..., Any], act: Act, case_id: str, clock: Any
) -> None:
    kim = who(Role.SCREENER, "kim")
    act(kim, "take")
    for idle_s in (0.0, 240.0, 480.0):
        clock.move(minutes=4)
        desk.renew(kim, idle_s)
    clock.move(minutes=2)
    assert desk.mine(kim) is None
    assert act(who(Role.SCREENER, "lee"), "take").case_id == case_id


def test_pictures_that_a_page_fetches_do_not_use_the_session(
    service: Service, sign_in: SignIn, case_id: str, clock: Any
) -> None:
    kim = sign_in(Role.SCREENER, "kim")
    clock.move(minutes=29)
    assert kim.get(f"/api/v1/cases/progress?id={case_id}").status_code == 200
    clock.move(minutes=1)
    assert kim.get(f"/api/v1/cases/{case_id}").status_code == 401


def test_a_refusal_names_the_case_as_officers_know_it(
    desk: OfficerDesk, who: Callable[..., Any], act: Act, case_id: str
) -> None:
    act(who(Role.SCREENER, "kim"), "take")
    assert desk.why(Refused(f"kim has case {case_id} already")) == (
        "kim has case CSQU3054383 already."
    )
    unknown = "0" * 32
    assert desk.why(Refused(f"there is no case {unknown}")) == f"there is no case {unknown}."


def test_a_case_that_is_handed_over_opens_on_an_empty_page_and_says_from_whom(
    desk: OfficerDesk, who: Callable[..., Any], act: Act, case_id: str
) -> None:
    kim, lee = who(Role.SCREENER, "kim"), who(Role.SCREENER, "lee")
    assert desk.given(lee) is None
    act(kim, "take")
    assert desk.given(kim) == After(case_id), "nobody handed it over"
    act(kim, "hand_over", case_id, to="lee")
    assert desk.given(lee) == After(case_id, "kim handed this case over to you.")


def test_a_case_is_held_taken_up_escalated_and_released(
    desk: OfficerDesk, who: Callable[..., Any], act: Act, case_id: str, clock: Any
) -> None:
    kim, boss = who(Role.SCREENER, "kim"), who(Role.SUPERVISOR, "boss")
    act(kim, "take")
    with pytest.raises(Refused, match="1 to 1440 minutes"):
        act(kim, "hold", case_id, note="odd seal", minutes=2000)
    assert act(kim, "hold", case_id, to="other", note="odd seal", minutes=10).case_id is None
    assert 'held by kim: other: odd seal, until <time datetime="2026-03-01T08:10' in desk.case(
        kim, case_id
    )
    assert act(kim, "resume", case_id).case_id == case_id
    assert act(kim, "escalate", case_id, note="odd seal").case_id is None
    clock.move(seconds=10)
    assert desk.pending(kim) == ""
    assert case_id not in desk.queue(kim, None)
    assert act(boss, "take").case_id == case_id
    page = desk.case(boss, case_id)
    assert "kim: odd seal" in page
    assert 'data-act="escalate"' not in page
    assert "back in the queue" in act(boss, "release", case_id).notice


def test_a_supervisor_takes_one_of_several_escalated_cases_and_nobody_else_out_of_turn(
    desk: OfficerDesk, who: Callable[..., Any], act: Act, cases: list[str], clock: Any
) -> None:
    kim, boss = who(Role.SCREENER, "kim"), who(Role.SUPERVISOR, "boss")
    taken = []
    for _ in cases:
        taken.append(str(act(kim, "take").case_id))
        act(kim, "escalate", taken[-1], code="weapon", note="lead plate?")
        clock.move(seconds=10)
        desk.pending(kim)
    wanted = next(one for one in reversed(taken) if one != desk.act(boss, Asked("take")).case_id)
    act(boss, "release", next(one for one in taken if one != wanted))
    page = desk.case(boss, wanted)
    assert 'data-act="take_this" data-key="n"' in page
    assert "comes in its turn" not in page
    seen = version(page)
    with pytest.raises(Refused, match="only a supervisor"):
        act(kim, "take_this", wanted, version=seen)
    with pytest.raises(Conflict, match="has changed"):
        act(boss, "take_this", wanted, version=seen - 1)
    assert act(boss, "take_this", wanted, version=seen).case_id == wanted
    assert desk.mine(boss) == wanted
    with pytest.raises(Refused, match="already"):
        act(boss, "take_this", next(one for one in taken if one != wanted))


def test_a_waiting_case_says_that_it_comes_in_its_turn(
    desk: OfficerDesk, who: Callable[..., Any], act: Act, cases: list[str]
) -> None:
    kim = who(Role.SCREENER, "kim")
    page = desk.case(kim, cases[0])
    assert re.search(r"<kbd>n</kbd></b> takes the next case; this one comes in its turn", page)
    mine = str(act(kim, "take").case_id)
    assert "comes in its turn" not in desk.case(kim, mine)
    (other,) = set(cases) - {mine}
    assert "comes in its turn, once you are done with yours" in desk.case(kim, other)


def test_who_may_not_search_is_not_led_to_where_results_are_recorded(
    desk: OfficerDesk, who: Callable[..., Any], act: Act, case_id: str, clock: Any
) -> None:
    kim = who(Role.SCREENER, "kim")
    act(kim, "take")
    act(kim, "search", case_id, code="weapon")
    clock.move(seconds=10)
    desk.pending(kim)
    looker = replace(kim, rights=kim.rights - {Right.SEARCH})
    assert "/search-room" in desk.case(kim, case_id)
    assert "/search-room" not in desk.case(looker, case_id)


def test_an_upload_becomes_a_case(
    desk: OfficerDesk,
    who: Callable[..., Any],
    service: Service,
    scan: bytes,
    send: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def inspected(service: Service, case_id: str) -> None:
        case = inspection.claim(service.database, service.now)
        assert case is not None
        process: Any = service.pool
        service.dispatch.inspect(case, process)

    monkeypatch.setattr(bringing, "wait_for_report", inspected)
    kim = who(Role.SCREENER, "kim")
    key = desk.add(kim, (send(desk.inbox, "mine.png", scan),))
    assert "mine.png" in desk.case(kim, key)
    full = desk.picture(f"{key}-0", "full")
    assert full is not None
    assert full[:2] == b"\xff\xd8"
    assert desk.picture(f"{key}-7", "full") is None
    assert desk.picture("../../etc/passwd", "full") is None
    assert desk.picture(f"{key}-0", "other") is None


def test_a_file_that_is_sent_again_while_it_is_on_its_way_is_one_case(
    desk: OfficerDesk,
    who: Callable[..., Any],
    scan: bytes,
    send: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bringing, "wait_for_report", lambda *_: None)
    kim = who(Role.SCREENER, "kim")
    sent = [send(desk.inbox, "mine.png", scan) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        keys = set(pool.map(lambda upload: desk.add(kim, (upload,)), sent))
    assert len(keys) == 1


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
    kim = who(Role.SCREENER)
    page = desk.case(kim, f"{case_id}-1")
    assert f'data-case="{case_id}-0"' in page
    assert page.count('<span class="chip alarm">Alarm</span>') == 2, "of each view"
    scene = json.loads(desk.scene(kim, f"{case_id}-1"))
    assert scene["current"] == 1
    pictures = [view["picture"] for view in scene["views"]]
    assert pictures == [f"pictures/{case_id}-0/full", f"pictures/{case_id}-1/full"]


def test_a_view_that_could_not_be_read_is_counted_for_the_viewer_and_not_named(
    desk: OfficerDesk,
    who: Callable[..., Any],
    scanner: TestClient,
    scan: bytes,
    inspect_all: Callable[[], None],
) -> None:
    files = [("scan", (name, held)) for name, held in (("a.png", b"no picture"), ("b.png", scan))]
    case_id = scanner.post("/api/v1/scans", files=files).json()["id"]
    inspect_all()
    kim = who(Role.SCREENER)
    assert desk.scene(kim, f"{case_id}-0") == ""
    said = json.loads(desk.scene(kim, f"{case_id}-1"))
    assert [view["picture"] for view in said["views"]] == [f"pictures/{case_id}-1/full"]
    assert (said["current"], said["unseen"], said["views"][0]["position"]) == (0, 1, 1)
    assert said["views"][0]["name"] != ""


def test_the_planes_of_a_raw_scan_are_kept_and_served_to_whoever_may_work(
    desk: OfficerDesk,
    who: Callable[..., Any],
    scanner: TestClient,
    write_scan: Any,
    inspect_all: Callable[[], None],
) -> None:
    kim = who(Role.SCREENER)
    file = write_scan("bag.png", np.uint16, 0.4).read_bytes()
    case_id = scanner.post("/api/v1/scans", files={"scan": ("bag.png", file)}).json()["id"]
    inspect_all()
    (view,) = json.loads(desk.scene(kim, case_id))["views"]
    assert view["planes"] == f"planes/{case_id}-0"
    packed = desk.planes(f"{case_id}-0")
    assert packed is not None
    raw = gzip.decompress(packed) if is_gzipped(packed) else packed
    assert raw[:4] == b"XPL1"
    assert desk.planes(f"{case_id}-1") is None
    assert desk.planes("unknown") is None
    assert desk.scene(kim, "unknown") == ""
