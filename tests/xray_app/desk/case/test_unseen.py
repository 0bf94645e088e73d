"""What can be decided of a scan that the browser cannot show."""

import secrets
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.xray_app.desk.case.desks import Desk, standing
from xray_app.cases.case import load
from xray_app.cases.register import NewView, Submission
from xray_app.demo.samples import Sample

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("desk")]


def test_a_scan_that_cannot_be_fetched_is_searched_or_escalated_but_not_cleared(
    desk: Desk, bring: Callable[[int], list[str]], page_of: Callable[[str], Page]
) -> None:
    case, other = bring(2)
    page = page_of("kim")
    page.route("**/planes/*", lambda route: route.fulfill(status=404, body="no such planes"))
    page.route("**/pictures/*/full", lambda route: route.fulfill(status=404, body="gone"))
    page.keyboard.press("n")
    expect(page.locator("#desk-scan")).to_have_attribute("data-unseen", case)
    expect(page.locator(".work .act.escalate")).to_be_enabled()
    expect(page.locator(".work .act.search")).to_be_enabled()
    for name in ("clear", "suspect"):
        expect(page.locator(f".work .act.{name}")).to_be_disabled()
    assert page.locator("#desk-scan").get_attribute("data-shown") is None
    page.keyboard.press("c")
    page.keyboard.press("e")  # the machine's alarm is a reason
    expect(page.locator("#desk-scan")).to_have_attribute("data-unseen", other)
    expect(page.locator(".undoable")).to_contain_text("left to a supervisor")
    with desk.service.database.read() as connection:
        assert load(connection, case).disposition is None

    page.unroute("**/planes/*")
    page.unroute("**/pictures/*/full")
    page.reload()
    standing(page, other)


@pytest.fixture
def two_views(
    desk: Desk, bring: Callable[[int], list[str]], samples: Iterator[Sample]
) -> Callable[[bytes], str]:
    """Brings in a case of a scan and of what is given as its second view."""

    def two_views(second: bytes) -> str:
        service = desk.service
        files = {"top.png": next(samples).file.read_bytes(), "side.png": second}
        views = tuple(
            NewView(service.contents.stage(content, name, 2**25), name)
            for name, content in files.items()
        )
        sent = Submission(views, "gate 1", scanner="belt 1", consignment=secrets.token_hex(4))
        return desk.bring_in(sent)

    return two_views


def not_to_be_cleared(page: Page) -> None:
    """Waits until what needs no look can be done, and sees that nothing else can."""
    expect(page.locator(".work .act.search")).to_be_enabled()
    for name in ("clear", "suspect"):
        expect(page.locator(f".work .act.{name}")).to_be_disabled()


def test_a_view_that_could_not_be_read_hides_no_other_and_is_not_cleared(
    desk: Desk, two_views: Callable[[bytes], str], page_of: Callable[[str], Page]
) -> None:
    case = two_views(b"this is no picture")
    page = page_of("kim")
    page.keyboard.press("n")
    expect(page.locator("#desk-scan")).to_have_attribute("data-shown", case)
    expect(page.locator(".viewer")).to_have_attribute("data-state", "ready")
    expect(page.locator(".pane")).to_have_count(1)
    not_to_be_cleared(page)
    page.locator(".work nav [data-case]").nth(1).click()
    expect(page.locator(".case.unread")).to_be_visible()
    not_to_be_cleared(page)
    page.keyboard.press("c")
    page.locator(".work nav [data-case]").nth(0).click()
    expect(page.locator(".case.unread")).to_have_count(0)
    not_to_be_cleared(page)
    with desk.service.database.read() as connection:
        assert load(connection, case).state == "taken"


def test_a_case_of_two_views_is_cleared_once_both_can_be_seen(
    two_views: Callable[[bytes], str], samples: Iterator[Sample], page_of: Callable[[str], Page]
) -> None:
    case = two_views(next(samples).file.read_bytes())
    page = page_of("kim")
    for lost in ("planes/*-1", "pictures/*-1/full"):
        page.route(f"**/{lost}", lambda route: route.fulfill(status=404, body="gone"))
    page.keyboard.press("n")
    expect(page.locator("#desk-scan")).to_have_attribute("data-unseen", case)
    expect(page.locator(".viewer")).to_have_attribute("data-state", "ready")
    expect(page.locator(".status .told")).to_contain_text("Not shown")
    not_to_be_cleared(page)
    page.keyboard.press("]")  # to nothing that is not there
    expect(page.locator(".pane")).to_have_count(1)
    page.unroute("**/planes/*-1")
    page.unroute("**/pictures/*-1/full")
    page.reload()
    standing(page, case)
    page.keyboard.press("]")
    expect(page.locator(".work nav [data-case]").nth(1)).to_have_attribute("aria-pressed", "true")
    standing(page, case)


def test_an_alarm_in_another_view_is_opened_by_keys_which_then_stand_on_that_view(
    two_views: Callable[[bytes], str], samples: Iterator[Sample], page_of: Callable[[str], Page]
) -> None:
    case = two_views(next(samples).file.read_bytes())
    page = page_of("kim")
    page.keyboard.press("n")
    standing(page, case)
    elsewhere, second = page.locator(".elsewhere"), page.locator(".work nav [data-case]").nth(1)
    expect(elsewhere).to_have_text("1 alarm in another view: View 2")
    page.locator(".findings tr.alarm").last.focus()
    page.keyboard.press("Tab")
    expect(elsewhere).to_be_focused()
    page.keyboard.press("Enter")
    expect(second).to_have_attribute("aria-pressed", "true")
    expect(second).to_be_focused()
    expect(elsewhere).to_have_text("1 alarm in another view: View 1")
    elsewhere.click()
    expect(page.locator(".work nav [data-case]").nth(0)).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#desk-case :focus")).to_have_count(0)  # keys stay with the viewer


def test_a_file_that_is_no_scan_is_not_cleared(
    desk: Desk, page_of: Callable[[str], Page], bring: Callable[[int], list[str]]
) -> None:
    staged = desk.service.contents.stage(secrets.token_hex(8).encode(), "text.png", 2**20)
    desk.bring_in(Submission((NewView(staged, "text.png"),), "gate 1"))
    page = page_of("kim")
    page.keyboard.press("n")
    expect(page.locator(".case.unread")).to_be_visible()
    not_to_be_cleared(page)
