"""The queue's page: filtered, sorted, with who holds what."""

import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from xray_app.access import preferences
from xray_app.access.roles import Role
from xray_app.cases.case import Case
from xray_app.cases.rules import Officer
from xray_app.cases.states import Verdict
from xray_app.service import Service

Make = Callable[..., Case]


def names(page: str) -> list[str]:
    """The cases of a page, from top to bottom."""
    return re.findall(r'<td class="name"><(?:a href="[^"]+"|b)>([^<]+)<', page)


@pytest.fixture
def kim(sign_in: Callable[..., TestClient]) -> TestClient:
    return sign_in(Role.SCREENER, "kim")


def test_the_list_is_filtered_and_sorted(
    kim: TestClient, inspected: Make, clock: Callable[..., None]
) -> None:
    inspected("CLEAR", consignment="A-1", lane="1")
    clock.move(minutes=1)  # type: ignore[attr-defined]
    inspected("ALARM", consignment="B-2", lane="2", scanner="x <b>620</b>")
    clock.move(minutes=1)  # type: ignore[attr-defined]
    inspected("CLEAR", consignment="C-3", lane="1")

    def shown(**asked: str) -> list[str]:
        return names(kim.get("/queue", params=asked).text)

    assert shown() == ["B-2", "A-1", "C-3"]
    assert shown(lane="1") == ["A-1", "C-3"]
    assert shown(outcome="ALARM") == ["B-2"]
    assert shown(text="c-") == ["C-3"]
    assert shown(order="newest") == ["C-3", "B-2", "A-1"]
    assert shown(tab="held") == []
    assert shown(scanner="x <b>620</b>") == ["B-2"]
    assert "x <b>" not in kim.get("/queue").text


def test_a_number_fits_however_it_is_written(kim: TestClient, inspected: Make) -> None:
    inspected(container="MRAU2055840")
    inspected(consignment="0180 442 117")
    for text in ("MRAU2055840", "mrau 205584 0", "205584-0"):
        assert names(kim.get("/queue", params={"text": text}).text) == ["MRAU2055840"]
    for text in ("0180442117", "0180 442", "0442-11"[1:]):
        assert names(kim.get("/queue", params={"text": text}).text) == ["0180 442 117"]
    assert names(kim.get("/queue", params={"text": "-"}).text) == []


def test_an_auditor_gets_from_a_case_to_its_entries(
    sign_in: Callable[..., TestClient], inspected: Make
) -> None:
    case = inspected(consignment="A-1")
    auditor, manager = sign_in(Role.AUDITOR), sign_in(Role.MANAGER)
    assert f'href="/audit?subject={case.id}">A-1<' in auditor.get("/queue").text
    assert "<b>A-1</b>" in manager.get("/queue").text


def test_a_case_without_a_number_goes_by_its_file_on_every_page(
    kim: TestClient,
    sign_in: Callable[..., TestClient],
    inspected: Make,
    decided: Callable[..., Case],
    service: Service,
) -> None:
    inspected("CLEAR", consignment="bag 1")
    inspected("ALARM")

    def shown(text: str) -> list[str]:
        return names(kim.get("/queue", params={"text": text}).text)

    assert shown("") == ["bag.png", "bag 1"]
    assert (shown("G.PN"), shown("bag"), shown("b%g")) == (["bag.png"], ["bag.png", "bag 1"], [])
    case = decided(Verdict.SEARCH, "a barrel")
    assert "<b>bag.png</b>" in kim.get("/search-room").text
    assert "<h1>bag.png</h1>" in kim.get("/search-room", params={"case": case.id}).text
    left = service.queue.take(Officer("lee"))
    assert left is not None
    inspected("ALARM")
    decided(Verdict.CLEAR)
    page = sign_in(Role.SUPERVISOR, "park").get("/supervisor").text
    assert ">bag.png</a>" in page
    assert "case " + case.id[:8] not in page


def test_who_holds_what_and_how_long_it_waits_is_said(
    kim: TestClient, inspected: Make, service: Service, clock: Callable[..., None]
) -> None:
    inspected(consignment="A-1")
    inspected(consignment="B-2")
    service.queue.take(Officer("lee"))
    clock.move(minutes=3)  # type: ignore[attr-defined]
    page = kim.get("/queue").text
    assert "lee, 2 min left" in page
    assert "3 min</td>" in page
    assert 'class="late"' not in page
    clock.move(minutes=28)  # type: ignore[attr-defined]
    page = kim.get("/queue").text
    assert "lee, ran out" in page
    assert 'class="late"' in page


def test_closed_cases_say_how_they_ended_and_tabs_count(
    kim: TestClient, inspected: Make, decided: Make
) -> None:
    inspected(consignment="A-1")
    inspected(consignment="B-2")
    case = decided(Verdict.CLEAR)
    page = kim.get("/queue", params={"tab": "closed"}).text
    assert "cleared by an officer" in page
    assert f'href="/?case={case.id}"' in page
    assert "Closed <b>1</b>" in page
    assert "Waiting <b>1</b>" in page


def test_those_who_only_read_see_the_list_without_links_into_the_case_page(
    sign_in: Callable[..., TestClient], inspected: Make
) -> None:
    inspected(consignment="A-1")
    page = sign_in(Role.AUDITOR).get("/queue").text
    assert names(page) == ["A-1"]
    assert "/?case=" not in page


def test_whoever_wants_the_scan_first_is_told_nothing_of_the_machine_here(
    kim: TestClient, inspected: Make, decided: Make, service: Service
) -> None:
    inspected("ALARM", consignment="A-1")
    inspected("ALARM", consignment="B-2")
    decided(Verdict.CLEAR)
    preferences.put(service.database, "kim", preferences.SCAN_FIRST, True)
    page = kim.get("/queue").text
    for words in ("Machine says", "strongest alarm", ">Alarm", ">Clear"):
        assert words not in page
    assert re.search(r"90\s*%", page) is None
    assert ">Scan first<" in page
    assert len(names(kim.get("/queue?outcome=CLEAR&order=score").text)) == 1
    assert ">Alarm" in kim.get("/queue?tab=closed").text
