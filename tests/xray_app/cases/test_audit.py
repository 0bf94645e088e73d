"""The audit chain: it names the first entry that was tampered with, whoever did it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, text

from xray_app.cases import audit, integrity
from xray_app.cases.audit import Head
from xray_app.cases.case import Case
from xray_app.cases.database import Database
from xray_app.cases.decisions import Decision, decide
from xray_app.cases.queue import Queue
from xray_app.cases.rules import Officer
from xray_app.cases.states import Verdict

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KIM = Officer("kim")


def without_triggers(connection: Connection, table: str) -> None:
    if connection.dialect.name == "sqlite":
        for act in ("update", "delete"):
            connection.execute(text(f"DROP TRIGGER {table}_no_{act}"))
    else:
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))


@pytest.fixture
def chain(database: Database) -> Database:
    """Five entries."""
    for number in range(5):
        with database.write() as connection:
            audit.append(connection, NOW, "kim", "taken", f"case {number}", {"note": number})
    return database


def verified(database: Database, *anchors: Head) -> audit.Verified:
    with database.read() as connection:
        return integrity.verify(connection, anchors)


def test_an_untouched_chain_holds(chain: Database) -> None:
    assert verified(chain) == audit.Verified(5)


def test_an_empty_chain_holds(database: Database) -> None:
    assert verified(database) == audit.Verified(0)


@pytest.mark.parametrize(
    ("act", "problem"),
    [
        ("UPDATE audit SET actor = 'lee' WHERE seq = 3", "entry 3 (taken of case 2, "),
        ("UPDATE audit SET at = '2020' WHERE seq = 4", "entry 4 (taken of case 3, 2020) was chan"),
        ("UPDATE audit SET body = '{}' WHERE seq = 1", "entry 1 "),
        ("DELETE FROM audit WHERE seq = 2", "entry 2 is missing"),
    ],
)
def test_the_first_broken_entry_is_named_though_the_triggers_were_dropped(
    chain: Database, act: str, problem: str
) -> None:
    with chain.write() as connection:
        without_triggers(connection, "audit")
        connection.execute(text(act))
    assert problem in str(verified(chain).problem)


def test_an_anchor_finds_a_chain_that_was_cut_off_or_written_anew(chain: Database) -> None:
    with chain.read() as connection:
        anchor = audit.head(connection)
    assert verified(chain, anchor).problem is None
    with chain.write() as connection:
        without_triggers(connection, "audit")
        connection.execute(text("DELETE FROM audit WHERE seq = 5"))
    assert verified(chain).problem is None  # the chain alone cannot tell
    assert "cut off" in str(verified(chain, anchor).problem)
    with chain.write() as connection:
        audit.append(connection, NOW, "lee", "cleared", "case 4")
    assert "entry 5 is not the one of the anchor" in str(verified(chain, anchor).problem)


@pytest.mark.parametrize("table", ["decisions", "reports"])
def test_a_row_that_the_chain_seals_cannot_be_changed_unnoticed(
    queue: Queue, inspected: Callable[..., Case], database: Database, table: str
) -> None:
    inspected()
    case = queue.take(KIM)
    assert case is not None
    decide(queue, case.id, case.version, KIM, Decision(Verdict.SEARCH, "a pistol"))
    assert verified(database).problem is None
    act = {"decisions": "verdict = 'clear'", "reports": "body = '{}'"}[table]
    with database.write() as connection:
        without_triggers(connection, table)
        connection.execute(text(f"UPDATE {table} SET {act}"))
    assert f"a row of {table} of case {case.id} was changed" in str(verified(database).problem)
    with database.write() as connection:
        connection.execute(text(f"DELETE FROM {table}"))
    assert f"a row of {table} of case {case.id} is gone" in str(verified(database).problem)
