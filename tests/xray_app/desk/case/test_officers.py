"""Two officers at once, and a service that ends in the middle of a case."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.xray_app.desk.case.desks import Desk, standing
from xray_app.cases.case import load

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("desk")]

Bring = Callable[[int], list[str]]
PageOf = Callable[[str], Page]


def test_two_officers_never_hold_one_case_and_each_sees_who_holds_it(
    desk: Desk, bring: Bring, page_of: PageOf
) -> None:
    cases = bring(2)
    pages = {name: page_of(name) for name in ("kim", "lee")}
    for page in pages.values():  # at once: neither waits for the other's answer
        page.keyboard.press("n")
    held = {}
    for name, page in pages.items():
        page.wait_for_function("document.querySelector('#desk-scan').dataset.shown")
        held[name] = str(page.locator("#desk-scan").get_attribute("data-shown"))
    assert sorted(held.values()) == sorted(cases)
    with desk.service.database.read() as connection:
        assert {name: load(connection, case).holder for name, case in held.items()} == {
            name: name for name in held
        }
    for name, page in pages.items():
        expect(page).to_have_url(f"{desk.address}/?case={held[name]}")
    lee = pages["lee"]
    lee.goto(f"{desk.address}/?case={held['kim']}")
    expect(lee.locator(".banner .status")).to_contain_text("This case is with kim")
    expect(lee.locator(".work .act.clear")).to_have_count(0)
    expect(lee).to_have_url(f"{desk.address}/")
    lee.reload()
    standing(lee, held["lee"])
    lee.goto(f"{desk.address}/queue?tab=taken")
    for name in held:
        expect(lee.locator("tbody td", has_text=name)).to_have_count(1)


def test_a_service_that_ends_in_the_middle_of_a_case_loses_nothing(
    desk: Desk, bring: Bring, page_of: PageOf
) -> None:
    first, second = bring(2)
    kim = page_of("kim")
    kim.keyboard.press("n")
    standing(kim, first)
    kim.fill(".reason", "something under the lining")
    desk.stop()
    away = kim.locator(".away")
    expect(away).to_contain_text("cannot be reached. Your case and what you decided are kept")
    for form in ("language", "out"):  # neither may leave the page for the browser's own
        kim.locator(f"form.{form} button").click()
    desk.start()
    expect(away).to_have_count(0)
    standing(kim, first)
    expect(kim.locator(".banner .status")).to_contain_text("This case is yours")
    expect(kim.locator(".reason")).to_have_value("something under the lining")
    kim.keyboard.press("c")
    standing(kim, second)
    expect(kim.locator(".undoable")).to_contain_text("will be cleared")
