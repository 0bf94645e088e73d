"""The audit chain: it names the first entry that was tampered with, whoever did it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, text

from tests.xray_app.cases.conftest import SEALED_ONCE, Older
from xray_app.cases import audit, integrity, schema, tables
from xray_app.cases.audit import Head
from xray_app.cases.case import Case
from xray_app.cases.database import Database
from xray_app.cases.decisions import Decision, decide
from xray_app.cases.pending import Proposal, propose, settle
from xray_app.cases.queue import Queue
from xray_app.cases.register import Registered
from xray_app.cases.rules import Officer
from xray_app.cases.states import Intent, Verdict

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KIM = Officer("kim")
COLUMNS = list(tables.cases.columns.keys())


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


@pytest.fixture
def decided(
    queue: Queue, inspected: Callable[..., Case], submit: Callable[..., Registered]
) -> Case:
    """One case decided, by entries 1 to 4 and one more; another one waits for inspection."""
    inspected(scanner="gate 1", declaration={"consignee": "Kim"})
    case = queue.take(KIM)
    assert case is not None
    decide(queue, case.id, case.version, KIM, Decision(Verdict.SEARCH, "a pistol"))
    submit(b"another scan")
    return case


@pytest.mark.parametrize(
    ("table", "changed", "entry"),
    [
        ("decisions", "verdict = 'clear'", "entry 4 (decided of "),
        ("reports", "body = '{}'", "entry 2 (inspected of "),
    ],
)
def test_a_row_that_the_chain_seals_cannot_be_changed_unnoticed(
    decided: Case, database: Database, table: str, changed: str, entry: str
) -> None:
    assert verified(database) == audit.Verified(5)
    with database.write() as connection:
        without_triggers(connection, table)
        connection.execute(text(f"UPDATE {table} SET {changed}"))
    said = verified(database)
    assert said.entries == int(entry.split()[1]) - 1
    assert str(said.problem).startswith(entry + decided.id)
    assert f"a row of {table} of case {decided.id} was changed" in str(said.problem)
    with database.write() as connection:
        connection.execute(text(f"DELETE FROM {table}"))
    assert f"a row of {table} of case {decided.id} is gone" in str(verified(database).problem)


def test_the_first_broken_entry_is_named_whatever_its_table_is_called(
    decided: Case, database: Database
) -> None:
    with database.write() as connection:
        for table in ("decisions", "reports"):  # the report is the older one
            without_triggers(connection, table)
            connection.execute(text(f"DELETE FROM {table}"))
    assert "entry 2 (inspected of " in str(verified(database).problem)


@pytest.mark.parametrize(
    ("act", "problem"),
    [
        ("UPDATE cases SET state = 'closed', disposition = 'cleared'", "entry 4 (decided of "),
        ("UPDATE cases SET state = 'waiting'", "entry 4 (decided of "),
        ("UPDATE cases SET disposition = 'found'", "stands as search found, which nothing led to"),
        ("UPDATE cases SET outcome = 'CLEAR'", "entry 2 (inspected of "),
        ("UPDATE cases SET declaration = '{}'", "changed since (declaration)"),
        ("UPDATE cases SET declaration = NULL", "changed since (declaration)"),
        ("UPDATE cases SET emptied_at = received_at, declaration = NULL", "entry 1 (received of "),
        ("UPDATE cases SET scanner = 'gate 2'", "changed since (identity)"),
        ("UPDATE cases SET kind = 'test'", "changed since (kind)"),
        ("UPDATE cases SET submitted_by = 'kim'", "changed since (sender)"),
        ("UPDATE cases SET received_at = place_at", "changed since (arrival)"),
        (f"UPDATE cases SET content_sha256 = '{'0' * 64}'", "changed since (views)"),
        (f"UPDATE views SET sha256 = '{'0' * 64}'", "changed since (views)"),
        ("UPDATE views SET pixel_mm = 9.5", "changed since (views)"),
        (f"UPDATE views SET planes_sha256 = '{'0' * 64}'", "entry 2 (inspected of "),
        ("UPDATE views SET picture_sha256 = sha256", "changed since (shown)"),
        ("UPDATE views SET thumbnail_sha256 = sha256", "changed since (shown)"),
        ("UPDATE views SET width_px = 99, encoding = 'x'", "changed since (shown)"),
        ("UPDATE views SET pixels_sha256 = sha256", "changed since (compared)"),
        ("UPDATE views SET dicom = '{}'", "changed since (header)"),
        ("UPDATE reports SET role = 'shadow'", "changed since (reports)"),
        ("UPDATE reports SET position = 5", "changed since (reports)"),
        ("UPDATE reports SET outcome = 'CLEAR'", "entry 2 (inspected of "),
        ("UPDATE cases SET score = 0.0", "changed since (judged)"),
        ("UPDATE cases SET problem = 'none'", "changed since (judged)"),
        ("UPDATE cases SET level = 1", "entry 1 (received of "),
        ("UPDATE cases SET flags = '[\"a\"]'", "changed since (flags)"),
        ("UPDATE cases SET closed_at = received_at", "entry 4 (decided of "),
        ("DELETE FROM views", "entry 1 (received of "),
        ("DELETE FROM cases", "its case is gone"),
    ],
)
def test_a_case_that_is_changed_past_the_service_is_named_by_its_entry(
    decided: Case, database: Database, act: str, problem: str
) -> None:
    where = f" WHERE {'id' if 'cases' in act else 'case_id'} = '{decided.id}'"
    with database.write() as connection:
        if act.startswith("UPDATE reports"):
            without_triggers(connection, "reports")
        if act == "DELETE FROM cases":
            for table in ("reports", "decisions"):
                without_triggers(connection, table)
            for table in ("views", "reports", "decisions"):
                connection.execute(text(f"DELETE FROM {table} WHERE case_id = '{decided.id}'"))
        connection.execute(text(act + where))
    said = str(verified(database).problem)
    assert problem in said
    assert decided.id in said


def test_the_chain_holds_after_tables_were_led_back_and_up_again(
    inspected: Callable[..., Case], database: Database
) -> None:
    inspected(pixels="a" * 64)
    schema.downgrade(database, "0010")
    schema.upgrade(database)
    assert verified(database).problem is None
    with database.write() as connection:
        connection.execute(text("UPDATE views SET pixels_sha256 = NULL"))
    assert "changed since (compared)" in str(verified(database).problem)


def test_a_case_that_is_made_older_than_it_is_is_named_before_its_scan_goes(
    queue: Queue, case: Case, database: Database
) -> None:
    decide(queue, case.id, case.version, KIM, Decision(Verdict.CLEAR))
    assert verified(database).problem is None
    with database.write() as connection:
        connection.execute(text("UPDATE cases SET closed_at = '2001-01-01 00:00:00.000000'"))
    assert "says that it was closed 2001-01-01" in str(verified(database).problem)


@pytest.mark.parametrize("at_once", [True, False])
def test_an_escalated_case_stays_with_the_supervisors_and_says_why(
    queue: Queue, case: Case, database: Database, clock: Any, at_once: bool
) -> None:
    if at_once:
        queue.escalate(case.id, case.version, KIM, "the seal")
    else:
        propose(queue, case.id, case.version, KIM, Proposal(Intent.ESCALATE, note="the seal"))
        clock.move(seconds=10)
        settle(queue)
    assert verified(database).problem is None
    for changed in ("level = 0", "flags = '[]'"):
        with database.write() as connection:
            connection.execute(text(f"UPDATE cases SET {changed}"))
            said = str(integrity.verify(connection).problem)
            connection.rollback()
        assert f"changed since ({changed.split()[0]})" in said
        assert "(escalated of " in said


def test_a_case_that_no_inspection_judged_says_nothing_of_one(
    submit: Callable[..., Registered], database: Database
) -> None:
    submit()
    with database.write() as connection:
        connection.execute(text("UPDATE cases SET score = 0.0"))
    assert "judged by no inspection" in str(verified(database).problem)


def test_a_case_that_is_closed_before_anybody_decided_is_named(
    decided: Case, database: Database
) -> None:
    with database.write() as connection:
        act = "UPDATE cases SET state = 'closed', disposition = 'cleared' WHERE state = 'received'"
        connection.execute(text(act))
    assert "stands as closed cleared, which nothing led to" in str(verified(database).problem)


def test_a_case_that_nobody_brought_in_is_named(decided: Case, database: Database) -> None:
    columns = ", ".join(name for name in COLUMNS if name not in ("id", "kind"))
    with database.write() as connection:
        act = f"INSERT INTO cases (id, kind, {columns}) SELECT 'new', 'test', {columns} FROM cases"
        connection.execute(text(f"{act} WHERE id = '{decided.id}'"))
    said = verified(database)
    assert said == audit.Verified(5, "case new is in no entry of the chain: it was slipped in")


def test_a_pair_that_shows_the_same_picture_stays_one(
    submit: Callable[..., Registered], database: Database
) -> None:
    for scanner in ("gate 1", "gate 2"):
        submit(b"one scan", scanner=scanner)
    assert verified(database).problem is None
    with database.write() as connection:
        connection.execute(text("DELETE FROM links"))
    assert "changed since (links)" in str(verified(database).problem)


def test_a_picture_that_was_found_again_when_it_was_inspected_stays_found(
    inspected: Callable[..., Case], database: Database
) -> None:
    for consignment in "AB":
        again = inspected(consignment=consignment, pixels="a" * 64)
    assert verified(database).problem is None
    for act, changed in (
        ("DELETE FROM links", "links"),
        (f"UPDATE cases SET level = 0, flags = '[]' WHERE id = '{again.id}'", "level, flags"),
    ):
        with database.write() as connection:
            connection.execute(text(act))
        assert f"entry 4 (inspected of {again.id}" in str(verified(database).problem)
        assert f"changed since ({changed})" in str(verified(database).problem)


def test_arrivals_and_inspections_of_older_versions_still_hold(
    inspected: Callable[..., Case], database: Database, older: Older
) -> None:
    with older(*SEALED_ONCE):
        inspected(declaration={"consignee": "Kim"}, content=b"scan")
        inspected(consignment="B", content=b"scan")
    assert verified(database) == audit.Verified(4)
    with database.write() as connection:
        connection.execute(text("UPDATE cases SET container = 'CSQU3054383'"))
    assert "changed since (identity)" in str(verified(database).problem)
