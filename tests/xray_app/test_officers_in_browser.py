"""A service as its first people meet it: the first run, an officer's account, a case decided."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from xray_app import service as services
from xray_app.access.roles import Right
from xray_app.settings import Settings

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("desk")]

WAIT_MS = 60_000
START_SECONDS = 300
PASSWORD = "correct horse battery"


@pytest.fixture
def started(tmp_path: Path, standin: Path) -> Iterator[tuple[str, str]]:
    """A running service's first-run link, and the key of a scanner."""
    data = tmp_path / "data"
    parts = services.build(Settings(data_dir=data))
    key = parts.keys.make("test", "gate", [Right.SUBMIT, Right.READ_OWN])
    parts.database.dispose()
    here = {k: v for k, v in os.environ.items() if not k.startswith("XRAY_")}
    here |= {"XRAY_DATA_DIR": str(data), "XRAY_MODEL": str(standin), "XRAY_PORT": "0"}
    command = [sys.executable, "-m", "xray_app", "serve"]
    with subprocess.Popen(command, env=here, stdout=subprocess.PIPE, text=True) as process:
        said: list[str] = []
        ready = threading.Event()

        def listen() -> None:
            assert process.stdout is not None
            for line in process.stdout:
                said.append(line)
                if line.startswith("Inspection desk"):
                    ready.set()
            ready.set()

        threading.Thread(target=listen, daemon=True).start()
        ready.wait(START_SECONDS)
        link = re.search(r"http://\S+first-run\S+", "".join(said))
        assert link is not None, said
        yield link.group(), key
        process.terminate()
        process.wait(30)


def fill(page: Page, name: str) -> None:
    page.fill("#name", name)
    page.fill("#password", PASSWORD)


def test_from_the_first_run_to_a_decided_case(
    page: Page, started: tuple[str, str], write_scan: Callable[..., Path]
) -> None:
    link, key = started
    address = link.partition("/first-run")[0]
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)

    page.goto(address)
    expect(page).to_have_url(f"{address}/sign-in")
    page.goto(link)
    fill(page, "boss")
    page.get_by_role("button", name="Make the account").click()
    expect(page).to_have_url(f"{address}/admin")
    fill(page, "kim")
    page.select_option("#role", "screener")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("cell", name="kim", exact=True)).to_be_visible()
    page.get_by_role("button", name="Sign out").click()

    headers = {"authorization": f"Bearer {key}"}
    with httpx.Client(base_url=address, headers=headers, timeout=60) as scanner:
        files = {"scan": ("bag.png", write_scan("bag.png").read_bytes())}
        about = {"about": '{"container": "CSQU3054383"}'}
        where = scanner.post("/api/v1/scans", files=files, data=about).headers["location"]
        for _ in range(600):
            if scanner.get(where).json()["state"] == "waiting":
                break
            page.wait_for_timeout(100)

        fill(page, "kim")
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator("#desk-queue .entry")).to_have_count(1)
        expect(page.locator("#desk-header .person")).to_have_text("kim")
        page.keyboard.press("n")  # take the next case
        expect(page.locator("#desk-case .banner strong")).to_have_text("Alarm")
        expect(page.locator("#desk-case .banner h2")).to_have_text("CSQU3054383")
        expect(page.locator(".viewer")).to_have_attribute("data-state", "ready")
        page.fill(".reason", "a pistol in a shoe")
        if picture := os.environ.get("DESK_PICTURE"):
            page.screenshot(path=picture)
        page.get_by_role("button", name="Search").click()
        expect(page.locator("#desk-queue h2")).to_contain_text("To be searched")
        case = scanner.get(where).json()
    assert case["state"] == "search"
    assert [d["reason"] for d in case["decisions"]] == ["a pistol in a shoe"]
    assert broken == []
