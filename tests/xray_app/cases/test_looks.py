"""Who looked at what stands in the audit chain: once a day, and each time something leaves."""

import json
from typing import Any

from xray_app.cases import audit, looks
from xray_app.cases.database import Database


def told(database: Database, subject: str) -> list[tuple[str, str, Any]]:
    with database.read() as connection:
        return [(e.actor, e.action, json.loads(e.body)) for e in audit.of(connection, subject)]


def test_a_look_is_told_once_a_day_for_each_person_and_way_of_looking(
    database: Database, clock: Any
) -> None:
    for who, form in (("ann", "pdf"), ("ann", "pdf"), ("ann", "html"), ("kim", "pdf")):
        looks.keep(database, clock(), who, "a case", seen_as=form)
        clock.move(hours=1)
    clock.move(days=1)
    looks.keep(database, clock(), "ann", "a case", seen_as="pdf")
    looks.keep(database, clock(), "ann", "insight", days=7)
    said = [(who, body["seen_as"]) for who, _, body in told(database, "a case")]
    assert said == [("ann", "pdf"), ("ann", "html"), ("kim", "pdf"), ("ann", "pdf")]
    assert told(database, "insight") == [("ann", "looked at", {"days": 7})]
    with database.read() as connection:
        assert audit.verify(connection).problem is None


def test_what_is_taken_out_is_told_each_time(database: Database, clock: Any) -> None:
    for _ in range(2):
        looks.take_out(database, clock(), "roe", "cases.csv")
    assert told(database, looks.EXPORT) == [("roe", "taken out", {"what": "cases.csv"})] * 2
