"""The desk as a newcomer meets it: a running process, Debian's chromium, a scan uploaded."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("desk")]

WAIT_MS = 60_000  # generous: the machine may be busy with something else
WriteScan = Callable[..., Path]


@pytest.fixture
def desk(page: Page, desk_url: str) -> Iterator[Page]:
    """The page, open; at the end of every test, nothing was fetched from elsewhere or broken."""
    elsewhere, broken = [], []
    page.on("request", lambda r: None if _is_here(r.url) else elsewhere.append(r.url))
    page.on("console", lambda m: broken.append(m.text) if _is_fault(m) else None)
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("dialog", lambda dialog: broken.append(f"dialog: {dialog.message}"))
    page.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    page.goto(desk_url)
    expect(page.locator("#desk-case .banner")).to_be_visible()
    yield page
    assert elsewhere == []
    assert broken == []


def _is_fault(message: ConsoleMessage) -> bool:
    # The browser writes down each answer that refuses, as of files of no known kind.
    refused = re.search(r"responded with a status of (415|422) ", message.text)
    return message.type == "error" and not refused


def _is_here(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("data", "blob") or parts.hostname == "127.0.0.1"


def upload(desk: Page, file: Path, field: str = "one") -> None:
    desk.set_input_files(f"#add-{field}", file)


def title(desk: Page) -> str:
    return desk.locator("#desk-case .banner h2").inner_text()


def test_the_page_opens_on_a_sample_with_its_regions_marked(desk: Page) -> None:
    expect(desk.locator(".mark").first).to_be_visible()
    expect(desk.locator(".banner strong")).to_have_text("Alarm")
    expect(desk.locator(".findings tbody tr")).to_have_count(2)
    expect(desk.locator("#desk-queue .entry")).not_to_have_count(0)
    expect(desk.locator(".viewer")).to_have_attribute("data-state", "ready")


def test_another_scan_opens_by_click_and_by_arrow_key(desk: Page) -> None:
    entries = desk.locator("#desk-queue .entry")
    first = title(desk)
    entries.nth(1).click()
    expect(entries.nth(1)).to_have_attribute("aria-current", "true")
    assert title(desk) != first
    desk.keyboard.press("ArrowUp")
    expect(entries.nth(0)).to_have_attribute("aria-current", "true")
    expect(desk.locator("#desk-case .banner h2")).to_have_text(first)


def test_pointing_at_a_finding_lights_up_its_mark(desk: Page) -> None:
    desk.locator(".findings tbody tr").nth(1).hover()
    expect(desk.locator(".mark.lit")).to_have_attribute("data-number", "2")


def test_an_uploaded_scan_is_inspected_and_joins_the_queue(
    desk: Page, write_scan: WriteScan
) -> None:
    upload(desk, write_scan("my bag.png"))
    expect(desk.locator("#desk-case .banner h2")).to_have_text("my bag.png")
    expect(desk.locator(".findings tbody tr")).to_have_count(2)
    expect(desk.locator("#desk-queue")).to_contain_text("my bag.png")
    expect(desk.locator(".report")).to_contain_text("Assumed")


def test_many_files_become_a_case_each_and_a_bad_one_costs_nothing_else(
    desk: Page, write_scan: WriteScan, tmp_path: Path
) -> None:
    notes = tmp_path / "notes.png"
    notes.write_text("this is no picture")
    scans = [write_scan("one.png", bright=0.31), write_scan("two.png", bright=0.62)]
    before = title(desk)
    desk.set_input_files("#add-one", [scans[0], notes, scans[1]])
    lines = desk.locator("#desk-add .sent li")
    refused = re.compile("notes.png: expected a PNG, JPEG, TIFF or DICOM file, found text")
    expect(lines.locator(".state")).to_have_text(["inspected", refused, "inspected"])
    assert title(desk) == before, "what is looked at stays"
    lines.nth(2).get_by_role("link", name="two.png").click()
    expect(desk.locator("#desk-case .banner h2")).to_have_text("two.png")


def test_a_pair_of_energies_is_inspected_as_one_scan(desk: Page, write_scan: WriteScan) -> None:
    desk.get_by_text("Add a low- and high-energy pair").click()
    button = desk.get_by_role("button", name="Inspect the pair")
    upload(desk, write_scan("low.png", np.uint16, 0.4), "low")
    expect(button).to_be_disabled()
    upload(desk, write_scan("high.png", np.uint16, 0.6), "high")
    button.click()
    expect(desk.locator("#desk-case .banner h2")).to_have_text("low.png + high.png")
    expect(desk.locator(".facts")).to_contain_text("dual energy")
    expect(button).to_be_disabled()


def test_a_text_file_with_a_hostile_name_gets_a_clear_message(desk: Page, tmp_path: Path) -> None:
    file = tmp_path / "<img src=x onerror=alert(1)> {{7*7}} ${7*7} notes.png"
    file.write_text("this is no picture either")
    before = title(desk)
    upload(desk, file)
    refusal = desk.locator("#desk-add .refusal")
    expect(refusal).to_contain_text("found text")
    expect(refusal).to_contain_text(file.name)  # shown, neither run nor calculated
    expect(desk.locator("#desk-add .busy")).to_be_hidden()
    assert title(desk) == before, "what is looked at stays"
    assert "Traceback" not in desk.locator("body").inner_text()


def test_a_dropped_file_is_taken_wherever_it_lands(desk: Page, write_scan: WriteScan) -> None:
    data = desk.evaluate_handle(
        """bytes => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], 'dropped.png'));
            return data;
        }""",
        list(write_scan("dropped.png", bright=0.3).read_bytes()),
    )
    desk.dispatch_event("#desk-case", "drop", {"dataTransfer": data})
    expect(desk.locator("#desk-case .banner h2")).to_have_text("dropped.png")


def test_a_demo_says_so_and_lets_its_visitor_be_anybody(desk: Page) -> None:
    strip = desk.locator("#desk-header .demo")
    expect(strip).to_contain_text("Demo: simulated scans, nothing is kept")
    for role, page in (("Supervisor", "supervisor"), ("Auditor", "audit"), ("Manager", "admin")):
        strip.get_by_role("button", name=role).click()
        expect(desk).to_have_url(re.compile(f"/{page}$"))
        expect(strip.get_by_role("button", name=role)).to_have_attribute("aria-pressed", "true")
    strip.get_by_role("button", name="Screener").click()
    expect(desk.locator("#desk-case .banner")).to_be_visible()


def test_too_large_a_file_is_refused_with_the_limit(desk: Page, tmp_path: Path) -> None:
    file = tmp_path / "large.png"
    file.write_bytes(os.urandom(3 * 2**20))
    upload(desk, file)
    refused = "large.png is 3 MB; the desk takes at most 2 MB."
    expect(desk.locator("#desk-add .refusal")).to_have_text(refused)
