"""What an officer sees of the scan, and whether it is another picture than before."""

from collections.abc import Callable

import cv2
import numpy as np
from playwright.sync_api import Page

ROUNDING = 12  # of 255: what a repaint of the same may differ by, at edges
FEW_PX, ENOUGH_PX = 50, 200  # of some 360,000 that differ by more: a corner's; a tool's
LISTEN = """() => {
  [window.acted, window.stood] = [Infinity, 0];
  const viewer = document.querySelector('.viewer');
  const now = () => performance.now();
  viewer.addEventListener('painted', ({detail}) => {
    if (!detail.moving) window.stood = now();
  });
  const acted = ({type, target}) => {
    if (type === 'keydown' || target.closest?.('.pane')) window.acted = now();
  };
  for (const type of ['keydown', 'pointermove', 'pointerup']) addEventListener(type, acted, true);
}"""


def differing_px(one: bytes, other: bytes) -> int:
    """How many pixels of two screenshots differ by more than rounding."""
    seen = [cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR) for png in (one, other)]
    return int((cv2.absdiff(*seen).max(axis=2) > ROUNDING).sum())


def same(one: bytes, other: bytes) -> bool:
    return differing_px(one, other) < FEW_PX


def another(one: bytes, other: bytes) -> bool:
    return differing_px(one, other) > ENOUGH_PX


class Eyes:
    """What somebody sees of the scan, after whatever they do."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.evaluate(LISTEN)
        self.sees = self.look()

    def look(self) -> bytes:
        """The scan as it is on the screen, with what lies over it."""
        return self.page.locator(".panes").screenshot(animations="disabled")

    def after(self, do: Callable[[], object]) -> bytes:
        """What is seen once the picture that answers an act stands in full."""
        self.page.evaluate("window.acted = Infinity")
        do()
        self.page.wait_for_function("stood >= acted")
        return self.look()

    def press(self, key: str) -> bytes:
        """As `after`, of a key."""
        return self.after(lambda: self.page.keyboard.press(key))

    def changed(self, key: str) -> None:
        """Press a key, and see that the picture is another one."""
        before, self.sees = self.sees, self.press(key)
        assert another(self.sees, before), f"{key} changed nothing"

    def reset(self, plain: bytes) -> None:
        """Escape shows the scan as it came."""
        self.sees = self.press("Escape")
        assert same(self.sees, plain)
