"""What a browser fetches before it is asked for: as much as it has room for, and nothing twice."""

import json
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Route

from xray.scan import Encoding
from xray_app.desk import scene
from xray_app.desk.look import SCAN_SCRIPT, VIEWER
from xray_app.shown import Case

DOT = cv2.imencode(".png", np.full((1, 1, 3), 200, np.uint8))[1].tobytes()
HERE = "http://127.0.0.1:1/"  # nothing listens there: every file comes from the route below
VIEWED = """import { load } from './planes.js';
export class Viewer {
  constructor(root) { this.root = root; }
  async show({ views }) {
    for (const view of views) await load(view);
    this.root.dataset.state = 'ready';
  }
}"""
OPEN = """([code, first, second, late]) => {
  const element = document.body, props = {value: first, ahead: ''}, watched = {};
  element.innerHTML = "<div class='panel'></div>";
  window.tick = () => { props.ahead = late; return watched.ahead(); };
  window.decide = () => { props.value = second; return watched.value(); };
  new Function('element', 'props', 'watch', code)(
    element, props, (name, act) => { watched[name] = act; });
}"""


def case(name: str, width: int, height: int, encoding: Encoding, views: int = 1) -> list[Case]:
    kept = {"picture": b"kept", "planes": b"" if encoding is Encoding.PSEUDOCOLOR else b"kept"}
    about: dict[str, Any] = {"width_px": width, "height_px": height, "encoding": encoding, **kept}
    return [Case(f"{name}-{n}", name, **about) for n in range(views)]


def near(*cases: list[Case]) -> list[str]:
    return [view.key for view in scene.near(cases)]


def test_of_containers_of_two_views_two_are_fetched_ahead_and_of_bags_all() -> None:
    a, b, c, d = (case(name, 6000, 2000, Encoding.DUAL, views=2) for name in "abcd")
    assert near(a, b, c, d) == ["a-0", "a-1", "b-0", "b-1"]
    bags = [case(name, 1200, 800, Encoding.PSEUDOCOLOR, views=2) for name in "abcd"]
    assert near(*bags) == [view.key for bag in bags for view in bag]
    single = [case(name, 6000, 4000, Encoding.SINGLE) for name in "abcde"]
    assert near(*single) == ["a-0", "b-0", "c-0", "d-0"], "a fifth is over 256 MiB"


def test_what_is_opened_next_is_fetched_however_large_it_is_and_nothing_behind_it() -> None:
    huge = case("a", 9000, 6000, Encoding.DUAL, views=2)
    assert near(huge, case("b", 100, 100, Encoding.DUAL)) == ["a-0", "a-1"]
    assert near(case("b", 100, 100, Encoding.DUAL), huge) == ["b-0"]
    assert near() == []


def told(name: str, ahead: str) -> str:
    views = [("", one) for one in case(name, 1, 1, Encoding.PSEUDOCOLOR)]
    return scene.scene(views, 0, name, 1, "", case(ahead, 1, 1, Encoding.PSEUDOCOLOR))


@pytest.mark.browser
@pytest.mark.parametrize("listed", ["bd", "d"])
def test_a_case_that_is_open_by_now_or_soon_is_not_fetched_again(
    browser: Browser, listed: str
) -> None:
    asked: list[str] = []

    def serve(route: Route) -> None:
        name = route.request.url.removeprefix(HERE)
        if name == "viewer/viewer.js":
            route.fulfill(body=VIEWED, content_type="text/javascript")
        elif name.endswith(".js"):
            route.fulfill(path=VIEWER.parent / name, content_type="text/javascript")
        elif name.startswith("pictures/"):
            asked.append(name.split("/")[1])
            route.fulfill(body=DOT, content_type="image/png")
        elif name:
            route.fulfill(status=404)
        else:
            route.fulfill(body="<!doctype html><title>desk</title>", content_type="text/html")

    page = browser.new_page()
    page.route(f"{HERE}**", serve)
    page.goto(HERE)
    late = json.dumps([{"planes": "", "picture": f"pictures/{name}-0/full"} for name in listed])
    code = SCAN_SCRIPT.read_text(encoding="utf-8")
    with page.expect_response("**/pictures/b-0/full"):
        page.evaluate(OPEN, [code, told("a", "b"), told("b", "b"), late])
    acts = ["window.decide()", "window.tick()"]  # both name what the scene shows
    if listed == "d":
        acts.reverse()  # the tick leaves out what was decided on, before the page knows
    with page.expect_response("**/pictures/d-0/full"):
        for act in acts:
            page.evaluate(act)
    page.close()
    assert asked == ["a-0", "b-0", "d-0"]


@pytest.mark.browser
def test_of_two_lists_the_browser_holds_the_later_and_the_first_case_of_the_one_before(
    js: Callable[..., Any],
) -> None:
    asked: list[str] = js(
        "planes",
        """
        const real = window.fetch, asked = [];
        window.fetch = (address) => {
          if (!address.startsWith('ahead')) return real(address);
          asked.push(address.slice(-3));
          return Promise.resolve({ok: true, arrayBuffer: () => Promise.resolve(header)});
        };
        const list = (...names) => names.map((name) => (
          {case: name[0], planes: `ahead/${name}`, picture: ''}));
        const header = new ArrayBuffer(24), about = new DataView(header);  // of no pixels
        [...'XPL1'].forEach((letter, n) => about.setUint8(n, letter.charCodeAt(0)));
        try {
          await m.fetchAhead(list('a-0', 'a-1', 'b-0'));
          await m.fetchAhead(list('c-0'));
          asked.push('opened');
          for (const view of list('a-0', 'a-1', 'c-0', 'b-0')) await m.load(view);
          return asked;
        } finally {
          window.fetch = real;
        }""",
    )
    assert asked == ["a-0", "a-1", "b-0", "c-0", "opened", "b-0"]
