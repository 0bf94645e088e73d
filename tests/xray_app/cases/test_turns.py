"""An open case lies where the audit chain left it: nobody hides one, or gives it to another.

What an officer said is what is written down, by whom and when they said it.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text, update

from tests.xray_app.cases.conftest import SEALED_ONCE, Older
from xray_app.cases import inspection, integrity, tables, turns
from xray_app.cases.case import Case
from xray_app.cases.database import Database
from xray_app.cases.decisions import decisions_of
from xray_app.cases.pending import Proposal, propose, settle, undo
from xray_app.cases.queue import Queue
from xray_app.cases.register import Registered
from xray_app.cases.rules import Officer, Rules
from xray_app.cases.states import Intent, State

KIM, LEE = Officer("kim"), Officer("lee")
LATER = "'2999-01-01 00:00:00.000000'"
LONG_AGO = "'2016-01-01 00:00:00.000000'"
CLEAR, GUN = Proposal(Intent.CLEAR), Proposal(Intent.SEARCH, note="a pistol")
UP = Proposal(Intent.ESCALATE, note="odd")
Act = Callable[[Queue, Case], object]


def hold(queue: Queue, case: Case) -> None:
    queue.hold(case.id, case.version, KIM, queue.clock() + timedelta(hours=1), "papers")


def hand_over_to_the_busy(queue: Queue, case: Case) -> None:
    """Lee has another case, so that this one waits for lee."""
    other = queue.take(LEE)
    assert other is not None
    queue.hand_over(case.id, case.version, KIM, LEE)


def put_back(queue: Queue, case: Case) -> None:
    """Lee says something, takes what was handed over, and then what was said back."""
    other = queue.take(LEE)
    assert other is not None
    queue.hand_over(case.id, case.version, KIM, LEE)
    said = propose(queue, other.id, other.version, LEE, Proposal(Intent.CLEAR))
    assert queue.take(LEE) is not None
    undo(queue, other.id, said.version, LEE)


LEFT: dict[str, Act] = {
    "taken": lambda queue, case: None,
    "released": lambda queue, case: queue.release(case.id, case.version, KIM),
    "held": hold,
    "handed over": lambda queue, case: queue.hand_over(case.id, case.version, KIM, LEE),
    "escalated": lambda queue, case: queue.escalate(case.id, case.version, KIM, "odd"),
    "said": lambda queue, case: propose(
        queue, case.id, case.version, KIM, Proposal(Intent.ESCALATE, note="odd")
    ),
}
ENDLESS = {**LEFT, "handed over": hand_over_to_the_busy, "put back": put_back}
NOBODY_SET = f"state = 'held', held_until = {LATER}, lease_until = NULL"


@pytest.mark.parametrize(
    ("left", "changed", "said"),
    [
        ("taken", "holder = 'lee'", "its case is taken, with lee, which nothing led to"),
        ("taken", "state = 'waiting', holder = NULL", "its case is waiting, which nothing led to"),
        ("released", f"state = 'held', held_until = {LATER}", "its case is held, which nothing"),
        ("released", "state = 'taken', holder = 'kim'", "its case is taken, with kim, which"),
        ("released", "state = 'received'", "its case is received, which nothing led to"),
        ("held", "holder = 'lee'", "its case is held, with lee, which nothing led to"),
        ("held", f"held_until = {LATER}", "its case was changed since (hold)"),
        ("held", "held_why = 'none'", "its case was changed since (hold)"),
        ("handed over", "holder = 'kim'", "its case is taken, with kim, which nothing led to"),
        ("escalated", "state = 'held', holder = 'kim'", "its case is held, with kim, which"),
        ("said", "state = 'taken'", "its case is taken, with kim, which nothing led to"),
    ],
)
def test_a_case_that_is_moved_past_the_service_is_named_by_its_last_move(
    queue: Queue, case: Case, database: Database, left: str, changed: str, said: str
) -> None:
    LEFT[left](queue, case)
    with database.write() as connection:
        assert integrity.verify(connection).problem is None
        connection.execute(text(f"UPDATE cases SET {changed}"))
        problem = str(integrity.verify(connection).problem)
    assert f"({left} of {case.id}" in problem
    assert said in problem


@pytest.mark.parametrize("column", ["place_at", "waiting_at"])
@pytest.mark.parametrize("broke_off", [False, True])
def test_a_case_whose_turn_would_never_come_is_named(
    inspected: Callable[..., Case],
    cut_off_by_the_machine: Callable[[], None],
    database: Database,
    column: str,
    broke_off: bool,
) -> None:
    (cut_off_by_the_machine if broke_off else inspected)()
    with database.write() as connection:
        assert integrity.verify(connection).problem is None
        connection.execute(text(f"UPDATE cases SET {column} = {LATER}"))
        assert "changed since (turn)" in str(integrity.verify(connection).problem)


@pytest.mark.parametrize(
    ("left", "changed", "said"),
    [
        ("taken", "lease_until = NULL", "its case is taken, with kim, until no moment"),
        ("handed over", "lease_until = NULL", "its case is held, with lee, until no moment"),
        ("handed over", NOBODY_SET, "its case is set aside until a moment that nobody named"),
        ("put back", "lease_until = NULL", "its case is held, with lee, until no moment"),
        ("put back", NOBODY_SET, "its case was changed since (hold)"),
        ("held", "held_until = NULL", "its case is held, with kim, until no moment"),
    ],
)
def test_a_case_that_would_never_come_back_is_named(
    *, queue: Queue, inspected: Callable[..., Case], case: Case, database: Database, left: str,
    changed: str, said: str,
) -> None:  # fmt: skip
    inspected()
    ENDLESS[left](queue, case)
    with database.write() as connection:
        assert integrity.verify(connection).problem is None
        connection.execute(text(f"UPDATE cases SET {changed} WHERE id = '{case.id}'"))
        problem = str(integrity.verify(connection).problem)
        found = [what for _, what in turns.problems(connection)]
    assert case.id in problem
    assert any(said in what for what in found)


def test_a_case_that_older_versions_set_aside_without_a_seal_is_no_alarm(
    queue: Queue, cut_off_by_the_machine: Callable[[], None], database: Database, older: Older
) -> None:
    with older(*SEALED_ONCE):
        cut_off_by_the_machine()
        case = queue.take(KIM)
        assert case is not None
        hold(queue, case)
    with database.read() as connection:
        assert integrity.verify(connection).problem is None


def test_a_case_that_goes_past_inspection_though_it_was_to_be_tried_again_is_named(
    submit: Callable[..., Registered], database: Database, clock: Any
) -> None:
    submit()
    claimed = inspection.claim(database, clock())
    assert claimed is not None
    inspection.give_back(database, claimed, clock(), Rules())
    with database.write() as connection:
        assert integrity.verify(connection).problem is None
        connection.execute(text("UPDATE cases SET state = 'waiting'"))
        problem = str(integrity.verify(connection).problem)
    assert f"({inspection.BROKE_OFF} of {claimed.id}" in problem
    assert "its case is waiting, which nothing led to" in problem


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("DELETE FROM pending", "what was said of its case is gone"),
        ("UPDATE pending SET said_by = 'lee'", "what was said is by kim, and not by lee"),
        (f"UPDATE pending SET said_at = {LONG_AGO}", "and not at 2016-01-01"),
        ("UPDATE pending SET intent = 'clear'", "what was said is search, and not clear"),
    ],
)
def test_what_can_be_taken_back_is_kept_as_it_was_said(
    queue: Queue, case: Case, database: Database, changed: str, said: str
) -> None:
    propose(queue, case.id, case.version, KIM, GUN)
    with database.write() as connection:
        assert integrity.verify(connection).problem is None
        connection.execute(text(changed))
        problem = str(integrity.verify(connection).problem)
    assert f"(said of {case.id}" in problem
    assert said in problem


@pytest.mark.parametrize("state", [None, State.PENDING])
def test_a_decision_that_nobody_said_is_named_and_never_written_down(
    *, queue: Queue, case: Case, database: Database, clock: Any, state: State | None,
) -> None:  # fmt: skip
    said = {"case_id": case.id, "intent": Intent.CLEAR, "reason": "", "marks": "[]"}
    said |= {"said_by": "kim", "said_at": clock(), "holds_at": clock()}
    with database.write() as connection:
        connection.execute(insert(tables.pending).values(**said))
        if state is not None:
            connection.execute(update(tables.cases).values(state=state))
    assert settle(queue) == 0
    with database.read() as connection:
        assert decisions_of(connection, case.id) == []
        problem = str(integrity.verify(connection).problem)
        found = [what for _, what in turns.problems(connection)]
    assert case.id in problem
    assert f"a row of pending of case {case.id} is in no entry of the chain" in str(found)


@pytest.mark.parametrize(
    ("said", "changed", "wrote"),
    [
        (GUN, "intent = 'clear'", "what was said is search, and not clear"),
        (GUN, "said_by = 'lee'", "what was said is by kim, and not by lee"),
        (CLEAR, "said_by = 'lee'", "what was said is by kim, and not by lee"),
        (CLEAR, f"said_at = {LONG_AGO}", "and not at 2016-01-01T00:00:00.000000Z"),
        (UP, "said_by = 'lee'", "what was said is by kim, and not by lee"),
    ],
)
def test_what_is_written_down_is_what_was_said_by_whom_and_when(
    *, queue: Queue, case: Case, database: Database, clock: Any, said: Proposal, changed: str,
    wrote: str,
) -> None:  # fmt: skip
    propose(queue, case.id, case.version, KIM, said)
    with database.write() as connection:
        connection.execute(text(f"UPDATE pending SET {changed}"))
    clock.move(seconds=10)
    settle(queue)
    with database.read() as connection:
        problem = str(integrity.verify(connection).problem)
    assert f"({'escalated' if said is UP else 'decided'} of {case.id}" in problem
    assert wrote in problem
