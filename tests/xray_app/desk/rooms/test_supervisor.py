"""The supervisor's page: left to them, second looks, the sample, the same picture twice."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from xray_app.access.roles import Role
from xray_app.cases import audit, oversight
from xray_app.cases.case import Case
from xray_app.cases.errors import Refused
from xray_app.cases.rules import Officer, Rules
from xray_app.cases.states import State, Verdict
from xray_app.desk.rooms import rates
from xray_app.service import Service

Make = Callable[..., Case]


@pytest.fixture
def park(sign_in: Callable[..., TestClient]) -> TestClient:
    return sign_in(Role.SUPERVISOR, "park")


def test_escalations_and_pictures_that_came_twice_are_shown_with_their_reason(
    park: TestClient, inspected: Make, service: Service
) -> None:
    inspected(consignment="K-1", content=b"the same")
    inspected(consignment="K-2", content=b"the same")
    case = service.queue.take(Officer("kim"))
    assert case is not None
    service.queue.escalate(case.id, case.version, Officer("kim"), "<b>lead</b> foil")
    page = park.get("/supervisor").text
    assert "kim: &lt;b&gt;lead&lt;/b&gt; foil" in page
    assert "The same picture came under 1 min before as" in page
    assert page.count(f'href="/?case={case.id}"') == 2


def test_a_second_look_that_agrees_is_noted_and_the_case_leaves_the_list(
    park: TestClient, inspected: Make, decided: Make, service: Service
) -> None:
    inspected(consignment="K-1")
    case = decided(Verdict.CLEAR)
    assert "K-1" in park.get("/supervisor").text
    form = {"case": case.id, "version": case.version, "verdict": "uphold"}
    answer = park.post("/supervisor", data=form)
    assert answer.headers["location"] == "/supervisor?done=upheld"
    assert "K-1" not in park.get("/supervisor").text
    with service.database.read() as connection:
        last = audit.of(connection, case.id)[-1]
    assert (last.actor, last.action, last.body) == (
        "park",
        "looked again",
        '{"upheld":true}',
    )


def test_a_second_look_that_overrules_orders_a_search_and_needs_a_reason(
    park: TestClient, inspected: Make, decided: Make, reload: Callable[[Case], Case]
) -> None:
    inspected()
    case = decided(Verdict.CLEAR)
    form = {"case": case.id, "version": case.version, "verdict": "search"}
    refused = park.post("/supervisor", data=form)
    assert (refused.status_code, "only with a reason" in refused.text) == (422, True)
    assert park.post("/supervisor", data=form | {"reason": "a barrel"}).status_code == 303
    assert reload(case).state is State.SEARCH
    stale = park.post("/supervisor", data=form | {"verdict": "uphold"})
    assert (stale.status_code, "has changed" in stale.text) == (422, True)


def test_the_sample_says_what_people_found_in_what_the_machine_clears(
    park: TestClient, inspected: Make, decided: Make, searched: Make
) -> None:
    assert "None has been decided yet" in park.get("/supervisor").text
    rules = Rules(clear_by_machine=True, human_share=1.0)
    for _ in range(3):
        inspected("CLEAR", eligible=True, draw=0.0, rules=rules)
    decided(Verdict.CLEAR)
    searched(decided(Verdict.SEARCH), True, "gun")
    page = park.get("/supervisor").text
    assert "Of 2 that people decided, 1 were searched and 1 held something" in page
    assert "1 waiting" in page


def test_only_a_supervisor_upholds(service: Service, inspected: Make, decided: Make) -> None:
    inspected()
    case = decided(Verdict.CLEAR)
    with pytest.raises(Refused, match="for supervisors"):
        oversight.uphold(service.queue, case.id, case.version, Officer("kim"))


def test_an_interval_is_wide_where_little_was_counted() -> None:
    few, many = rates.interval(1, 10), rates.interval(100, 1000)
    assert few[1] - few[0] > 5 * (many[1] - many[0])
    assert rates.interval(0, 0) == (0.0, 1.0)
