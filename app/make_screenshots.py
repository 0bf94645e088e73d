"""Takes the pictures of docs/desk.md: every page of the desk, of a demo in which a little was done.
Only signing in is a desk of its own, which a demo spares its visitors.

    python app/make_screenshots.py        (make screenshots)

Each page at three sizes: the smallest screen that the desk is laid out for, an office's, and a
wall of 4K, which is shrunk for the page.
"""

import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "images" / "desk"
SIZES = ((1366, 768), (1920, 1080), (3840, 2160))
SHOWN_PX = 1600  # width of the largest in the docs
QUALITY = 55  # of WebP
MOST_BYTES = 2_500_000  # of all together
WAIT_MS = 300_000  # a busy machine must not spoil a picture
DECIDED = "scscccs"  # keys of the first decisions: cleared, or sent to be searched


def main() -> None:
    """Write docs/images/desk/PAGE-WIDTH.webp, in the place of the old ones."""
    chromium = shutil.which("chromium") or sys.exit("needs chromium: apt-get install chromium")
    with sync_playwright() as playwright, TemporaryDirectory() as temporary:
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        page = browser.new_page(
            viewport={"width": 1366, "height": 768},
            bypass_csp=True,  # waiting asks with eval
        )
        page.set_default_timeout(WAIT_MS)
        expect.set_options(timeout=WAIT_MS)
        for name in everything(page):
            for width, height in SIZES:
                page.set_viewport_size({"width": width, "height": height})
                settle(page)
                keep(page.screenshot(), Path(temporary) / f"{name}-{width}.webp")
            page.set_viewport_size({"width": 1366, "height": 768})
        shutil.rmtree(FOLDER, ignore_errors=True)
        shutil.copytree(temporary, FOLDER)
    size = sum(file.stat().st_size for file in FOLDER.iterdir())
    print(f"{FOLDER}: {size} bytes")
    if size > MOST_BYTES:
        sys.exit(f"larger than {MOST_BYTES} bytes")


@contextmanager
def desk(*arguments: str, **settings: str) -> Iterator[str]:
    """A running desk's address."""
    command = [sys.executable, "-m", "xray_app", "serve", *arguments, "--port", "0", *sys.argv[1:]]
    told = {"env": os.environ | settings, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **told) as running:  # type: ignore[call-overload]
        try:
            line = next(line for line in running.stdout if "Ctrl-C" in line)
            yield re.findall(r"http://[\w.:]+", line)[0]
        finally:
            running.terminate()


def everything(page: Page) -> Iterator[str]:
    """Each picture's name as soon as its page stands."""
    with TemporaryDirectory() as data, desk(XRAY_DATA_DIR=data) as address:
        page.goto(f"{address}/sign-in")
        yield "sign-in"
    with desk("--demo") as address:
        page.goto(address)
        yield from pages(page, address)


def pages(page: Page, address: str) -> Iterator[str]:
    """Each page's name as soon as it stands, each opened by whom it is for."""
    stands(page)
    yield "case"
    page.keyboard.press("?")
    yield "keys"
    page.keyboard.press("Escape")
    page.locator(".theme button").click()
    stands(page)
    yield "light"
    while page.locator(".theme button").get_attribute("value") != "light":  # what it would choose
        page.locator(".theme button").click()
        stands(page)
    work(page, address)
    upload(page)
    yield "upload"
    page.goto(f"{address}/queue?tab=closed")
    page.locator(".rows .name a").first.click()
    page.goto(page.locator("a[data-zoned]").evaluate("(link) => link.href"))
    yield "report"
    for name in ("queue", "search-room"):
        page.goto(f"{address}/{name}")
        if name == "search-room":
            page.locator(".picks a").first.click()
        yield name
    for role, name in (
        *(("Supervisor", "supervisor"), ("Supervisor", "insight")),
        *(("Auditor", "audit"), ("Manager", "admin")),
    ):
        page.locator(".demo").get_by_role("button", name=role).click()
        page.goto(f"{address}/{name}")
        yield name


def work(page: Page, address: str) -> None:
    """Decide what comes first; look into one that was to be searched."""
    for key in DECIDED:
        before = page.locator("#desk-scan").get_attribute("data-shown")
        page.keyboard.press(key)
        if page.locator(".codes[data-asked]").count():  # no reason is at hand
            page.keyboard.press("6")
        page.wait_for_function(
            "before => ![undefined, before].includes("
            "document.querySelector('#desk-scan').dataset.shown)",
            arg=before,
        )
        stands(page)
    page.keyboard.press("2")
    page.fill(".reason", "denser than its neighbours at the left; a second pair of eyes, please")
    page.locator(".act.escalate").click()
    expect(page.locator(".undoable").first).to_be_visible()
    expect(page.locator(".undoable")).to_have_count(0)
    page.goto(f"{address}/search-room")
    page.locator(".picks a").first.click()
    page.get_by_text("Something found").click()
    page.locator("input[name=what]").first.check()
    page.get_by_role("button", name="Record the result").click()
    page.goto(address)
    stands(page)


def upload(page: Page) -> None:
    """A scan of one's own: a sample's other side, so that it is another picture."""
    seen = cv2.imread(str(next((ROOT / "app/xray_app/samples").glob("23-*.jpg"))))
    done, png = cv2.imencode(".png", np.ascontiguousarray(seen[:, ::-1]))
    assert done
    file = {"name": "my-parcel.png", "mimeType": "image/png", "buffer": png.tobytes()}
    page.set_input_files("#add-one", files=[file])  # type: ignore[list-item]
    expect(page.locator("#desk-case .banner h2")).to_have_text("my-parcel.png")
    page.locator(".viewer[data-state=ready]").wait_for()


def stands(page: Page) -> None:
    """Wait until the open case can be decided."""
    page.locator(".viewer[data-state=ready]").wait_for()
    expect(page.locator(".work .act.clear")).to_be_enabled()


def settle(page: Page) -> None:
    """Wait until pictures and fonts are there and nothing moves; the desk itself never idles."""
    page.evaluate("document.fonts.ready")
    page.wait_for_function("[...document.images].every((image) => image.complete)")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 800)))")


def keep(png: bytes, file: Path) -> None:
    """Write a screenshot small enough for the repository."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    if picture.width > 2 * SHOWN_PX:
        height = round(picture.height * SHOWN_PX / picture.width)
        picture = picture.resize((SHOWN_PX, height), Image.Resampling.LANCZOS)
    picture.save(file, quality=QUALITY, method=6)


if __name__ == "__main__":
    main()
