"""A running desk with officers, sample scans to bring in, and browsers of the officers."""

import itertools
import secrets
import shutil
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from tests.xray_app.desk.case.desks import PASSWORD, Desk, standing
from xray_app.access.passwords import Passwords
from xray_app.access.roles import Role
from xray_app.api.signing import COOKIE
from xray_app.cases import tables
from xray_app.cases.case import load
from xray_app.cases.database import Database
from xray_app.cases.register import NewView, Submission
from xray_app.demo import samples as demo
from xray_app.demo.samples import Sample
from xray_app.settings import Settings

WAIT_MS = 120_000  # a busy machine must not fail a test
DECLARED = {
    **{"hs_code": "640399", "description": "Shoes", "weight_kg": 4.2, "origin": "VN"},
    "consignee": "Acme Trading",
}


@pytest.fixture(scope="module")
def desk(
    tmp_path_factory: pytest.TempPathFactory,
    migrated_sqlite: Database,
    quick_passwords: Passwords,
    here: Any,
) -> Iterator[Desk]:
    """A desk in this process, with its officers and no cases."""
    folder = tmp_path_factory.mktemp("desk")
    first = socket.create_server(("127.0.0.1", 0))  # held until the desk takes it over
    port = first.getsockname()[1]
    ready = [first]
    settings = Settings(data_dir=folder / "data", port=port)
    settings.data_dir.mkdir()
    shutil.copy(str(migrated_sqlite.url.database), settings.data_dir / "cases.sqlite3")

    def listen() -> socket.socket:
        return ready.pop() if ready else socket.create_server(("127.0.0.1", port))

    made = Desk(settings, listen, here, quick_passwords)
    made.start()
    for name in ("kim", "lee"):
        made.service.people.add("test", name, PASSWORD, Role.SCREENER)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def samples() -> Iterator[Sample]:
    """Each once: the same picture under another name would be a supervisor's."""
    return iter(demo.samples())


@pytest.fixture
def bring(desk: Desk, samples: Iterator[Sample]) -> Iterator[Callable[[int], list[str]]]:
    """Brings in samples as inspected cases, in the order of the queue; none is left at the end."""
    service, made = desk.service, list[str]()

    def bring(count: int) -> list[str]:
        for sample in itertools.islice(samples, count):
            name = f"{sample.title} {secrets.token_hex(2)}"
            staged = service.contents.stage(sample.file.read_bytes(), sample.file.name, 2**25)
            view = NewView(staged, sample.file.name)
            sent = Submission(
                (view,), "gate 1", scanner="belt 1", consignment=name, declaration=DECLARED
            )
            made.append(desk.bring_in(sent))
        with service.database.read() as connection:
            there = [load(connection, case_id) for case_id in made[-count:]]
        return [case.id for case in sorted(there, key=lambda case: (case.place_at, case.id))]

    yield bring
    with service.database.write() as connection:
        connection.execute(tables.pending.delete())
        over = update(tables.cases).where(tables.cases.c.state != "closed")
        connection.execute(over.values(state="closed", disposition="cleared", holder=None))


@pytest.fixture
def page_of(browser: Browser, desk: Desk) -> Iterator[Callable[[str], Page]]:
    """Opens the desk for somebody who is signed in; at the end, nothing broke in the browser."""
    broken: list[str] = []
    contexts = []

    def open_for(name: str) -> Page:
        token = desk.service.people.sign_in(name, PASSWORD)
        contexts.append(browser.new_context(viewport={"width": 1366, "height": 768}))
        contexts[-1].add_cookies([{"name": COOKIE, "value": token, "url": desk.address}])
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.set_default_timeout(WAIT_MS)
        expect.set_options(timeout=WAIT_MS)
        page.goto(desk.address)
        expect(page.locator("#desk-header .person")).to_have_text(name)
        return page

    yield open_for
    for context in contexts:
        context.close()
    assert broken == []


@pytest.fixture
def begin(
    bring: Callable[[int], list[str]], page_of: Callable[[str], Page]
) -> Callable[[int], tuple[Page, list[str]]]:
    """Brings in so many cases; kim's page, on the first of them, and all of them in order."""

    def begin(count: int) -> tuple[Page, list[str]]:
        cases, page = bring(count), page_of("kim")
        page.keyboard.press("n")
        standing(page, cases[0])
        return page, cases

    return begin
