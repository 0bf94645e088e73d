"""How a demo begins, what it refuses, and that nothing of it gets out."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from xray import Encoding, read
from xray.errors import RecipeError
from xray_app import service as services
from xray_app.access import preferences
from xray_app.access.roles import Role
from xray_app.api import app as api
from xray_app.api.signing import COOKIE, DEMO_COOKIE
from xray_app.cases import inspection, outbox, reading, tables
from xray_app.cases.database import Database
from xray_app.cases.states import Disposition, Kind, State, Target
from xray_app.demo import opening
from xray_app.demo.people import PERSONAS
from xray_app.demo.samples import samples
from xray_app.desk.doing import After
from xray_app.desk.officer import OfficerDesk
from xray_app.desk.welcome import GREETING
from xray_app.exchange import export
from xray_app.exchange.export import CASES
from xray_app.exchange.findings import FINDINGS
from xray_app.inspectors.dispatch import Dispatch
from xray_app.service import Service
from xray_app.settings import Settings
from xray_app.uploads import Inbox


@pytest.fixture
def service(tmp_path: Path, migrated_sqlite: Database, clock: Any, here: Any) -> Iterator[Service]:
    """A demo's service, nothing started."""
    settings = opening.own(Settings(demo=True), tmp_path / "demo")
    settings.data_dir.mkdir()
    shutil.copy(str(migrated_sqlite.url.database), settings.data_dir / "cases.sqlite3")
    built = services.build(settings, clock)
    yield replace(built, pool=here, dispatch=Dispatch(built.queue, built.contents, here))
    built.database.dispose()


@pytest.fixture
def visitor(service: Service) -> TestClient:
    """Somebody who comes to an open demo, and does not leave the page that they are sent to."""
    opening.open_on(service)
    client = TestClient(api.build(service), base_url="http://127.0.0.1", follow_redirects=False)
    assert client.get("/sign-in").headers["location"] == "/"
    return client


def who(visitor: TestClient, service: Service) -> str:
    return service.people.signed_in(visitor.cookies[DEMO_COOKIE]).name


@pytest.mark.parametrize(
    "real", [{"database_url": "postgresql://x@127.0.0.1/cases"}, {"data_dir": Path("/srv/xray")}]
)
def test_a_demo_refuses_a_real_database(real: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="touches no real"):
        opening.own(Settings(demo=True, **real), tmp_path)


def test_a_demo_refuses_a_database_that_has_people_or_cases(service: Service) -> None:
    service.people.add_outside("test", "kim", Role.SCREENER)
    with pytest.raises(RecipeError, match="a database of its own"):
        opening.open_on(service)


@pytest.mark.parametrize(
    "told",
    [
        {"webhook_url": "https://customs.example/hook", "webhook_secret": "0123456789abcdef" * 2},
        {"clearance_url": "https://customs.example", "clearance_key": "k"},
        {"watch_dir": "/srv/scans"},
        {"dicos_port": 11112},
        {"names": ("desk.example",)},
    ],
)
def test_a_demo_talks_to_nobody(told: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=f"unset XRAY_{next(iter(told)).upper()}"):
        opening.own(Settings(demo=True, **told), tmp_path)


def test_a_demo_has_24_cases_of_all_kinds_of_things(service: Service) -> None:
    opening.open_on(service)
    with service.database.read() as connection:
        cases = reading.newest(connection, reading.Wanted())
    assert len(cases) == len(samples()) == 24
    assert {case.kind for case in cases} == {Kind.DEMO}
    assert {sample.kind for sample in samples()} == {"baggage", "parcel", "container"}
    assert {sample.file.suffix for sample in samples()} == {".jpg", ".tif"}
    assert all(
        {"hs_code", "description", "weight_kg", "origin", "consignee"} == set(sample.declaration)
        for sample in samples()
    )
    known = [case.consignee for case in cases]
    assert max(known.count(one) for one in known) > 2, "history has nothing to show"


def test_one_of_a_demo_s_cases_shows_one_bag_from_two_sides_at_the_same_scale(
    service: Service,
) -> None:
    opening.open_on(service)
    (sample,) = [one for one in samples() if len(one.views) > 1]
    with service.database.read() as connection:
        cases = reading.newest(connection, reading.Wanted())
        (case,) = [case for case in cases if case.consignment == sample.title]
        views = inspection.views_of(connection, case.id)
    assert [(view["name"], view["file_name"]) for view in views] == [
        (name, file.name) for name, file in sample.views
    ]
    assert {view["pixel_mm"] for view in views} == {sample.pixel_mm}
    top, side = (read(file) for _, file in sample.views)
    assert (top.encoding, side.encoding) == (Encoding.DUAL, Encoding.DUAL), "every tool can be used"
    assert top.width == side.width, "the same way along the belt"
    assert sum(file.stat().st_size for _, file in sample.views) < 200_000


def test_none_of_a_demo_s_cases_reaches_exchange_or_research(
    service: Service, visitor: TestClient, write_scan: Any
) -> None:
    files = {"scan": ("mine.png", write_scan("mine.png").read_bytes())}
    mine = visitor.post("/api/v1/scans", files=files, headers={"origin": "http://127.0.0.1"})
    assert mine.status_code == 202
    decided = {"state": State.CLOSED, "disposition": Disposition.CLEARED, "outcome": "CLEAR"}
    with service.database.write() as connection:
        connection.execute(update(tables.cases).values(**decided, closed_at=service.now))
        (case, *_) = reading.newest(connection, reading.Wanted(limit=99))
        outbox.put(connection, service.now, frozenset(Target), "case.closed", case)
        assert connection.execute(select(func.count()).select_from(tables.outbox)).scalar() == 0
    with service.database.read() as connection:
        assert {one.kind for one in reading.newest(connection, reading.Wanted(limit=99))} == {
            Kind.DEMO
        }
    for table in (CASES, FINDINGS):
        text = export.as_csv(service.database, table)
        assert text.count("\n") == 1, "more than the names of the columns"


def test_a_visitor_is_signed_in_and_can_be_somebody_else(
    service: Service, visitor: TestClient
) -> None:
    assert who(visitor, service) == "Demo screener"
    for one in PERSONAS:
        answer = visitor.post("/sign-in", data={"name": one.name})
        assert (answer.status_code, answer.headers["location"]) == (303, one.page)
        assert who(visitor, service) == one.name
    assert visitor.get("/api/v1/people").is_success, "a manager may"
    visitor.post("/sign-in", data={"name": "Demo screener"})
    assert visitor.get("/api/v1/people").status_code == 403, "a screener may not"


def test_a_demo_leaves_the_session_of_a_real_desk_on_the_same_host_alone(
    service: Service, visitor: TestClient
) -> None:
    visitor.cookies.set(COOKIE, "of a real desk")
    visitor.post("/sign-in", data={"name": "Demo manager"})
    assert who(visitor, service) == "Demo manager"
    visitor.post("/sign-out")
    assert visitor.cookies[COOKIE] == "of a real desk"
    assert DEMO_COOKIE not in visitor.cookies


def test_the_usual_sign_in_page_knows_nobody_of_a_demo(service: Service) -> None:
    ordinary = replace(service, settings=replace(service.settings, demo=False))
    client = TestClient(api.build(ordinary), base_url="http://127.0.0.1", follow_redirects=False)
    assert "Password" in client.get("/sign-in").text
    answer: httpx.Response = client.post("/sign-in", data={"name": "Demo manager"})
    assert answer.status_code == 422


def test_the_first_visitor_finds_a_case_open(service: Service, tmp_path: Path) -> None:
    opening.open_on(service)
    process: Any = service.pool
    case = inspection.claim(service.database, service.now)
    assert case is not None
    service.dispatch.inspect(case, process)
    (tmp_path / "inbox").mkdir()
    desk = OfficerDesk(service, Inbox(tmp_path / "inbox", 2**20), None)
    token = service.people.sign_in_outside(PERSONAS[0].name)
    visitor = desk.who({DEMO_COOKIE: token})
    for _ in ("at first", "when they load the page again"):
        greeting = GREETING.format(clear="C", search="S")
        assert desk.first(visitor, "") == After(case.id, greeting)
    preferences.put(service.database, visitor.name, preferences.DESK, {"keys": {"c": "5"}})
    assert "5 clears it, S has it searched" in desk.first(visitor, "").notice
    assert desk.first(visitor, "other") == After("other"), "what the address names comes first"
    assert desk.header(visitor).count('name="name"') == len(PERSONAS)
