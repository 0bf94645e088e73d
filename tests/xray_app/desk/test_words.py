"""The words of the viewer, where the desk does not give them."""

import pytest
from playwright.sync_api import Browser, Route

from xray_app.desk.look import VIEWER

HERE = "http://127.0.0.1:1/"  # nothing listens there


@pytest.mark.browser
@pytest.mark.parametrize("status", [401, 403, 500])
def test_the_viewer_speaks_english_where_it_is_refused_its_words(
    browser: Browser, status: int
) -> None:
    def serve(route: Route) -> None:
        name = route.request.url.removeprefix(HERE)
        if name == "words.json":
            route.fulfill(status=status, json={"error": "sign in"})
        elif name == "words.js":
            route.fulfill(path=VIEWER / name, content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html>", content_type="text/html")

    page = browser.new_page()
    page.route(f"{HERE}**", serve)
    page.goto(HERE)
    said = "const {language, say} = await import('/words.js'); return [language.code, say('a|b')]"
    assert page.evaluate(f"async () => {{ {said} }}") == ["en", "b"]
    page.close()
