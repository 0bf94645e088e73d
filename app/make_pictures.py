"""Takes the README's picture of the desk: a running desk, Debian's chromium, a screenshot.

python app/make_pictures.py        (make pictures)
"""

import io
import shutil
import subprocess
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

FILE = Path(__file__).parent.parent / "docs" / "images" / "desk.png"
VIEWPORT = {"width": 1366, "height": 768}  # the smallest screen that the desk is laid out for
MOST_BYTES = 300_000


def main() -> None:
    """Write docs/images/desk.png."""
    chromium = shutil.which("chromium") or sys.exit("needs chromium: apt-get install chromium")
    command = [sys.executable, "-m", "xray_app", "serve", "--demo", "--port", "0", *sys.argv[1:]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as desk:
        try:
            assert desk.stdout is not None
            address = desk.stdout.readline().split()[2]
            png = photograph(chromium, address)
        finally:
            desk.terminate()
    # 256 colours are enough for a screenshot, and a third of the bytes.
    small = Image.open(io.BytesIO(png)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    FILE.parent.mkdir(parents=True, exist_ok=True)
    small.save(FILE, optimize=True)
    size = FILE.stat().st_size
    print(f"{FILE}: {size} bytes")
    if size > MOST_BYTES:
        sys.exit(f"larger than {MOST_BYTES} bytes")


def photograph(chromium: str, address: str) -> bytes:
    """The desk's page as PNG, its first case open."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport=VIEWPORT)
        page.goto(address)
        page.locator("#desk-case .banner").wait_for()
        page.evaluate("document.fonts.ready")  # the page never idles: it keeps a stream open
        page.wait_for_function("[...document.images].every(image => image.complete)")
        page.locator(".viewer[data-state=ready]").wait_for()
        return page.screenshot()


if __name__ == "__main__":
    main()
