"""The viewer's modules in a browser of their own, without a desk, for what can be tested alone."""

import gzip
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from xray_app.desk import tables
from xray_app.desk.look import VIEWER

HERE = "http://127.0.0.1:1/"  # nothing listens there: every file comes from the route below


@pytest.fixture(scope="session")
def module_page(browser: Browser) -> Iterator[Page]:
    """An empty page that can import the viewer's modules by name."""

    def serve(route: Route) -> None:
        name = route.request.url.removeprefix(HERE)
        if name == "tables.json":
            said = gzip.decompress(tables.packed())
            route.fulfill(body=said, content_type="application/json")
        elif name.endswith(".js"):
            route.fulfill(path=VIEWER / name, content_type="text/javascript")
        else:
            route.fulfill(body="<title>modules</title>", content_type="text/html")

    page = browser.new_page()
    page.route(f"{HERE}**", serve)
    page.goto(HERE)
    yield page
    page.close()


@pytest.fixture
def js(module_page: Page) -> Callable[..., Any]:
    """Runs a function body with a module's exports in `m` and an argument in `given`."""

    def run(module: str, body: str, given: object = None) -> Any:
        code = f"async ([given, m]) => {{ m = await import('/{module}.js'); {body} }}"
        return module_page.evaluate(code, [given, None])

    return run
