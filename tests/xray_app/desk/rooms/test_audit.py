"""The auditor's page: entries by filter, and a plain answer to whether the record is whole."""

import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from xray_app.access.roles import Role
from xray_app.cases import chronicle
from xray_app.cases.case import Case
from xray_app.cases.chronicle import Asked
from xray_app.cases.states import Verdict
from xray_app.service import Service

Make = Callable[..., Case]


@pytest.fixture
def choi(sign_in: Callable[..., TestClient]) -> TestClient:
    return sign_in(Role.AUDITOR, "choi")


def acts(page: str) -> list[str]:
    return re.findall(r"<td><b>([^<]+)</b></td>", page)


def test_entries_are_filtered_by_who_what_to_whom_and_when(
    choi: TestClient, inspected: Make, decided: Make
) -> None:
    case = inspected()
    decided(Verdict.CLEAR)
    inspected()

    def shown(**asked: str) -> list[str]:
        return acts(choi.get("/audit", params=asked).text)

    assert shown(subject=case.id) == ["decided", "taken", "inspected", "received"]
    assert shown(by="kim") == ["decided", "taken"]
    assert shown(action="inspected") == ["inspected", "inspected"]
    assert shown(since="2026-03-01", until="2026-03-01", by="kim") == [
        "decided",
        "taken",
    ]
    assert shown(since="2026-03-02") == []
    assert shown(until="2026-02-28") == []
    assert shown(by="<b>nobody</b>") == []


def test_entries_are_found_by_the_number_that_people_know_and_name_their_case(
    choi: TestClient, inspected: Make
) -> None:
    case, _ = inspected(consignment="0180 442 117"), inspected(consignment="0180 442 118")
    for number in ("0180 442 117", "0180442117", case.id[:6], case.id):
        page = choi.get("/audit", params={"subject": number}).text
        assert acts(page) == ["inspected", "received"]
        assert page.count(f"<code>{case.id[:12]}</code> 0180 442 117</a>") == 2


def test_days_begin_where_the_auditor_is(
    sign_in: Callable[..., TestClient], inspected: Make, clock: Callable[..., None]
) -> None:
    inspected()  # at eight in the morning UTC, five in the afternoon in Seoul
    clock.move(hours=8)  # type: ignore[attr-defined]
    inspected()  # at one in the night there
    choi = sign_in(Role.AUDITOR, "choi")

    def count(**asked: str) -> int:
        return len(acts(choi.get("/audit", params={"action": "received", **asked}).text))

    assert (count(since="2026-03-02"), count(until="2026-03-01")) == (0, 2)
    choi.cookies.set("xray_zone", "Asia/Seoul")
    assert (count(since="2026-03-02"), count(until="2026-03-01")) == (1, 1)
    assert "From (Asia/Seoul)" in choi.get("/audit").text
    assert count(since="0001-01-01", until="9999-12-31") == 2


def test_a_whole_record_is_called_whole_and_a_changed_one_is_not(
    choi: TestClient, inspected: Make, decided: Make, service: Service
) -> None:
    inspected()
    decided(Verdict.CLEAR)
    assert "The record is whole" in choi.post("/audit").text
    with service.database.write() as connection:
        if service.database.is_sqlite:
            names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for name in connection.execute(text(names)).scalars().all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("UPDATE audit SET actor = 'lee' WHERE actor = 'kim'"))
    page = choi.post("/audit").text
    assert "The record is not whole" in page
    assert "was changed" in page


def test_long_chains_are_read_a_page_at_a_time(
    choi: TestClient, inspected: Make, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chronicle, "PAGE", 2)
    inspected()
    with service.database.read() as connection:
        first = chronicle.entries(connection, Asked())
        rest = chronicle.entries(connection, Asked(before=first[1].seq))
    assert len(first) == 3
    assert first[2] == rest[0]
