"""Cases are inspected whatever happens to the database or the disk in between, by the profile that
is in force when their inspection begins.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from unittest.mock import Mock

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError

from tests.xray_app.here import Here
from xray import Encoding
from xray.card import Card
from xray.clearance import Rule
from xray.detector import Detector
from xray.profile import Profile
from xray_app.cases import audit, inspection, integrity, profiles, reading
from xray_app.cases.case import Case, load
from xray_app.cases.inspection import BROKE_OFF
from xray_app.cases.rules import Rules
from xray_app.cases.states import Disposition, State
from xray_app.exchange import dossier
from xray_app.exchange.replay import replay
from xray_app.inspectors import again
from xray_app.inspectors import dispatch as dispatching
from xray_app.inspectors.dispatch import Dispatch
from xray_app.inspectors.process import BrokeOff
from xray_app.intake import Inspector
from xray_app.service import Service


@pytest.fixture
def case_id(scanner: TestClient, scan: bytes) -> str:
    answer = scanner.post("/api/v1/scans", files={"scan": ("bag.png", scan)})
    return str(answer.json()["id"])


def state(service: Service, case_id: str) -> State:
    with service.database.read() as connection:
        return load(connection, case_id).state


@pytest.mark.parametrize("act", ["changed", "gone"])
def test_a_scan_that_is_not_what_came_in_is_not_inspected_and_an_officer_is_told(
    service: Service, case_id: str, inspect_all: Callable[[], None], act: str
) -> None:
    (file,) = service.contents.folder.glob("??/*")
    file.write_bytes(b"another scan") if act == "changed" else file.unlink()
    inspect_all()
    with service.database.read() as connection:
        case = load(connection, case_id)
        assert reading.reports(connection, case_id) == {}
        assert integrity.verify(connection).problem is None
    assert (case.state, case.outcome, case.problem) == (State.WAITING, None, dispatching.CHANGED)


def test_a_case_whose_result_could_not_be_written_goes_again(
    service: Service, case_id: str, monkeypatch: pytest.MonkeyPatch, inspect_all: Callable[[], None]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(dispatching, "AFTER_FAILURE_SECONDS", 0.0)
    one: Any = service.pool
    for _ in range(Rules().max_tries + 1):
        case = service.dispatch.claim()
        assert case is not None
        service.dispatch.recover()
        assert state(service, case_id) is State.INSPECTING  # somebody does inspect it
        with monkeypatch.context() as broken:
            broken.setattr(dispatching.inspection, "record", full)
            with pytest.raises(OSError, match="No space"):
                service.dispatch.inspect(case, one)
        assert state(service, case_id) is State.INSPECTING
        assert list(service.contents.incoming.iterdir()) == []
        service.dispatch.recover()
        assert state(service, case_id) is State.RECEIVED
    inspect_all()
    assert state(service, case_id) is State.WAITING


def test_after_a_failure_of_the_machine_nothing_is_claimed_for_longer_and_longer(
    service: Service, case_id: str, monkeypatch: pytest.MonkeyPatch, inspect_all: Callable[[], None]
) -> None:
    now = 0.0
    full = Mock(side_effect=OSError(28, "No space left on device"))
    one: Any = service.pool
    monkeypatch.setattr(dispatching, "monotonic", lambda: now)
    for rest in (2.0, 4.0, 8.0):
        case = service.dispatch.claim()
        assert case is not None
        with monkeypatch.context() as broken:
            broken.setattr(dispatching.inspection, "record", full)
            with pytest.raises(OSError, match="No space"):
                service.dispatch.inspect(case, one)
        service.dispatch.recover()
        now += rest - 1
        assert service.dispatch.claim() is None
        now += 1
    case = service.dispatch.claim()
    assert case is not None
    service.dispatch.inspect(case, one)
    assert state(service, case_id) is State.WAITING


def test_what_inspections_took_bounds_how_many_may_wait(service: Service, case_id: str) -> None:
    rules, one = service.queue.rules, cast(Any, service.pool)
    assert rules.pace is not None
    for _ in range(3):
        rules.pace.add(15.0)
    assert rules.room() == rules.max_waiting
    case = service.dispatch.claim()
    assert case is not None
    assert case.id == case_id
    service.dispatch.inspect(case, one)
    assert rules.room() == 30 / 15


def test_the_wait_behind_callers_who_keep_nothing_slows_the_pace_too(
    service: Service, scanner: TestClient, scan: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0

    class Busy(Here):
        @contextmanager
        def lend(self, seconds: float | None = None) -> Iterator[Here]:
            nonlocal now
            now += 10.0  # for as long others have it
            yield self

    def claim() -> Case | None:
        case = claimed()
        if case is None:
            dispatch._stopping.set()
        return case

    for content in (scan, scan + b" once more"):
        assert scanner.post("/api/v1/scans", files={"scan": ("bag.png", content)}).is_success
    one: Any = Busy(cast(Any, service.pool).inspector)
    dispatch = Dispatch(service.queue, service.contents, one)
    claimed = dispatch.claim
    monkeypatch.setattr(dispatch, "claim", claim)
    monkeypatch.setattr(dispatching, "monotonic", lambda: now)
    monkeypatch.setattr(dispatching, "IDLE_SECONDS", 0)
    rules = service.queue.rules
    assert rules.pace is not None
    for _ in range(2):
        rules.pace.add(2.0)
    dispatch._work()
    assert rules.pace.holds(60.0) == 60 / 6  # the median of 2, 2, 10 and 10 s


def test_old_scans_go_though_messages_cannot_be_tidied(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = timedelta(days=30)
    rules = replace(service.queue.rules, keep=kept)
    one: Any = service.pool
    dispatch = Dispatch(replace(service.queue, rules=rules), service.contents, one)
    emptied = Mock()

    def tidy(*_: object) -> None:
        dispatch._stopping.set()
        raise TimeoutError

    monkeypatch.setattr(dispatching, "SWEEP_SECONDS", 0)
    monkeypatch.setattr(dispatching.outbox, "tidy", tidy)
    monkeypatch.setattr(dispatching, "empty_old", emptied)
    dispatch._sweep()
    assert emptied.call_args.args[-1] == kept


def test_a_case_that_the_database_never_takes_ends_with_an_officer(
    service: Service, case_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = Mock(side_effect=OperationalError("INSERT", {}, Exception("string or blob too big")))
    monkeypatch.setattr(dispatching.inspection, "record", never)
    monkeypatch.setattr(dispatching, "AFTER_FAILURE_SECONDS", 0.0)
    one: Any = service.pool
    tries = Rules().max_tries * (dispatching.MOST_UNCOUNTED + 1)
    for _ in range(tries):
        assert state(service, case_id) is State.RECEIVED
        case = service.dispatch.claim()
        assert case is not None
        with pytest.raises(OperationalError):
            service.dispatch.inspect(case, one)
        service.dispatch.recover()
    assert state(service, case_id) is State.WAITING
    with service.database.read() as connection:
        broke = [entry.action for entry in audit.of(connection, case_id)].count(BROKE_OFF)
    assert broke == Rules().max_tries


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


def test_a_process_that_cannot_be_started_yet_is_started_later(
    service: Service, here: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried, again = threading.Event(), threading.Event()

    def start() -> None:
        if not tried.is_set():
            tried.set()
            raise OSError(11, "Resource temporarily unavailable")
        again.set()

    monkeypatch.setattr(dispatching, "AFTER_FAILURE_SECONDS", 0.0)
    monkeypatch.setattr(here, "start", start)
    dispatch = Dispatch(service.queue, service.contents, here)
    dispatch.start()
    try:
        assert again.wait(30)
    finally:
        dispatch.stop()


WARY = Profile(name="wary", thresholds={"gun": 0.95})  # the stand-in's gun of 0.9 is none


def put(service: Service, card: Card, profile: Profile | None) -> None:
    with service.database.read() as connection:
        seen = profiles.standing(connection, card).number
    profiles.put(service.database, service.now, "boss", card, profile, "a test", seen)


def named(service: Service, case_id: str) -> str:
    with service.database.read() as connection:
        return str(reading.reports(connection, case_id)[0]["profile"]["name"])


@pytest.fixture
def card(here: Any) -> Card:
    """The card of the model that inspects here, with its hash."""
    card: Card = here.inspector.detector.card
    return card


def test_a_profile_holds_for_inspections_that_begin_later_and_old_reports_stay(
    service: Service,
    scanner: TestClient,
    scan: bytes,
    standin: Path,
    card: Card,
    inspect_all: Callable[[], None],
) -> None:
    def sent(consignment: str) -> str:
        form = {"about": json.dumps({"consignment": consignment})}
        files = {"scan": ("bag.png", scan)}
        return str(scanner.post("/api/v1/scans", files=files, data=form).json()["id"])

    old = sent("1")
    inspect_all()
    waiting = sent("2")  # came before, is inspected after
    put(service, card, WARY)
    inspect_all()
    assert (named(service, old), named(service, waiting)) == ("default", "wary")
    report = scanner.post("/api/v1/inspect", files={"scan": ("bag.png", scan)}).json()
    assert [d["label"] for d in report["detections"]] == ["wrench"]
    assert report["profile"]["name"] == "wary"

    key = dossier.signing_key(service.settings.signing_key)
    packed = dossier.write(service.database, service.contents, waiting, key)
    checked = dossier.verify(packed, key.public_key())
    assert [one.same for one in replay(checked, standin, again.inspected)] == [True]

    put(service, card, None)
    later = sent("3")
    inspect_all()
    assert (named(service, later), named(service, waiting)) == ("default", "wary")


def test_a_profile_of_another_model_file_is_not_applied(
    service: Service,
    card: Card,
    case_id: str,
    inspect_all: Callable[[], None],
) -> None:
    put(service, replace(card, sha256="0" * 64), WARY)
    inspect_all()
    assert named(service, case_id) == "default"


def test_what_was_bounded_for_one_profile_clears_nothing_under_another(
    service: Service,
    scanner: TestClient,
    write_scan: Callable[..., Path],
    standin_card: Card,
    make_model: Callable[[Card], Path],
    tmp_path: Path,
) -> None:
    model = make_model(replace(standin_card, profile=WARY))
    card = Detector(model).card
    said = {"scanner": "gate 1", "encodings": frozenset(Encoding), "profile": WARY}
    rule = Rule(0.93, 0.05, 0.95, **said, model="standin@1", sha256=card.sha256)  # type: ignore[arg-type]
    rule.save(tmp_path / "clearance.json")
    here: Any = Here(Inspector(Detector(model, clearance=tmp_path / "clearance.json")))
    queue = replace(service.queue, rules=Rules(clear_by_machine=True, human_share=0))
    dispatch = Dispatch(queue, service.contents, here)

    def ends(bright: float) -> Disposition | None:
        files = {"scan": ("bag.png", write_scan("bag.png", bright=bright).read_bytes())}
        about = json.dumps({"scanner": "gate 1"})
        sent = scanner.post("/api/v1/scans", files=files, data={"about": about}).json()
        case = inspection.claim(service.database, service.now)
        assert case is not None
        dispatch.inspect(case, here)
        with service.database.read() as connection:
            return load(connection, sent["id"]).disposition

    assert ends(0.4) is Disposition.CLEARED_BY_MACHINE
    put(service, card, replace(WARY, name="warier", thresholds={"gun": 0.96}))
    assert ends(0.5) is None
    put(service, card, None)
    assert ends(0.6) is Disposition.CLEARED_BY_MACHINE
