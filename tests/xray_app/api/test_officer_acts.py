"""What officers are told where the database fails once what they did is kept, and what holds."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import TimeoutError as NoConnection

from xray_app.access.roles import Role
from xray_app.cases import outage, pending, seen
from xray_app.cases.case import Case, load
from xray_app.cases.queue import Queue
from xray_app.cases.states import State
from xray_app.desk import bringing, doing
from xray_app.desk.doing import Asked
from xray_app.desk.officer import MAYBE, NOT_NOW, NOT_SHOWN, OfficerDesk
from xray_app.desk.officer_page import Handlers
from xray_app.desk.page import Parts
from xray_app.service import Service

AWAY = NoConnection("no turn to write within 10 s: another write hangs")
ACTS: list[dict[str, object]] = [
    {"name": "clear"},
    {"name": "search", "code": "weapon"},
    {"name": "escalate", "code": "weapon"},
    {"name": "hold", "to": "documents are missing"},
    {"name": "hand_over", "to": "lee"},
]
BECOMES = {"hold": State.HELD, "hand_over": State.TAKEN}


@pytest.fixture
def kept_in(database_url: str) -> str:
    """On each kind of database."""
    return database_url


@pytest.fixture
def cookies(sign_in: Callable[..., TestClient]) -> dict[str, str]:
    """Of kim; there is also lee, who has no case."""
    sign_in(Role.SCREENER, "lee")
    return dict(sign_in(Role.SCREENER, "kim").cookies)


@pytest.fixture
def kim(desk: OfficerDesk, cookies: dict[str, str]) -> Any:
    return desk.who(cookies)


@pytest.fixture
def case(desk: OfficerDesk, kim: Any, cases: list[str], service: Service) -> Case:
    """One that kim has, of which the machine says that it alarms; another waits."""
    desk.act(kim, Asked("take"))
    with service.database.read() as connection:
        return load(connection, str(desk.mine(kim)))


@pytest.fixture
def press(desk: OfficerDesk, cookies: dict[str, str], case: Case) -> Callable[..., Parts]:
    """Presses a button of the page as it stood at first; what its parts become."""
    request = cast(gr.Request, SimpleNamespace(cookies=cookies, headers={}, query_params={}))

    def press(**asked: object) -> Parts:
        said = {"case": case.id, "version": case.version, "note": "", "code": "", "to": ""}
        event = gr.EventData(None, said | {"minutes": 30} | asked)
        if asked == {"name": "settled"}:
            return Handlers(desk).settled(None, request)
        return Handlers(desk).acted(case.id, event, request)

    return press


def fail(*_: object) -> None:
    raise AWAY


def states(service: Service, case: Case) -> State:
    with service.database.read() as connection:
        return load(connection, case.id).state


def opinion_was_shown(service: Service, case: Case) -> bool:
    with service.database.read() as connection:
        return case.id in seen.by(connection, "kim", [case.id])


@pytest.mark.parametrize("fails", ["case", "scene"])
def test_an_alarm_is_shown_to_who_wants_the_scan_first_before_the_same_key_decides(
    desk: OfficerDesk,
    kim: Any,
    case: Case,
    press: Callable[..., Parts],
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
    fails: str,
) -> None:
    desk.act(kim, Asked("scan_first"))
    with monkeypatch.context() as patch:
        patch.setattr(desk, fails, fail)
        assert NOT_SHOWN in str(press(name="clear")[3]), "the first verdict is kept"
    assert not opinion_was_shown(service, case)
    page = str(press(name="clear")[3])
    assert "first verdict is kept" in page
    assert "Alarm" in page
    assert states(service, case) is State.TAKEN
    press(name="clear")
    assert states(service, case) is State.PENDING


def test_an_alarm_is_shown_first_though_nobody_could_say_whether_both_agree(
    desk: OfficerDesk,
    kim: Any,
    case: Case,
    press: Callable[..., Parts],
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk.act(kim, Asked("scan_first"))
    with monkeypatch.context() as patch:
        patch.setattr(doing._Doing, "_is_against_unseen", fail)
        assert NOT_NOW in str(press(name="clear")[3].props)  # type: ignore[attr-defined]
    assert "first verdict is kept" in str(press(name="clear")[3])
    assert states(service, case) is State.TAKEN


@pytest.mark.parametrize("act", ACTS, ids=[str(act["name"]) for act in ACTS])
def test_what_is_done_is_said_to_be_though_the_next_case_cannot_be_taken(
    kim: Any,
    case: Case,
    press: Callable[..., Parts],
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
    act: dict[str, object],
) -> None:
    monkeypatch.setattr(Queue, "take", fail)
    opened, undoable, queue, page, _ = press(**act)
    assert opened is None
    assert "That is done. The next case cannot be taken just now" in str(page)
    assert states(service, case) is BECOMES.get(str(act["name"]), State.PENDING)
    assert ('data-act="undo"' in str(undoable)) is (act["name"] not in BECOMES)
    assert "Take the next case" in str(queue)


@pytest.mark.parametrize("act", ACTS, ids=[str(act["name"]) for act in ACTS])
def test_a_button_that_is_pressed_again_as_its_answer_was_lost_is_not_told_of_a_conflict(
    case: Case,
    press: Callable[..., Parts],
    service: Service,
    clock: Any,
    act: dict[str, object],
) -> None:
    first, *_ = press(**act)
    clock.move(seconds=30)  # a decision is written down meanwhile
    with service.database.read() as connection:
        pressed = load(connection, case.id)
    again, _, _, page, _ = press(**act)
    assert 'role="alert"' not in str(page)
    assert again == first, "the next case, which they have by now"
    with service.database.read() as connection:
        assert act["name"] not in BECOMES or load(connection, case.id) == pressed


def test_a_decision_that_could_not_be_shown_is_taken_back_all_the_same(
    desk: OfficerDesk,
    kim: Any,
    case: Case,
    press: Callable[..., Parts],
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(desk, "pending", fail)
        _, undoable, _, page, scan = press(name="clear")
    assert NOT_SHOWN in str(page)
    assert scan == ""
    assert undoable.props["failed"], "so that it is asked for again"  # type: ignore[attr-defined]
    assert case.id in str(press(name="settled")[1])
    with service.database.read() as connection:
        (mine,) = pending.pending_of(connection, kim.officer())
    press(name="undo", version=mine.case.version)
    assert states(service, case) is State.TAKEN


def test_a_case_that_was_only_chosen_is_not_said_to_be_done(
    desk: OfficerDesk,
    cookies: dict[str, str],
    case: Case,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request = cast(gr.Request, SimpleNamespace(cookies=cookies, headers={}))
    monkeypatch.setattr(desk, "case", fail)
    event = gr.EventData(None, {"case": case.id})
    *_, page, _ = Handlers(desk).selected(event, request)
    assert NOT_NOW in str(page.props)  # type: ignore[attr-defined]


def test_what_may_have_been_done_is_said_to_be_so_and_can_be_asked_for_again(
    press: Callable[..., Parts],
    case: Case,
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    propose = pending.propose

    def loses(*asked: Any) -> None:
        propose(*asked)
        raise outage.InDoubt(ConnectionResetError("within COMMIT"))

    with monkeypatch.context() as patch:
        patch.setattr(pending, "propose", loses)
        *_, page, _ = press(name="clear")
    assert MAYBE in str(page.props)  # type: ignore[attr-defined]
    *_, page, _ = press(name="clear")
    assert "has changed" not in str(page)
    assert states(service, case) is State.PENDING


def test_an_upload_is_opened_though_nobody_could_say_how_far_it_is(
    desk: OfficerDesk,
    kim: Any,
    send: Callable[..., str],
    scan: bytes,
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bringing, "load", fail)
    key = desk.add(kim, (send(desk.inbox, "mine.png", scan),))
    with service.database.read() as connection:
        assert load(connection, key).state is State.RECEIVED
