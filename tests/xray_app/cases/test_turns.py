"""An open case lies where the audit chain left it: nobody hides one, or gives it to another."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from xray_app.cases import inspection, integrity
from xray_app.cases.case import Case
from xray_app.cases.database import Database
from xray_app.cases.pending import Proposal, propose, settle
from xray_app.cases.queue import Queue
from xray_app.cases.register import Registered
from xray_app.cases.rules import Officer, Rules
from xray_app.cases.states import Intent

KIM, LEE = Officer("kim"), Officer("lee")
LATER = "'2999-01-01 00:00:00.000000'"
Act = Callable[[Queue, Case], object]


def hold(queue: Queue, case: Case) -> None:
    queue.hold(case.id, case.version, KIM, queue.clock() + timedelta(hours=1), "papers")


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
    submit: Callable[..., Registered],
    database: Database,
    clock: Any,
    column: str,
    broke_off: bool,
) -> None:
    if broke_off:
        submit()
        for _ in range(Rules().max_tries):
            claimed = inspection.claim(database, clock())
            assert claimed is not None
            inspection.give_back(database, claimed, clock(), Rules())
    else:
        inspected()
    with database.write() as connection:
        assert integrity.verify(connection).problem is None
        connection.execute(text(f"UPDATE cases SET {column} = {LATER}"))
        assert "changed since (turn)" in str(integrity.verify(connection).problem)


def test_what_is_written_down_is_what_was_said(
    queue: Queue, case: Case, database: Database, clock: Any
) -> None:
    propose(queue, case.id, case.version, KIM, Proposal(Intent.SEARCH, note="a pistol"))
    with database.write() as connection:
        connection.execute(text("UPDATE pending SET intent = 'clear'"))
    clock.move(seconds=10)
    settle(queue)
    with database.read() as connection:
        problem = str(integrity.verify(connection).problem)
    assert f"(decided of {case.id}" in problem
    assert "what was said is search, and not clear" in problem
