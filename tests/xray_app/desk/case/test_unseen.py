"""What can be decided of a scan that the browser cannot show."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.xray_app.desk.case.desks import Desk, standing
from xray_app.cases.case import load

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
