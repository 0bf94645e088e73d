"""The rooms in a real browser: the bar, a search recorded by bar code and mouse, a slider, and what
it is set to put in force.
"""

import socket
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from xray import card
from xray_app.access.roles import Role
from xray_app.cases.case import Case
from xray_app.cases.states import Disposition, Verdict
from xray_app.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("desk")]

PASSWORD = "correct horse battery"
WAIT_MS = 120_000


@pytest.fixture
def address(service: Service, standin: Path, running: Callable[..., Any]) -> Iterator[str]:
    """A service over the same database in a process of its own, without the case page."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    service.people.add("test", "kim", PASSWORD, Role.SCREENER)
    service.people.add("test", "boss", PASSWORD, Role.MANAGER)
    with running(replace(service.settings, model=str(standin)), port):
        yield f"http://127.0.0.1:{port}"


def sign_in(page: Page, name: str) -> None:
    page.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_search_is_recorded_and_a_profile_is_put_in_force(
    page: Page,
    address: str,
    standin: Path,
    inspected: Callable[..., Case],
    decided: Callable[..., Case],
    reload: Callable[[Case], Case],
) -> None:
    inspected(container="CSQU3054383")
    case = decided(Verdict.SEARCH, "a barrel")
    asked: list[str] = []
    broken: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)

    page.goto(f"{address}/search-room")
    sign_in(page, "kim")
    page.goto(f"{address}/queue")
    expect(page.locator("#desk-header nav.rooms a")).to_have_text(["Case", "Queue", "Search room"])
    page.get_by_role("link", name="Search room").click()
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type("csqu 305438-3")  # as a bar code reader does
    page.keyboard.press("Enter")
    expect(page.locator(".spots .spot")).to_have_count(1)
    expect(page.locator(".sheet blockquote")).to_have_text("a barrel")
    expect(page.locator("time").first).not_to_contain_text("UTC")  # the reader's own zone
    page.get_by_text("Something found").click()
    page.get_by_role("checkbox", name="gun").check()
    page.get_by_role("button", name="Record the result").click()
    expect(page.locator(".done")).to_have_text("Recorded for CSQU3054383")
    assert reload(case).disposition is Disposition.FOUND

    page.get_by_role("button", name="Sign out").click()
    sign_in(page, "boss")
    expect(page).to_have_url(f"{address}/admin")
    row = page.locator(".thresholds tbody tr").first
    expect(row.locator("output")).to_have_text("0.30")
    row.get_by_role("slider").fill("0.55")
    expect(row.locator("output")).to_have_text("0.55")
    page.get_by_text("As a file").click()
    written = tomllib.loads(page.locator("#profile").inner_text())
    assert written["thresholds"]["gun"] == 0.55
    model = card.read(standin)
    as_given = {label: model.profile.threshold(label) for label in model.labels}
    asked_for = {"name": written["name"], "thresholds": as_given | {"gun": 0.55}}
    assert written == model.profile.to_dict() | asked_for
    page.get_by_label("Name of the profile").fill("gate 1")
    page.locator("input[name=reason]").fill("too many alarms")
    page.get_by_role("button", name="Put in force").click()
    expect(page.locator(".lets-by")).to_contain_text("gun: from probability 0.3 to 0.55")
    expect(row.locator("output")).to_have_text("0.55")
    page.get_by_role("button", name="Put in force all the same").click()
    expect(page.locator(".notice.good")).to_contain_text("In force: every inspection")
    expect(page.locator(".facts").first).to_contain_text("gate 1")
    expect(row.locator("output")).to_have_text("0.55")
    assert broken == []
    assert {url.split("/")[2] for url in asked} == {address.removeprefix("http://")}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_supervisor_agrees_and_orders_a_search_with_the_buttons_of_the_page(
    page: Page,
    address: str,
    service: Service,
    inspected: Callable[..., Case],
    decided: Callable[..., Case],
    reload: Callable[[Case], Case],
) -> None:
    service.people.add("test", "park", PASSWORD, Role.SUPERVISOR)
    cases = []
    for name in ("one", "two", "three"):
        inspected(consignment=name)
        cases.append(decided(Verdict.CLEAR))
    page.goto(f"{address}/supervisor")
    sign_in(page, "park")
    page.goto(f"{address}/supervisor")
    entries = page.locator("section[aria-labelledby=again]")
    page.get_by_role("button", name="Agree").first.dblclick()  # is said once all the same
    expect(page.locator(".notice.good")).to_contain_text("you looked again and agree")
    expect(entries.get_by_role("button", name="Agree")).to_have_count(2)
    for left in (1, 0):
        page.get_by_text("Order a search").first.click()
        page.get_by_label("Reason").first.fill("a barrel")
        if left:
            page.get_by_role("button", name="Search it").first.click()
        else:
            page.keyboard.press("Enter")
        expect(entries.get_by_role("button", name="Agree")).to_have_count(left)
        expect(page.locator(".notice.good")).to_contain_text("The search is ordered")
    assert sorted(reload(case).state for case in cases) == ["closed", "search", "search"]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_page_says_that_the_desk_is_away_and_keeps_what_was_filled_in(
    page: Page,
    address: str,
    inspected: Callable[..., Case],
    decided: Callable[..., Case],
) -> None:
    inspected(container="CSQU3054383")
    case = decided(Verdict.SEARCH, "a barrel")
    page.goto(f"{address}/queue")
    sign_in(page, "kim")
    page.goto(f"{address}/queue")
    page.context.set_offline(True)
    expect(page.locator(".away")).to_contain_text("The desk cannot be reached")
    page.context.set_offline(False)
    expect(page.locator(".away")).to_have_count(0)

    page.goto(f"{address}/search-room?case={case.id}")
    page.get_by_text("Nothing found").click()
    page.get_by_label("Note").fill("only shoes")
    page.context.set_offline(True)
    page.get_by_role("button", name="Record the result").click()
    expect(page.locator(".away")).to_contain_text("stays here unsent")
    expect(page.get_by_label("Note")).to_have_value("only shoes")
    page.context.set_offline(False)
    page.get_by_role("button", name="Record the result").click()
    expect(page.locator(".done")).to_have_text("Recorded for CSQU3054383")
