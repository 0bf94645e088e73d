"""The kinds of acts in the audit chain are found without reading all of it."""

from typing import Any

from sqlalchemy import event, text

from xray_app.cases import audit, chronicle
from xray_app.cases.database import Database


def test_every_kind_of_act_is_named_once_in_order(database: Database, clock: Any) -> None:
    with database.write() as connection:
        assert chronicle.actions(connection) == []
        for action in ("taken", "decided", "taken", "clock leapt", "decided"):
            audit.append(connection, clock(), "kim", action, "a case")
        assert chronicle.actions(connection) == ["clock leapt", "decided", "taken"]


def test_the_kinds_are_looked_up_one_by_one_however_long_the_chain_is(database: Database) -> None:
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with database.write() as connection:
        chronicle.actions(connection)
        explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
        if not database.is_sqlite:
            connection.execute(text("SET LOCAL enable_seqscan = off"))  # of a few it reads them all
        (wanted,) = [statement for statement in asked if "audit" in statement]
        plan = "\n".join(str(row) for row in connection.exec_driver_sql(f"{explain} {wanted}"))
    one = "SEARCH audit" if database.is_sqlite else "Limit"
    assert "ix_audit_action_seq" in plan
    assert one in plan
    assert "SCAN audit" not in plan
