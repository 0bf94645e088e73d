"""The officers' queue: one officer a case, leases that run out, and nothing that gets lost."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from xray_app.cases import audit, integrity, leaps, tables
from xray_app.cases.case import Case
from xray_app.cases.database import Database
from xray_app.cases.decisions import Decision, decide
from xray_app.cases.errors import Conflict, Refused
from xray_app.cases.queue import Queue
from xray_app.cases.rules import Officer
from xray_app.cases.states import Level, State, Verdict

KIM, LEE = Officer("kim"), Officer("lee")
BOSS = Officer("boss", Level.SUPERVISOR)
CLEAR = Decision(Verdict.CLEAR)
Inspected = Callable[..., Case]


def taken(queue: Queue, officer: Officer = KIM) -> Case:
    case = queue.take(officer)
    assert case is not None
    return case


def test_two_officers_never_hold_one_case(queue: Queue, inspected: Inspected) -> None:
    inspected()
    mine = taken(queue)
    assert (mine.state, mine.holder) == (State.TAKEN, "kim")
    assert queue.take(LEE) is None


def test_asking_again_gives_the_case_that_the_officer_has(
    queue: Queue, inspected: Inspected
) -> None:
    inspected()
    inspected()
    assert taken(queue).id == taken(queue).id


def test_what_comes_next_is_one_of_as_many_as_officers_have_a_case(
    queue: Queue, inspected: Inspected
) -> None:
    for _ in range(6):
        inspected()
    line = [case.id for case in queue.ahead(BOSS, 6)]
    assert len(line) == 1
    taken(queue, LEE)

    def ahead(officer: Officer, most: int = 6) -> list[str]:
        return [case.id for case in queue.ahead(officer, most)]

    first, second = ahead(KIM)
    case = taken(queue, KIM)
    assert case.id == first
    assert ahead(KIM)[0] == ahead(LEE)[0] == second
    assert len(ahead(KIM)) == len(ahead(LEE)) == 2
    assert ahead(KIM, most=1) == [second]
    queue.hand_over(case.id, case.version, KIM, LEE)
    assert ahead(LEE) == [case.id], "nothing else can come"
    assert taken(queue, KIM).id == second


def test_a_lease_that_runs_out_goes_back_to_the_queue_and_never_to_clear(
    queue: Queue, inspected: Inspected, clock: Any
) -> None:
    inspected()
    first = taken(queue)
    clock.move(minutes=5)
    with pytest.raises(Conflict, match="changed"):
        decide(queue, first.id, first.version, KIM, CLEAR)
    assert queue.sweep() == 1
    second = taken(queue, LEE)
    assert (second.id, second.disposition) == (first.id, None)


@pytest.mark.parametrize("state", [State.TAKEN, State.HELD])
def test_a_case_whose_lease_was_taken_away_goes_back_to_the_queue(
    queue: Queue, inspected: Inspected, database: Database, state: State
) -> None:
    inspected()
    first = taken(queue)
    with database.write() as connection:
        connection.execute(update(tables.cases).values(state=state, lease_until=None))
    assert queue.sweep() == 1
    assert taken(queue, LEE).id == first.id


def test_a_sign_of_life_makes_the_lease_begin_anew(
    queue: Queue, inspected: Inspected, clock: Any
) -> None:
    inspected()
    case = taken(queue)
    for _ in range(3):
        clock.move(minutes=4)
        assert queue.renew(case.id, case.version, KIM).version == case.version
    assert queue.take(LEE) is None
    decide(queue, case.id, case.version, KIM, CLEAR)  # what kim saw still holds


def test_a_lease_from_before_the_clock_was_set_back_does_not_last_for_hours(
    queue: Queue, inspected: Inspected, clock: Any
) -> None:
    inspected()
    case = taken(queue)
    clock.move(hours=-3)
    assert taken(queue, LEE).id == case.id


def test_cases_from_before_the_clock_was_set_back_come_before_newer_ones_in_their_order(
    queue: Queue, inspected: Inspected, clock: Any, database: Database
) -> None:
    clock.move(days=365)
    clear, alarm = inspected(outcome="CLEAR"), inspected()
    clock.move(hours=4)
    late = inspected()
    clock.move(days=-365)
    wanted = [case.id for case in (alarm, clear, late, inspected(outcome="CLEAR"))]
    officers = [Officer(f"officer {n}") for n in range(4)]
    assert [taken(queue, officer).id for officer in officers] == wanted
    with database.read() as connection:
        assert integrity.verify(connection).problem is None


def test_many_cases_from_before_the_clock_was_set_back_are_placed_some_at_each_write_in_their_order(
    queue: Queue, inspected: Inspected, clock: Any, database: Database, monkeypatch: Any
) -> None:
    monkeypatch.setattr(leaps, "AT_ONCE", 2)
    clock.move(days=365)
    wanted = []
    for n in range(7):
        clock.move(minutes=20)
        outcome = "ALARM" if n == 3 else "CLEAR"
        wanted.insert(0 if n == 3 else n, inspected(outcome=outcome).id)
    clock.move(days=-365)
    assert taken(queue).id == wanted[0]
    assert ahead_of_time(database, clock()) == 5  # two were placed, of which one is taken
    officers = [Officer(f"officer {n}") for n in range(6)]
    assert [taken(queue, officer).id for officer in officers] == wanted[1:]
    with database.read() as connection:
        assert integrity.verify(connection).problem is None


def ahead_of_time(database: Database, now: datetime) -> int:
    """How many cases wait for a turn that is still to come."""
    table = tables.cases.c
    with database.read() as connection:
        later = select(func.count()).where(table.state == State.WAITING, table.place_at > now)
        return int(connection.execute(later).scalar_one())


def test_alarms_come_first_then_what_could_not_be_judged_then_higher_scores(
    queue: Queue, inspected: Inspected
) -> None:
    wanted = [
        inspected(outcome="CLEAR").id,
        inspected(outcome="UNKNOWN").id,
        inspected(outcome="ALARM", score=0.4).id,
        inspected(outcome="ALARM", score=0.9).id,
    ][::-1]
    officers = [Officer(f"officer {n}") for n in range(4)]
    assert [taken(queue, officer).id for officer in officers] == wanted


def test_whoever_waits_long_enough_comes_before_a_fresh_alarm(
    queue: Queue, inspected: Inspected, clock: Any
) -> None:
    old = inspected(outcome="CLEAR")
    clock.move(hours=4)
    inspected(outcome="ALARM")
    assert taken(queue).id == old.id


def test_a_risky_declaration_comes_earlier(queue: Queue, inspected: Inspected) -> None:
    inspected(outcome="CLEAR", declaration={"hs_code": "610910"})
    arms = inspected(outcome="CLEAR", declaration={"hs_code": "930190"})
    assert taken(queue).id == arms.id


def test_a_released_case_keeps_its_place(queue: Queue, inspected: Inspected, clock: Any) -> None:
    first = inspected()
    clock.move(minutes=1)
    inspected()
    mine = taken(queue)
    queue.release(mine.id, mine.version, KIM)
    assert taken(queue, LEE).id == first.id


def test_a_held_case_comes_back_by_itself(queue: Queue, inspected: Inspected, clock: Any) -> None:
    inspected()
    case = taken(queue)
    until = clock() + timedelta(hours=1)
    held = queue.hold(case.id, case.version, KIM, until, "papers are on their way")
    assert held.state is State.HELD
    assert queue.take(LEE) is None
    clock.move(hours=1)
    assert taken(queue, LEE).id == case.id


def test_a_case_held_before_the_clock_was_set_back_does_not_stay_aside_for_days(
    queue: Queue, inspected: Inspected, clock: Any
) -> None:
    inspected()
    case = taken(queue)
    queue.hold(case.id, case.version, KIM, clock() + timedelta(hours=24), "papers")
    assert queue.take(LEE) is None
    clock.move(days=-365)
    assert taken(queue, LEE).id == case.id


def test_a_held_case_is_taken_up_by_its_officer_or_a_supervisor_alone(
    queue: Queue, inspected: Inspected, clock: Any
) -> None:
    inspected()
    case = taken(queue)
    held = queue.hold(case.id, case.version, KIM, clock() + timedelta(hours=1), "papers")
    with pytest.raises(Refused, match="set aside by kim"):
        queue.resume(held.id, held.version, LEE)
    assert queue.resume(held.id, held.version, BOSS).holder == "boss"


@pytest.mark.parametrize(("minutes", "why"), [(60, " "), (0, "papers"), (24 * 60 + 1, "papers")])
def test_holding_needs_a_reason_and_a_moment_within_the_next_24_hours(
    queue: Queue, inspected: Inspected, clock: Any, minutes: int, why: str
) -> None:
    inspected()
    case = taken(queue)
    until: datetime = clock() + timedelta(minutes=minutes)
    with pytest.raises(Refused):
        queue.hold(case.id, case.version, KIM, until, why)


def test_a_case_is_handed_over_at_once_to_an_officer_who_is_free(
    queue: Queue, inspected: Inspected
) -> None:
    inspected()
    case = taken(queue)
    with pytest.raises(Refused, match="with kim already"):
        queue.hand_over(case.id, case.version, KIM, KIM)
    assert queue.hand_over(case.id, case.version, KIM, LEE).holder == "lee"
    assert taken(queue, LEE).id == case.id


def test_who_has_a_case_takes_the_one_that_was_handed_to_them_next(
    queue: Queue, inspected: Inspected
) -> None:
    for _ in range(3):
        inspected()
    theirs, case = taken(queue, LEE), taken(queue)
    handed = queue.hand_over(case.id, case.version, KIM, LEE)
    assert (handed.state, handed.holder) == (State.HELD, "lee")
    other = taken(queue)
    assert other.id != case.id, "it waits for nobody else"
    queue.release(theirs.id, theirs.version, LEE)
    following = queue.next(LEE)
    assert following is not None
    assert following.id == taken(queue, LEE).id == case.id


@pytest.mark.parametrize("sign", ["renew", "take"])
def test_each_sign_of_life_keeps_what_was_handed_over(
    queue: Queue, inspected: Inspected, clock: Any, sign: str
) -> None:
    inspected()
    inspected()
    theirs, case = taken(queue, LEE), taken(queue)
    queue.hand_over(case.id, case.version, KIM, LEE)
    for _ in range(3):
        clock.move(minutes=4)
        queue.take(LEE) if sign == "take" else queue.renew(theirs.id, theirs.version, LEE)
    assert queue.next(KIM) is None
    queue.release(theirs.id, theirs.version, LEE)
    assert taken(queue, LEE).id == case.id


def test_a_case_that_was_handed_over_and_not_taken_goes_back_to_the_queue(
    queue: Queue, inspected: Inspected, clock: Any
) -> None:
    inspected()
    inspected()
    theirs, case = taken(queue, LEE), taken(queue)
    queue.hand_over(case.id, case.version, KIM, LEE)
    for _ in range(3):  # they are still there
        clock.move(minutes=4)
        assert queue.mine(LEE) is not None
    assert queue.next(KIM) is None
    queue.release(theirs.id, theirs.version, LEE)
    clock.move(minutes=4)
    assert queue.mine(LEE) is None
    clock.move(minutes=2)
    assert queue.sweep() == 1
    assert {taken(queue).id, taken(queue, LEE).id} == {theirs.id, case.id}


def test_an_escalated_case_goes_to_supervisors_alone(queue: Queue, inspected: Inspected) -> None:
    inspected()
    case = taken(queue)
    up = queue.escalate(case.id, case.version, KIM, "the seal looks wrong")
    assert (up.state, up.level) == (State.WAITING, Level.SUPERVISOR)
    assert "kim: the seal looks wrong" in up.flags
    assert queue.take(KIM) is None
    assert taken(queue, BOSS).id == case.id


def hold(queue: Queue, case: Case) -> Case:
    return queue.hold(case.id, case.version, KIM, timedelta(minutes=30), "papers")


def resume(queue: Queue, case: Case) -> Case:
    return queue.resume(case.id, case.version, KIM)


def release(queue: Queue, case: Case) -> Case:
    return queue.release(case.id, case.version, KIM)


def hand_over(queue: Queue, case: Case) -> Case:
    return queue.hand_over(case.id, case.version, KIM, LEE)


def escalate(queue: Queue, case: Case) -> Case:
    return queue.escalate(case.id, case.version, KIM, "the seal")


@pytest.mark.parametrize(
    ("before", "act"),
    [((), hold), ((hold,), resume), ((), release), ((), hand_over), ((), escalate)],
)
def test_an_act_whose_answer_was_lost_is_done_once_and_said_to_be_done(
    queue: Queue,
    inspected: Inspected,
    clock: Any,
    database: Database,
    before: tuple[Callable[..., Case], ...],
    act: Callable[..., Case],
) -> None:
    inspected()
    case = taken(queue)
    for first in before:
        case = first(queue, case)
    done = act(queue, case)
    clock.move(seconds=20)
    assert act(queue, case) == done
    with database.read() as connection:
        entries = [entry.action for entry in audit.of(connection, case.id)]
    assert len(entries) == len(set(entries)), entries


def test_a_case_that_another_act_left_as_it_is_is_not_said_to_be_done(
    queue: Queue, inspected: Inspected, clock: Any
) -> None:
    inspected()
    case = taken(queue)
    hold(queue, case)
    for asked in (timedelta(minutes=10), clock() + timedelta(minutes=10)):
        with pytest.raises(Conflict, match="read it again"):
            queue.hold(case.id, case.version, KIM, asked, "papers")
    for act in (release, hand_over, escalate):
        with pytest.raises(Conflict, match="read it again"):
            act(queue, case)
    again = queue.hold(case.id, case.version, KIM, clock() + timedelta(minutes=30), "papers")
    assert again.held_until == clock() + timedelta(minutes=30), "the very moment is the same"
    clock.move(minutes=30)
    case = taken(queue)
    clock.move(hours=1)
    assert queue.sweep() == 1
    with pytest.raises(Conflict, match="read it again"):
        release(queue, case)  # it ran out; the officer did not put it back


def test_a_case_that_its_new_officer_took_up_was_handed_over_all_the_same(
    queue: Queue, inspected: Inspected
) -> None:
    inspected()
    inspected()
    case, other = taken(queue), taken(queue, LEE)
    waits = hand_over(queue, case)
    queue.release(other.id, other.version, LEE)
    theirs = taken(queue, LEE)
    assert (theirs.id, theirs.version) == (case.id, waits.version + 1)
    assert hand_over(queue, case) == theirs


def test_nothing_is_done_to_a_case_that_was_read_before_it_changed(
    queue: Queue, inspected: Inspected, clock: Any
) -> None:
    inspected()
    stale = taken(queue)
    queue.release(stale.id, stale.version, KIM)
    assert taken(queue).id == stale.id
    for act in (
        lambda: queue.renew(stale.id, stale.version, KIM),
        lambda: queue.release(stale.id, stale.version, KIM),
        lambda: queue.hold(stale.id, stale.version, KIM, clock() + timedelta(1), "why"),
        lambda: queue.hand_over(stale.id, stale.version, KIM, LEE),
        lambda: queue.escalate(stale.id, stale.version, KIM, "why"),
        lambda: decide(queue, stale.id, stale.version, KIM, CLEAR),
    ):
        with pytest.raises(Conflict, match="read it again"):
            act()


def test_nobody_works_on_a_case_that_another_holds(queue: Queue, inspected: Inspected) -> None:
    inspected()
    case = taken(queue)
    with pytest.raises(Conflict, match="not with lee"):
        decide(queue, case.id, case.version, LEE, CLEAR)


def test_two_databases_objects_on_one_database_see_each_others_changes(
    queue: Queue, inspected: Inspected, database_url: str, clock: Any
) -> None:
    inspected()
    other = Database(database_url)
    case = taken(Queue(other, clock, queue.rules))
    assert queue.take(LEE) is None
    decide(queue, case.id, case.version, KIM, CLEAR)
    other.dispose()
