"""Cases are inspected whatever happens to the database or the disk in between."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from xray_app.cases.case import load
from xray_app.cases.states import State
from xray_app.inspectors import dispatch as dispatching
from xray_app.inspectors.pool import BrokeOff
from xray_app.service import Service


@pytest.fixture
def case_id(scanner: TestClient, scan: bytes) -> str:
    answer = scanner.post("/api/v1/scans", files={"scan": ("bag.png", scan)})
    return str(answer.json()["id"])


def state(service: Service, case_id: str) -> State:
    with service.database.read() as connection:
        return load(connection, case_id).state


def test_a_case_whose_result_could_not_be_written_goes_again(
    service: Service, case_id: str, monkeypatch: pytest.MonkeyPatch, inspect_all: Callable[[], None]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    case, process = service.dispatch.claim(), service.pool
    assert case is not None
    service.dispatch.recover()
    assert state(service, case_id) is State.INSPECTING  # somebody does inspect it
    with monkeypatch.context() as broken:
        broken.setattr(dispatching.inspection, "record", full)
        one: Any = process
        with pytest.raises(OSError, match="No space"):
            service.dispatch.inspect(case, one)
    assert state(service, case_id) is State.INSPECTING
    assert list(service.contents.incoming.iterdir()) == []
    service.dispatch.recover()
    assert state(service, case_id) is State.RECEIVED
    inspect_all()
    assert state(service, case_id) is State.WAITING


def test_a_process_that_breaks_off_gives_the_case_back_then_leaves_it_to_an_officer(
    service: Service, case_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_slow(*_: object) -> None:
        raise BrokeOff("an inspection took over 120 s")

    one: Any = service.pool
    monkeypatch.setattr(one, "ask", too_slow)
    for wanted in (State.RECEIVED, State.WAITING):
        case = service.dispatch.claim()
        assert case is not None
        service.dispatch.inspect(case, one)
        assert state(service, case_id) is wanted
