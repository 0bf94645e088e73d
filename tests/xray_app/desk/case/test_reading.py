"""The case page in a browser that reads Korean, and in one that reads from right to left."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.xray_app.desk.case.desks import PASSWORD, Desk
from xray_app import languages
from xray_app.api.signing import COOKIE
from xray_app.languages import speaking

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("desk")]

WAIT_MS = 120_000
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def korean(browser: Browser, desk: Desk) -> Iterator[Page]:
    """The desk of an officer in Seoul."""
    context = browser.new_context(
        locale="ko-KR", timezone_id="Asia/Seoul", viewport={"width": 1366, "height": 768}
    )
    token = desk.service.people.sign_in("kim", PASSWORD)
    context.add_cookies([{"name": COOKIE, "value": token, "url": desk.address}])
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    yield page
    context.close()


def take(page: Page, desk: Desk) -> str:
    """The text of the page with a case open."""
    page.goto(desk.address)
    expect(page.locator("#desk-header .person")).to_have_text("kim")
    page.keyboard.press("n")
    expect(page.locator("#desk-scan[data-shown]:not([data-shown=''])")).to_be_visible()
    return page.inner_text("body")


def test_a_korean_officer_reads_korean_and_nothing_is_asked_elsewhere(
    desk: Desk, bring: Callable[[int], list[str]], korean: Page
) -> None:
    (case,) = bring(1)
    asked: list[str] = []
    korean.on("request", lambda request: asked.append(request.url))
    text = take(korean, desk)
    assert korean.evaluate("[document.documentElement.lang, document.title]") == [
        "ko",
        "X-ray 판독 데스크",
    ]
    for words in ("탐지 내역", "신고 사항", "수하인", "통관", "개장검사", "돋보기"):
        assert words in text, words
    labels = "".join(korean.locator(".tool .label").all_inner_texts())
    assert re.findall("[A-Za-z]", labels) == []
    assert korean.evaluate(OVERFLOW) <= 0

    link = korean.locator("a[data-zoned]")
    expect(link).to_have_attribute("href", re.compile("zone=Asia%2FSeoul"))
    with korean.expect_popup() as opened:
        link.click()
    paper = opened.value
    expect(paper.locator("header p").first).to_have_text("X-ray 판독 보고서")
    expect(paper.locator("body")).to_contain_text(case)
    expect(paper.locator("body")).to_contain_text("KST")
    assert paper.evaluate("document.images[0].naturalWidth") > 0
    assert paper.evaluate(OVERFLOW) <= 0
    paper.close()

    korean.get_by_role("button", name="English").click()
    expect(korean.locator("#desk-header h1")).to_have_text("Inspection desk")
    expect(korean.locator(".tool .label").first).to_have_text("Colours")
    assert {url.split("/")[2] for url in asked if not url.startswith(("blob:", "data:"))} == {
        desk.address.removeprefix("http://")
    }


@pytest.mark.parametrize("width", [1366, 1024])
def test_a_page_that_reads_from_right_to_left_is_mirrored_and_holds_together(
    desk: Desk,
    bring: Callable[[int], list[str]],
    korean: Page,
    monkeypatch: pytest.MonkeyPatch,
    width: int,
) -> None:
    turned = replace(languages.languages()["ko"], direction="rtl")
    monkeypatch.setattr(speaking, "languages", lambda: {"en": turned, "ko": turned})
    bring(1)
    korean.set_viewport_size({"width": width, "height": 768})
    take(korean, desk)
    assert korean.evaluate("document.documentElement.dir") == "rtl"
    assert korean.evaluate(OVERFLOW) <= 0

    def left(selector: str) -> float:
        box = korean.locator(selector).first.bounding_box()
        assert box is not None
        return box["x"]

    assert left("#desk-side") > left("#desk-main")
    assert left("#desk-header .brand") > left("#desk-header .out")
    assert left(".banner strong") > left(".banner h2")
    assert left(".entry .thumb") > left(".entry .name")
    number, what = (f".findings td:nth-child({n})" for n in (1, 2))
    if korean.locator(number).count():
        assert left(number) > left(what)
    assert korean.evaluate("getComputedStyle(document.querySelector('.pane')).direction") == "ltr"
