"""A scan with a gun, where its pixels are on the page, and the pointer on them."""

from playwright.sync_api import Locator, Page

SCAN = {"width": 400, "height": 300, "planes": [[26_000, 17_700], [31_300, 37_000]]}
GUN = {"number": 1, "label": "gun", "percent": 93, "style": "alarm", "xyxy": [100, 50, 200, 150]}


def mark(page: Page, number: str) -> Locator:
    return page.locator(f".mark[data-number='{number}']")


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a pixel of the scan is on the page."""
    body = """async (point) => {
      const {toScreen} = await import('/transform.js'), {pane} = window.viewer;
      const box = pane.element.getBoundingClientRect();
      const [x, y] = toScreen(pane.view, pane.size, point).map((side) => side / pane.ratio);
      return [box.left + x, box.top + y];
    }"""
    left, top = page.evaluate(body, [x, y])
    return left, top


def point(page: Page, x: float, y: float) -> None:
    """Moves the pointer to a pixel of the scan, from elsewhere."""
    page.mouse.move(*at(page, 5, 5))
    page.mouse.move(*at(page, x, y))


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*at(page, *start))
    page.mouse.down()
    page.mouse.move(*at(page, *end))
    page.mouse.up()
