"""What an officer's page does while the database fails for a moment, and after."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.exc import OperationalError

from tests.xray_app.desk.case.desks import Begin, standing
from xray_app.access.people import People
from xray_app.desk.officer import OfficerDesk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("desk")]

Bring = Callable[[int], list[str]]
PageOf = Callable[[str], Page]


def test_an_act_of_which_the_desk_cannot_even_ask_whose_it_is_is_said_and_done_later(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, (_, second) = begin(2)

    def refuse(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("connection refused"))

    with monkeypatch.context() as patch:
        patch.setattr(People, "signed_in", refuse)
        page.keyboard.press("c")
        expect(page.locator(".work .notice")).to_have_text(
            "The desk could not do that just now; try again."
        )
        expect(page.locator(".work .act.clear")).to_be_enabled()
    page.keyboard.press("c")
    standing(page, second)
    expect(page.locator(".undoable")).to_have_count(1)
    expect(page.locator(".toast-body:visible")).to_have_count(0)  # Gradio's own words for it


def test_a_decision_that_could_not_be_shown_can_still_be_taken_back(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, (first, _) = begin(2)

    def refuse(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("database is locked"))

    with monkeypatch.context() as patch:
        patch.setattr(OfficerDesk, "scene", refuse)
        page.keyboard.press("c")
        expect(page.locator("#desk-case")).to_contain_text("That is done.")
    expect(page.locator(".undoable")).to_have_count(1)
    page.keyboard.press("Backspace")
    standing(page, first)


def test_a_page_that_opens_while_the_database_fails_fills_itself_later(
    page_of: PageOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of("kim")

    def refuse(*_: object) -> None:
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    with monkeypatch.context() as patch:
        patch.setattr(OfficerDesk, "first", refuse)
        page.reload()
        expect(page.locator("#desk-case")).to_contain_text("loaded again by itself")
        expect(page.locator("#desk-header .person")).to_have_count(0)
    expect(page.locator("#desk-header .person")).to_have_text("kim")
