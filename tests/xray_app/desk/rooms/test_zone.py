"""A room's script says where its reader is, once."""

import pytest
from playwright.sync_api import Browser, Route

from xray_app.desk.look import FOLDER, VIEWER

HERE = "http://127.0.0.1:1/"  # nothing listens there
SCRIPT = "<script type=module src=/rooms.js></script>"
PAGE = f"<!doctype html>{SCRIPT}<header></header><main><h2 data-days>Days</h2>"


@pytest.mark.browser
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_page_with_days_is_fetched_again_once_the_desk_knows_the_readers_zone(
    browser: Browser, method: str
) -> None:
    zones: list[str] = []
    methods: list[str] = []

    def serve(route: Route) -> None:
        name = route.request.url.removeprefix(HERE)
        name = name.removesuffix("?")
        if name == "rooms.js":
            route.fulfill(path=FOLDER / "rooms" / name, content_type="text/javascript")
        elif name in ("words.js", "away.js", "once.js"):
            route.fulfill(path=VIEWER / name, content_type="text/javascript")
        elif name == "":
            zones.append(route.request.all_headers().get("cookie", ""))
            methods.append(route.request.method)
            route.fulfill(body=f"{PAGE}<p>{len(zones)}</p></main>", content_type="text/html")
        elif name == "form":
            form = f"<form method={method} action=/><button>"
            route.fulfill(body=form, content_type="text/html")
        else:
            route.fulfill(status=404)

    context = browser.new_context(timezone_id="Asia/Seoul")
    page = context.new_page()
    page.route(f"{HERE}**", serve)
    page.goto(HERE + "form")
    page.evaluate("document.querySelector('form').submit()")
    page.wait_for_function("document.querySelector('p')?.textContent === '2'")
    page.goto(HERE, wait_until="networkidle")
    context.close()
    assert methods == [method, "GET", "GET"], "a form is not sent again"
    assert zones[-1] == "xray_zone=Asia/Seoul"
    assert len(zones) == 3, "at first, once it was known, and by the test"
