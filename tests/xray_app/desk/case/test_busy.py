"""Officers do not wait for each other's uploads, and are told what keeps the desk from its work."""

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete
from sqlalchemy.exc import OperationalError

from tests.xray_app.desk.case.desks import PASSWORD, Begin, Desk, standing
from xray_app.api.signing import COOKIE
from xray_app.cases import tables
from xray_app.demo.samples import Sample
from xray_app.desk import bringing, officer_page
from xray_app.desk.officer import OfficerDesk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("desk")]

Bring = Callable[[int], list[str]]
PageOf = Callable[[str], Page]


@pytest.fixture(scope="module", autouse=True)
def often() -> Iterator[None]:
    """A page gives a sign of life every second, from before the desk of these tests is built."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(officer_page, "RENEW_SECONDS", 1)
        yield


def test_an_upload_that_is_still_inspected_holds_up_nobody_elses(
    bring: Bring, page_of: PageOf, samples: Iterator[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    (case,) = bring(1)
    waiting, ended = threading.Semaphore(0), threading.Event()

    def wait(*_: Any) -> None:
        waiting.release()
        ended.wait(60)

    monkeypatch.setattr(bringing, "wait_for_report", wait)
    files = [str(next(samples).file) for _ in range(2)]
    pages = [page_of(name) for name in ("kim", "lee")]
    try:
        for page, file in zip(pages, files, strict=True):
            page.set_input_files("#add-one", file)
        assert all(waiting.acquire(timeout=60) for _ in pages), "both wait at once"
        pages[0].keyboard.press("n")
        standing(pages[0], case)
    finally:
        ended.set()
    for page in pages:
        expect(page.locator("#desk-add .busy")).to_be_hidden()
    expect(pages[0].locator("#desk-add .sent")).to_contain_text("is in the queue")
    standing(pages[0], case)  # kim is at work; nothing is open before lee
    expect(pages[1].locator("#desk-case .banner h2")).to_have_text(Path(files[1]).name)


def test_a_page_tells_for_how_long_nobody_has_touched_it(
    page_of: PageOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, heard = list[float](), threading.Event()

    def renew(_: OfficerDesk, actor: object, idle_s: float) -> None:
        told.append(idle_s)
        if idle_s == 1234:
            heard.set()

    monkeypatch.setattr(OfficerDesk, "renew", renew)
    page_of("kim").evaluate("window.idleSeconds = () => 1234")
    assert heard.wait(60), told


def test_of_two_officers_at_work_each_has_the_next_scan_before_they_decide(
    bring: Bring, page_of: PageOf
) -> None:
    first, second, third, fourth = bring(4)
    asked: dict[str, list[str]] = {"kim": [], "lee": []}
    pages = {}
    for name, case in (("kim", first), ("lee", second)):
        page = pages[name] = page_of(name)
        page.on("request", lambda request, name=name: asked[name].append(request.url))  # type: ignore[misc]
        page.keyboard.press("n")
        standing(page, case)

    def fetched(name: str, case: str) -> int:
        return len(
            [url for url in asked[name] if re.search(rf"/(planes/{case}|{case}-0/full)", url)]
        )

    for _ in range(600):
        if all(fetched(name, case) for name in pages for case in (third, fourth)):
            break
        pages["kim"].wait_for_timeout(100)
    for name, case in (("lee", third), ("kim", fourth)):
        pages[name].keyboard.press("c")
        standing(pages[name], case)
        assert fetched(name, case) == 1, "it was there, and was not fetched again"


def test_a_page_whose_session_has_ended_says_so_by_itself(desk: Desk, begin: Begin) -> None:
    page, _ = begin(1)
    with desk.service.database.write() as connection:
        connection.execute(delete(tables.sessions))
    expect(page.locator(".away")).to_contain_text("Your session has ended.")
    token = desk.service.people.sign_in("kim", PASSWORD)
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": desk.address}])
    expect(page.locator(".away")).to_have_count(0)


def test_a_decision_that_the_database_refuses_is_said_and_the_same_key_does_it_later(
    begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, (first, second) = begin(2)
    page.fill(".reason", "under the lining")
    page.locator(".reason").blur()

    def refuse(*_: object) -> None:
        raise OperationalError("UPDATE cases", {}, Exception("database is locked"))

    with monkeypatch.context() as patch:
        patch.setattr(OfficerDesk, "act", refuse)
        page.keyboard.press("c")
        expect(page.locator(".work .notice")).to_have_text(
            "The desk could not do that just now; try again."
        )
    standing(page, first)
    expect(page.locator(".reason")).to_have_value("under the lining")
    expect(page.locator(".toast-body")).to_have_count(0)
    page.keyboard.press("c")
    standing(page, second)
