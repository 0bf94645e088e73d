"""The supervisor's page: left to them, second looks, the sample, the same picture twice."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from xray_app.access import preferences
from xray_app.access.roles import Role
from xray_app.cases import audit, oversight, pending, reuse
from xray_app.cases.case import Case
from xray_app.cases.errors import Refused
from xray_app.cases.pending import Proposal
from xray_app.cases.rules import Officer, Rules
from xray_app.cases.states import Intent, Level, Reason, State, Verdict
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


def test_of_two_cases_that_show_the_same_the_later_one_is_shown_whichever_was_inspected_first(
    inspected: Make, service: Service, clock: Any
) -> None:
    early = inspected()
    clock.move(minutes=1)
    late = inspected()
    with service.database.write() as connection:
        before = [reuse.Before(late.id, 1)]
        reuse.link(connection, early.id, before, reuse.SAME_PIXELS, service.now)
        pairs, count = oversight.used_twice(connection)
    assert ([(one.id, other.id) for one, other in pairs], count) == ([(late.id, early.id)], 1)


def test_two_cases_that_are_linked_both_ways_are_shown_as_one_pair(
    inspected: Make, service: Service, clock: Any
) -> None:
    early = inspected(consignment="K-1", content=b"the same")
    clock.move(minutes=1)
    late = inspected(consignment="K-2", content=b"the same")
    with service.database.write() as connection:
        before = [reuse.Before(late.id, 1)]
        reuse.link(connection, early.id, before, reuse.SAME_PIXELS, service.now)
        pairs, count = oversight.used_twice(connection)
    assert ([(one.id, other.id) for one, other in pairs], count) == ([(late.id, early.id)], 1)


def test_a_second_look_that_agrees_is_noted_and_the_case_leaves_the_list(
    park: TestClient, inspected: Make, decided: Make, service: Service
) -> None:
    inspected(consignment="K-1")
    case = decided(Verdict.CLEAR)
    assert "K-1" in park.get("/supervisor").text
    form = {"case": case.id, "version": case.version, "verdict": "uphold"}
    for _ in range(2):  # pressed twice, it is noted once
        answer = park.post("/supervisor", data=form)
        assert answer.headers["location"] == "/supervisor?done=upheld"
    assert "K-1" not in park.get("/supervisor").text
    with service.database.read() as connection:
        *before, last = audit.of(connection, case.id)
    assert (last.actor, last.action, last.body) == (
        "park",
        "looked again",
        '{"upheld":true}',
    )
    assert last.action not in {entry.action for entry in before}


def test_nobody_signs_off_their_own_clearance(
    park: TestClient, sign_in: Callable[..., TestClient], inspected: Make, decided: Make
) -> None:
    inspected(consignment="K-1")
    case = decided(Verdict.CLEAR, officer=Officer("park", Level.SUPERVISOR))
    page = park.get("/supervisor").text
    assert "K-1" in page
    assert "Yours: another supervisor looks again" in page
    assert 'value="uphold"' not in page
    form = {"case": case.id, "version": case.version, "verdict": "uphold"}
    refused = park.post("/supervisor", data=form)
    assert (refused.status_code, "another person must look" in refused.text) == (422, True)
    lim = sign_in(Role.SUPERVISOR, "lim")
    assert 'value="uphold"' in lim.get("/supervisor").text
    assert lim.post("/supervisor", data=form).status_code == 303


def test_a_second_look_stands_on_the_cases_paper(
    park: TestClient, inspected: Make, decided: Make
) -> None:
    inspected()
    case = decided(Verdict.CLEAR)
    form = {"case": case.id, "version": case.version, "verdict": "uphold"}
    park.post("/supervisor", data=form)
    said = park.get(f"/api/v1/cases/{case.id}/report?format=html").text
    assert re.search(r"park, looking again</td>\s*<td[^>]*>agrees", said)


def test_why_a_case_was_left_to_supervisors_is_said_in_their_language(
    park: TestClient, inspected: Make, service: Service, clock: Any
) -> None:
    inspected()
    case = service.queue.take(Officer("kim"))
    assert case is not None
    said = Proposal(Intent.ESCALATE, Reason.WEAPON, "lead plate?")
    pending.propose(service.queue, case.id, case.version, Officer("kim"), said)
    clock.move(seconds=10)
    pending.settle(service.queue)
    assert "kim: weapon: lead plate?" in park.get("/supervisor").text
    korean = park.get("/supervisor", headers={"accept-language": "ko"}).text
    assert "lead plate?" in korean
    assert "weapon" not in korean


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


def test_a_refusal_calls_the_case_what_the_page_calls_it(
    park: TestClient, inspected: Make, decided: Make
) -> None:
    inspected(consignment="KR-77 1234")
    case = decided(Verdict.CLEAR)
    stale = {"case": case.id, "version": case.version + 1, "verdict": "uphold"}
    page = park.post("/supervisor", data=stale).text
    assert "case KR-77 1234 has changed" in page
    assert f"case {case.id}" not in page


def test_the_sample_says_what_people_found_in_what_the_machine_clears(
    park: TestClient, inspected: Make, decided: Make, searched: Make
) -> None:
    assert "None has been decided yet" in park.get("/supervisor").text
    rules = Rules(clear_by_machine=True, human_share=1.0)
    for _ in range(3):
        inspected("CLEAR", eligible=True, draw=0.0, rules=rules)
    decided(Verdict.CLEAR)
    searched(decided(Verdict.SEARCH, "a barrel"), True, "gun")
    page = park.get("/supervisor").text
    assert "Of 2 that people decided, 1 were searched and 1 held something" in page
    assert "1 waiting" in page


def test_whoever_wants_the_scan_first_is_not_told_which_cases_the_machine_clears(
    park: TestClient, inspected: Make, service: Service
) -> None:
    rules = Rules(clear_by_machine=True, human_share=1.0)
    case = inspected("CLEAR", eligible=True, draw=0.0, rules=rules, consignment="K-1")
    assert f"/?case={case.id}" in park.get("/supervisor").text
    preferences.put(service.database, "park", preferences.SCAN_FIRST, True)
    page = park.get("/supervisor").text
    assert "1 waiting" in page
    assert "Which they are is not shown" in page
    assert "K-1" not in page
    assert case.id not in page


def test_some_of_what_officers_clear_is_drawn_by_lot_and_leaves_when_it_was_looked_at(
    park: TestClient,
    inspected: Make,
    decided: Make,
    service: Service,
    clock: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def drawn(share: float) -> set[str]:
        monkeypatch.setattr(oversight, "BY_LOT", share)
        with service.database.read() as connection:
            listed = oversight.by_lot(connection, service.now - timedelta(days=1))
        return {case.id for case in listed.cases}

    cleared = set()
    for n in range(12):
        inspected("CLEAR", consignment=f"K-{n}")
        cleared.add(decided(Verdict.CLEAR).id)
    inspected("ALARM")  # is looked at anyway
    decided(Verdict.CLEAR)
    inspected("CLEAR")
    decided(Verdict.SEARCH, "a barrel")
    assert (drawn(1.0), drawn(0.0)) == (cleared, set())
    some = drawn(0.5)
    assert drawn(0.25) <= some == drawn(0.5) <= cleared  # whoever looks, and however often

    drawn(1.0)
    page = park.get("/supervisor").text
    assert "drawn by lot <span>12<" in page
    case_id, version = re.findall(
        r'name="case" value="(\w+)"><input type="hidden" name="version" value="(\d+)"',
        page[page.index("drawn by lot") :],
    )[0]
    form = {"case": case_id, "version": version, "verdict": "uphold"}
    assert park.post("/supervisor", data=form).status_code == 303
    assert drawn(1.0) == cleared - {case_id}
    clock.move(days=2)
    assert drawn(1.0) == set()


def test_a_list_that_is_cut_says_of_how_many(
    park: TestClient,
    inspected: Make,
    decided: Make,
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(oversight, "LISTED", 2)
    for n in range(3):
        inspected(consignment=f"K-{n}")
        decided(Verdict.CLEAR)
    page = park.get("/supervisor").text
    assert "Cleared though the machine alarmed <span>2 of 3<" in re.sub(r"</?h2[^>]*>", "", page)


def test_only_a_supervisor_upholds(service: Service, inspected: Make, decided: Make) -> None:
    inspected()
    case = decided(Verdict.CLEAR)
    with pytest.raises(Refused, match="for supervisors"):
        oversight.uphold(service.queue, case.id, case.version, Officer("kim"))


def test_an_interval_is_wide_where_little_was_counted() -> None:
    few, many = rates.interval(1, 10), rates.interval(100, 1000)
    assert few[1] - few[0] > 5 * (many[1] - many[0])
    assert rates.interval(0, 0) == (0.0, 1.0)
