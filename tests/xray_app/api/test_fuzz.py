"""Whatever is sent to the interface, it answers in order: no crash, no 500, nothing undescribed.

What is asked of a case is asked of one that is there, in each state in turn, at its version.

`FUZZ_EXAMPLES=100` makes the long run of it (`make fuzz`).
"""

import os
from collections.abc import Callable
from datetime import timedelta
from itertools import cycle
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi import checks
from sqlalchemy import update

from xray_app.access.roles import Actor, Right, Role
from xray_app.api import signing
from xray_app.cases import tables
from xray_app.cases.case import Case, load
from xray_app.cases.queue import NOBODY
from xray_app.cases.states import Disposition, State
from xray_app.service import Service

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "2"))
CHECKS = (  # what an answer is: its status, its kind, its fields and headers, as described
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
)
LEASE = timedelta(minutes=5)
HOST = {"host": "127.0.0.1:7860"}
pytestmark = pytest.mark.slow


@pytest.fixture
def kept_in(database_url: str) -> str:
    return database_url


@pytest.fixture
def stand(
    service: Service, scanner: TestClient, scan: bytes, inspect_all: Callable[[], None]
) -> Callable[[], Case]:
    """Puts an inspected case into the next state; into every other one, with whoever fuzzes."""
    case_id = scanner.post("/api/v1/scans", files={"scan": ("bag.png", scan)}).json()["id"]
    inspect_all()
    others = [state for state in State if state is not State.TAKEN]
    states = cycle([state for other in others for state in (State.TAKEN, other)])

    def stand() -> Case:
        state, table = next(states), tables.cases
        stands: dict[str, Any] = {**NOBODY, "state": state, "closed_at": None, "disposition": None}
        if state in (State.TAKEN, State.HELD, State.PENDING):
            stands["holder"] = "fuzz"
            until = {State.TAKEN: "lease_until", State.HELD: "held_until"}
            stands |= {until[state]: service.now + LEASE} if state in until else {}
        if state is State.CLOSED:
            stands |= {"closed_at": service.now, "disposition": Disposition.CLEARED}
        with service.database.write() as connection:
            connection.execute(update(table).where(table.c.id == case_id).values(**stands))
            return load(connection, case_id)

    return stand


def aim(sent: Any, case: Case) -> None:
    """Have what is sent mean a case as it stands, where it means one."""
    if "case_id" in (sent.path_parameters or {}):
        sent.path_parameters["case_id"] = case.id
        if isinstance(sent.body, dict) and "version" in sent.body:
            sent.body["version"] = case.version


@pytest.fixture
def described(client: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The interface as it describes itself, to somebody who may do everything."""
    service.people.add_outside("test", "fuzz", Role.SUPERVISOR)
    everything = Actor("fuzz", frozenset(Right))
    monkeypatch.setattr(signing, "actor_of", lambda request: everything)
    app = client.app
    assert isinstance(app, FastAPI)
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", app, headers=HOST)


def test_nothing_that_is_sent_ends_in_an_error_of_ours(
    described: Any, stand: Callable[[], Case]
) -> None:
    operations = [found.ok() for found in described.get_all_operations()]
    assert len(operations) > 25
    for operation in operations:

        @given(case=operation.as_strategy())
        @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
        def check(case: Any) -> None:
            aim(case, stand())
            answer = case.call(headers=HOST)  # no 5xx but the 503 and 507 that are described
            assert answer.status_code != 500
            case.validate_response(answer, checks=CHECKS)

        check()
