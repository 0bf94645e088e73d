"""The keys that stand at a mark are the officer's own."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.xray_app.desk.pointing import mark, point

pytestmark = pytest.mark.browser

SCAN = {"width": 400, "height": 300, "planes": [[26_000, 17_700], [31_300, 37_000]]}
GUN = {"number": 1, "label": "gun", "percent": 93, "style": "alarm", "xyxy": [100, 50, 200, 150]}
CHOOSE = """(said) => {
  document.querySelector('#desk-header')?.remove();
  if (!said) return;
  const bar = document.body.appendChild(document.createElement('div'));
  bar.id = 'desk-header';
  bar.appendChild(document.createElement('i')).dataset.own = said;
}"""


@pytest.fixture
def choose(module_page: Page) -> Iterator[Callable[[dict[str, str]], None]]:
    """Gives the officer keys of their own; at the end they have the usual ones."""
    yield lambda keys: module_page.evaluate(CHOOSE, json.dumps({"keys": keys}))
    module_page.evaluate(CHOOSE, "")


def test_the_buttons_at_a_mark_and_what_is_said_name_the_officers_own_keys(
    show: Callable[..., Page], choose: Callable[[dict[str, str]], None], keeper: Any
) -> None:
    choose({"y": "8", ".": "9"})
    page = show(SCAN | {"marks": [GUN]})
    expect(page.locator(".viewer[data-mine]")).to_have_count(1, timeout=60_000)
    signs = mark(page, "1").locator(".bar kbd")
    expect(signs).to_have_text(["8", "Del", "/"])
    page.keyboard.press("8")  # nothing is lit
    expect(page.locator(".status .told")).to_contain_text("or press 9 for the next one")
    choose({"y": "7"})
    page.evaluate("import('/own.js').then(({showKeys}) => showKeys())")
    expect(signs).to_have_text(["7", "Del", "/"])
    point(page, 150, 100)
    page.keyboard.press("7")
    page.wait_for_function("!window.viewer.marking.opinions.busy")
    assert [word["says"] for word in keeper.said] == ["confirmed"]
