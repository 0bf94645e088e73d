"""Decisions that can be taken back: for ten seconds, by their officer, and never lost."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text, update

from tests.xray_app.cases.conftest import SEALED_ONCE, Older
from xray_app.cases import audit, integrity, schema, tables
from xray_app.cases.case import Case, load
from xray_app.cases.database import Database
from xray_app.cases.decisions import Decision, correct, decide, decisions_of
from xray_app.cases.errors import CaseError, Conflict, Refused
from xray_app.cases.pending import Proposal, pending_of, propose, settle, undo
from xray_app.cases.queue import Queue
from xray_app.cases.rules import Officer
from xray_app.cases.states import Disposition, Intent, Level, Reason, State, Verdict

KIM, LEE = Officer("kim"), Officer("lee")
BOSS = Officer("boss", Level.SUPERVISOR)
CLEAR, GUN = Proposal(Intent.CLEAR), Proposal(Intent.SEARCH, Reason.WEAPON, "in a shoe")
Inspected = Callable[..., Case]


def now_is(database: Database, case: Case) -> Case:
    with database.read() as connection:
        return load(connection, case.id)


def actions(database: Database, case: Case) -> list[str]:
    with database.read() as connection:
        return [entry.action for entry in audit.of(connection, case.id)]


@pytest.mark.parametrize(
    ("said", "state", "disposition"),
    [
        (CLEAR, State.CLOSED, Disposition.CLEARED),
        (GUN, State.SEARCH, None),
        (Proposal(Intent.SUSPECT, Reason.NOT_SEEN), State.SEARCH, None),
    ],
)
def test_a_decision_holds_after_ten_seconds_and_not_before(
    *, queue: Queue, case: Case, database: Database, clock: Any, said: Proposal, state: State,
    disposition: Disposition | None,
) -> None:  # fmt: skip
    propose(queue, case.id, case.version, KIM, said)
    clock.move(seconds=9.9)
    assert settle(queue) == 0
    assert now_is(database, case).state is State.PENDING
    clock.move(seconds=0.1)
    assert settle(queue) == 1
    after = now_is(database, case)
    assert (after.state, after.disposition, after.holder) == (state, disposition, None)
    with database.read() as connection:
        (row,) = decisions_of(connection, case.id)
    assert (row["verdict"], row["code"], row["reason"]) == (said.intent, said.code, said.note)
    assert row["decided_at"] == clock() - timedelta(seconds=10)  # when the officer said it
    assert row["taken_at"] == case.taken_at
    assert settle(queue) == 0
    assert after.closed_at == (row["decided_at"] if disposition else None)
    with database.read() as connection:
        assert integrity.verify(connection).problem is None


def test_a_decision_outlives_whoever_was_to_write_it_down(
    queue: Queue, case: Case, database_url: str, clock: Any
) -> None:
    propose(queue, case.id, case.version, KIM, GUN)
    clock.move(hours=1)  # the lease is long over, the service was away
    again = Database(database_url)
    queue = Queue(again, clock, queue.rules)
    queue.sweep()
    assert now_is(again, case).state is State.PENDING  # nobody else gets it in between
    assert settle(queue) == 1
    assert now_is(again, case).state is State.SEARCH
    again.dispose()


def test_a_decision_taken_back_leaves_the_case_where_it_was(
    queue: Queue, case: Case, database: Database, clock: Any
) -> None:
    said = propose(queue, case.id, case.version, KIM, CLEAR)
    clock.move(seconds=9)
    back = undo(queue, case.id, said.version, KIM)
    assert (back.state, back.holder, back.taken_at) == (State.TAKEN, "kim", case.taken_at)
    assert undo(queue, case.id, said.version, KIM) == back  # the first answer may have got lost
    clock.move(seconds=5)
    assert settle(queue) == 0
    propose(queue, case.id, back.version, KIM, GUN)
    clock.move(seconds=10)
    settle(queue)
    with database.read() as connection:
        assert [row["verdict"] for row in decisions_of(connection, case.id)] == ["search"]
    said_and_undone = ["taken", "said", "taken back", "said", "decided"]
    assert actions(database, case)[-5:] == said_and_undone


def cleared(queue: Queue, clock: Any) -> None:
    case = queue.take(KIM)
    assert case is not None
    propose(queue, case.id, case.version, KIM, CLEAR)
    clock.move(seconds=10)
    settle(queue)


def closed(database: Database, at: datetime) -> str | None:
    """What does not hold if the case says that it was closed then."""
    with database.write() as connection:
        connection.execute(update(tables.cases).values(closed_at=at))
        return integrity.verify(connection).problem


@pytest.mark.parametrize("cut_off", [False, True])
def test_a_case_that_an_older_version_closed_ten_seconds_later_still_holds(
    *, queue: Queue, inspected: Inspected, cut_off_by_the_machine: Callable[[], None],
    database: Database, clock: Any, older: Older, cut_off: bool,
) -> None:  # fmt: skip
    with older(*SEALED_ONCE):
        (cut_off_by_the_machine if cut_off else inspected)()
    cleared(queue, clock)
    assert closed(database, clock()) is None
    assert closed(database, clock() - timedelta(seconds=11)) is not None


@pytest.mark.parametrize("seconds", [0, 10**9])
def test_a_case_is_closed_when_the_officer_said_so_and_no_later(
    queue: Queue, inspected: Inspected, database: Database, clock: Any, seconds: int
) -> None:
    inspected()
    cleared(queue, clock)
    problem = closed(database, clock() + timedelta(seconds=seconds))
    assert "its case says that it was closed" in str(problem)


def test_taking_back_puts_the_next_case_back_in_its_place(
    queue: Queue, case: Case, inspected: Inspected
) -> None:
    waiting = inspected()
    said = propose(queue, case.id, case.version, KIM, CLEAR)
    following = queue.take(KIM)
    assert following is not None
    assert following.id == waiting.id
    undo(queue, case.id, said.version, KIM)
    mine, others = queue.mine(KIM), queue.take(LEE)
    assert mine is not None
    assert others is not None
    assert (mine.id, others.id) == (case.id, waiting.id)


@pytest.mark.parametrize("free", [False, True])
def test_taking_back_leaves_a_case_that_was_handed_over_to_its_officer(
    queue: Queue, case: Case, inspected: Inspected, free: bool
) -> None:
    inspected()
    said = propose(queue, case.id, case.version, KIM, CLEAR) if free else None
    other = queue.take(LEE)
    assert other is not None
    queue.hand_over(other.id, other.version, LEE, KIM)
    said = said or propose(queue, case.id, case.version, KIM, CLEAR)
    for _ in range(2):  # a second time it still is what was handed over
        assert taken_id(queue, KIM) == other.id
        back = undo(queue, case.id, said.version, KIM)
        assert queue.next(LEE) is None
        assert queue.next(KIM) is not None
        said = propose(queue, case.id, back.version, KIM, CLEAR)
    assert taken_id(queue, KIM) == other.id


def test_taking_back_releases_what_was_handed_over_once_and_went_back_to_the_queue(
    queue: Queue, case: Case, inspected: Inspected
) -> None:
    inspected()
    other = queue.take(LEE)
    assert other is not None
    queue.hand_over(other.id, other.version, LEE, KIM)
    said = propose(queue, case.id, case.version, KIM, CLEAR)
    mine = queue.take(KIM)
    assert mine is not None
    queue.release(mine.id, mine.version, KIM)
    assert taken_id(queue, KIM) == other.id
    undo(queue, case.id, said.version, KIM)
    assert queue.next(LEE) is not None


def taken_id(queue: Queue, officer: Officer) -> str | None:
    taken = queue.take(officer)
    return taken.id if taken else None


def test_nobody_takes_back_too_late_or_for_another(queue: Queue, case: Case, clock: Any) -> None:
    said = propose(queue, case.id, case.version, KIM, CLEAR)
    with pytest.raises(Conflict, match="is over"):
        undo(queue, case.id, said.version, LEE)
    with pytest.raises(Conflict, match="read it again"):
        undo(queue, case.id, case.version, KIM)
    clock.move(seconds=10)
    with pytest.raises(Conflict, match="is over"):
        undo(queue, case.id, said.version, KIM)


def test_asked_twice_it_is_said_once_and_nothing_else_can_be_said(queue: Queue, case: Case) -> None:
    first = propose(queue, case.id, case.version, KIM, CLEAR)
    assert propose(queue, case.id, case.version, KIM, CLEAR) == first
    for version in (case.version, first.version):
        with pytest.raises(Conflict):
            propose(queue, case.id, version, KIM, GUN)
        with pytest.raises(Conflict):
            decide(queue, case.id, version, KIM, Decision(Verdict.SEARCH))
        with pytest.raises(Conflict):
            correct(queue, case.id, version, BOSS, Decision(Verdict.SEARCH, "no"))


@pytest.mark.parametrize("intent", list(Intent))
def test_asked_again_once_it_holds_it_is_said_to_be_done_and_nothing_else_is(
    queue: Queue, case: Case, database: Database, clock: Any, intent: Intent
) -> None:
    said = Proposal(intent, None if intent is Intent.CLEAR else Reason.WEAPON, "lead foil")
    propose(queue, case.id, case.version, KIM, said)
    clock.move(seconds=10)
    settle(queue)
    assert propose(queue, case.id, case.version, KIM, said) == now_is(database, case)
    for officer, other in ((KIM, replace(said, note="a barrel")), (BOSS, said)):
        with pytest.raises(Conflict):
            propose(queue, case.id, case.version, officer, other)


@pytest.mark.parametrize("intent", [Intent.SUSPECT, Intent.SEARCH, Intent.ESCALATE])
def test_what_is_not_cleared_needs_a_code_or_a_note(
    queue: Queue, case: Case, intent: Intent
) -> None:
    with pytest.raises(Refused, match="say why"):
        propose(queue, case.id, case.version, KIM, Proposal(intent, note=" "))


def test_an_escalated_case_goes_to_the_supervisors_once_it_holds(
    queue: Queue, case: Case, database: Database, clock: Any
) -> None:
    said = Proposal(Intent.ESCALATE, Reason.TAMPERED, "the seal")
    propose(queue, case.id, case.version, KIM, said)
    assert queue.take(BOSS) is None
    clock.move(seconds=10)
    settle(queue)
    assert "kim: tampered, the seal" in now_is(database, case).flags
    taken = queue.take(BOSS)
    assert taken is not None
    with pytest.raises(Refused, match="already"):
        propose(queue, taken.id, taken.version, BOSS, said)


@pytest.mark.parametrize("revision", ["0006", "base"])
def test_tables_are_not_led_to_where_there_is_no_place_for_a_decision_that_still_waits(
    queue: Queue, case: Case, database: Database, clock: Any, revision: str
) -> None:
    propose(queue, case.id, case.version, KIM, CLEAR)
    there = schema.current(database)
    with pytest.raises(CaseError, match="decisions on 1 cases are not written down yet"):
        schema.downgrade(database, revision)
    assert schema.current(database) == there  # nothing was led half-way
    clock.move(seconds=10)
    assert settle(queue) == 1
    schema.downgrade(database, "0006")
    with database.read() as connection:
        said = text("SELECT verdict FROM decisions")
        assert connection.execute(said).scalars().all() == [Verdict.CLEAR]
    schema.upgrade(database)


def test_a_clock_that_is_set_back_does_not_keep_a_decision_open_for_hours(
    queue: Queue, case: Case, clock: Any
) -> None:
    propose(queue, case.id, case.version, KIM, CLEAR)
    clock.move(hours=-3)
    assert settle(queue) == 1


def test_an_officer_sees_what_they_can_still_take_back(
    queue: Queue, case: Case, inspected: Inspected, database: Database, clock: Any
) -> None:
    inspected()
    propose(queue, case.id, case.version, KIM, CLEAR)
    clock.move(seconds=2)
    other = queue.take(KIM)
    assert other is not None
    propose(queue, other.id, other.version, KIM, GUN)
    with database.read() as connection:
        mine = pending_of(connection, KIM)
        assert pending_of(connection, LEE) == []
    assert [(one.case.id, one.intent) for one in mine] == [
        (other.id, Intent.SEARCH),
        (case.id, Intent.CLEAR),
    ]
