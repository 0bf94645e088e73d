"""The viewer's modules in a browser of their own, without a desk, for what can be tested alone."""

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from xray_app.desk import tables
from xray_app.desk.look import COLOURS, STYLESHEETS, VIEWER

WAIT_MS = 60_000  # a machine may be busy with something else
HERE = "http://127.0.0.1:1/"  # nothing listens there: every file comes from the route below
EMPTY_PAGE = """<!doctype html><title>modules</title><link rel="stylesheet" href="/all.css">
<style>body { margin: 0 } .panel { height: 100vh }</style><input id="elsewhere">"""
# What a layout moves after a full frame is painted again in the next one or two.
STILL = """() => new Promise((done) => {
  const look = (count) => requestAnimationFrame(() => requestAnimationFrame(() => {
    const {length} = window.painted;
    length === count && !window.painted[length - 1].moving ? done() : look(length);
  }));
  look(window.painted.length);
})"""
# A viewer over made-up scans: halves of water and steel, or a picture of the same shape.
OPEN = """async ([views, current, opinions]) => {
  const {Viewer} = await import('/viewer.js');
  const address = (data, type) => URL.createObjectURL(new Blob([data], {type}));
  const raw = ({width, height, planes, pixelMm = 0, step = 1}) => {
    const buffer = new ArrayBuffer(24 + 2 * width * height * planes.length);
    const about = new DataView(buffer);
    [...'XPL1'].forEach((letter, n) => about.setUint8(n, letter.charCodeAt(0)));
    about.setUint32(4, width, true);
    about.setUint32(8, height, true);
    about.setUint16(12, planes.length, true);
    about.setUint16(14, step, true);
    about.setFloat32(16, pixelMm, true);
    planes.forEach(([left, right], n) => {
      const plane = new Uint16Array(buffer, 24 + 2 * n * width * height, width * height);
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
          plane[y * width + x] = (x < width / 2 ? left : right) + (7 * x + 13 * y) % 400;
    });
    return address(buffer, 'application/octet-stream');
  };
  const drawn = async ({width, height}) => {
    const canvas = new OffscreenCanvas(width, height), context = canvas.getContext('2d');
    [context.fillStyle] = ['rgb(200 120 40)'];
    context.fillRect(0, 0, width, height);
    context.fillStyle = 'rgb(20 60 140)';
    context.fillRect(width / 2, 0, width / 2, height);
    return URL.createObjectURL(await canvas.convertToBlob());
  };
  const scene = {current, opinions, officer: 'kim', tables: '/tables.json',
    views: await Promise.all(views.map(async (view, position) => ({position, name: '', alt: 'scan',
      pixelMm: null, beam: '150 kV', marks: [], opaque: [], ...view,
      planes: view.planes ? raw(view) : '', picture: view.planes ? '' : await drawn(view)})))};
  document.querySelector('.panel')?.remove();
  document.activeElement.blur();  // the test before may have left the keys in a field
  const root = document.body.appendChild(document.createElement('div'));
  root.className = 'panel';
  window.viewer = new Viewer(root);
  window.painted = [];
  root.addEventListener('painted', ({detail}) => window.painted.push(detail));
  await window.viewer.show(scene);
}"""


@dataclass
class Keeper:
    """Keeps opinions as the service does, as far as a viewer can tell."""

    mine: bool = True
    away: bool = False
    silent: bool = False  # takes a word and says nothing of it
    refuses: str = ""
    labels: tuple[str, ...] = ("gun", "gun_part", "knife", "saw", "lighter")
    said: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, route: Route) -> None:
        if self.away:
            route.abort()
            return
        word = route.request.post_data_json if route.request.method == "POST" else None
        if word and self.refuses:
            route.fulfill(status=409, json={"error": self.refuses})
            return
        if word:
            self.said.append(word)
            if self.silent:
                return
        about = {"reader": "kim", "version": 7, "mine": self.mine, "labels": self.labels}
        drawn = list(dict.fromkeys(word["drawn"] for word in self.said if word["drawn"]))
        route.fulfill(json=about | {"standing": self.standing(), "drawn": drawn})

    def standing(self) -> list[dict[str, Any]]:
        newest: dict[str, dict[str, Any]] = {}
        for word in self.said:
            about = word["drawn"] or f"{word['view']}/{word['finding']}"
            called = "liquid" if word["finding"] == 2 else "gun"  # by the machine
            before = newest.get(about, {"label": called, "xyxy_px": [0, 0, 1, 1]})
            newest[about] = before | {name: v for name, v in word.items() if v is not None}
        return [{"finding": None, "drawn": None} | o for o in newest.values() if stands(o)]


def stands(opinion: dict[str, Any]) -> bool:
    return bool(opinion["says"] != "withdrawn")


@pytest.fixture(scope="session")
def session_keeper() -> Keeper:
    return Keeper()


@pytest.fixture
def keeper(session_keeper: Keeper, module_page: Page) -> Iterator[Keeper]:
    """What keeps this test's opinions, and no word of the test before, whose page goes on."""
    vars(session_keeper).update(vars(Keeper()))
    yield session_keeper
    session_keeper.away, session_keeper.refuses = False, ""
    module_page.wait_for_function("!window.viewer?.marking.opinions.busy")


@pytest.fixture(scope="session")
def module_page(browser: Browser, session_keeper: Keeper) -> Iterator[Page]:
    """An empty page that can import the viewer's modules by name."""

    def serve(route: Route) -> None:
        name = route.request.url.removeprefix(HERE)
        if name == "tables.json":
            said = gzip.decompress(tables.packed())
            route.fulfill(body=said, content_type="application/json")
        elif name == "opinions":
            session_keeper.answer(route)
        elif name.endswith(".css"):
            style = "\n".join(file.read_text(encoding="utf-8") for file in (COLOURS, *STYLESHEETS))
            route.fulfill(body=style, content_type="text/css")
        elif name.endswith(".js"):
            route.fulfill(path=VIEWER / name, content_type="text/javascript")
        else:
            route.fulfill(body=EMPTY_PAGE, content_type="text/html")

    page = browser.new_page(viewport={"width": 900, "height": 600})
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


@pytest.fixture
def show(module_page: Page, keeper: Keeper) -> Callable[..., Page]:
    """Opens the viewer on made-up views, and waits until it stands in full."""

    def show(*views: dict[str, Any], current: int = 0) -> Page:
        module_page.evaluate(OPEN, [list(views), current, "opinions"])
        rested(module_page)
        return module_page

    return show


@pytest.fixture
def rest() -> Callable[[Page], None]:
    """Waits until nothing has moved for a moment and the picture stands in full."""
    return rested


def rested(page: Page) -> None:
    page.evaluate("() => { window.painted = [] }")
    page.wait_for_function("window.viewer.frames.moved() ?? true", timeout=60_000)
    page.wait_for_function("window.painted.some((one) => !one.moving)", timeout=60_000)
    page.evaluate(STILL)


@pytest.fixture
def patience() -> Iterator[None]:
    """Expectations wait long."""
    expect.set_options(timeout=WAIT_MS)
    yield
    expect.set_options(timeout=5_000)
