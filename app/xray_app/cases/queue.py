"""The officers' queue: a case is with one officer at a time, and never gets lost.

Every method reads the case at the version that the caller saw and writes by compare-and-set.
Whoever asks again after an answer got lost gets the same answer, as long as what they asked for
still stands: `take` gives the case that the officer has already, what was done is not done twice.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, func, select

from xray_app.cases import again, audit, tables
from xray_app.cases.again import ESCALATED, HANDED, RELEASED, SET_ASIDE
from xray_app.cases.canonical import canonical
from xray_app.cases.case import Case, change, load, load_version, prolong
from xray_app.cases.database import Database
from xray_app.cases.errors import Conflict, Refused
from xray_app.cases.leaps import CLOCKWORK, place_anew
from xray_app.cases.rules import Officer, Rules
from xray_app.cases.sealed import hold_of
from xray_app.cases.states import Level, State

Clock = Callable[[], datetime]
NOBODY: dict[str, Any] = {
    **{"holder": None, "taken_at": None, "lease_until": None},
    **{"held_until": None, "held_why": None},
}
LONGEST_HOLD = timedelta(hours=24)
LISTED = 50  # cases that a list of the queue shows at most
HANDED_OVER = "handed over by"  # why a case is held that waits for one officer


@dataclass(frozen=True)
class Queue:
    """The queue over a database.

    Attributes:
        database: where the cases are.
        clock: says the moment, UTC.
        rules: what the administration chose.
    """

    database: Database
    clock: Clock
    rules: Rules

    def take(self, officer: Officer) -> Case | None:
        """The officer's case: the one they have, or the next; None: nothing waits for them."""
        with self.writing() as (connection, now):
            mine = self._first(connection, State.TAKEN, officer)
            if mine is not None:
                return self._prolong(connection, mine, officer, now)
            following = self._following(connection, officer)
            if following is None:
                return None
            audit.append(connection, now, officer.name, "taken", following.id)
            return self._lease(connection, following, officer, now)

    def take_this(self, case_id: str, version: int, officer: Officer) -> Case:
        """Take one case out of its turn: a supervisor, of those that wait for supervisors.

        Raises:
            Refused: not a supervisor, not such a case, or they have another already.
            Conflict: it has changed, or does not wait.
        """
        with self.writing() as (connection, now):
            case = load(connection, case_id)
            if (case.state, case.holder) == (State.TAKEN, officer.name):
                return self._prolong(connection, case, officer, now)
            if Level.SCREENING in (case.level, officer.level):
                raise Refused(
                    "out of its turn, only a supervisor takes a case, and only one that waits for "
                    "supervisors; take the next case"
                )
            case = load_version(connection, case_id, version)
            if case.state is not State.WAITING:
                raise Conflict(f"case {case_id} is {case.state}, not waiting")
            self._check_free(connection, officer)
            audit.append(connection, now, officer.name, "taken", case_id)
            return self._lease(connection, case, officer, now)

    def renew(self, case_id: str, version: int, officer: Officer) -> Case:
        """A sign of life: the lease begins anew, the version stays."""
        with self.writing() as (connection, now):
            case = held_by(connection, case_id, version, officer)
            return self._prolong(connection, case, officer, now)

    def release(self, case_id: str, version: int, officer: Officer) -> Case:
        """Put it back where it stood."""
        with self.writing() as (connection, now):
            if after := again.released(connection, case_id, version, officer):
                return after
            case = held_by(connection, case_id, version, officer)
            audit.append(connection, now, officer.name, RELEASED, case_id)
            return change(connection, case, state=State.WAITING, **NOBODY)

    def next(self, officer: Officer) -> Case | None:
        """The case that `take` would give to an officer who has none; nothing changes."""
        with self.database.read() as connection:
            return self._following(connection, officer)

    def ahead(self, officer: Officer, most: int) -> list[Case]:
        """The cases of which `take` may give this officer one when they are done; nothing changes.

        What was handed to them comes first for certain. Else whoever else has a case may be done
        before them: as many from the front as officers have one, `most` at the outside.
        """
        with self.database.read() as connection:
            if handed := handed_to(connection, officer):
                return handed[:1]
            table = tables.cases.c
            others = select(func.count()).where(table.state == State.TAKEN)
            others = others.where(table.holder != officer.name)
            count = 1 + int(connection.execute(others).scalar_one())
            found = _ordered(State.WAITING, officer).limit(min(count, most))
            return [Case.of(row) for row in connection.execute(found).mappings()]

    def mine(self, officer: Officer) -> Case | None:
        """The case that this officer has, its lease begun anew; None: none, or it ran out."""
        with self.writing() as (connection, now):
            case = self._first(connection, State.TAKEN, officer)
            if case is None:
                return None
            return self._prolong(connection, case, officer, now)

    def hold(
        self, case_id: str, version: int, officer: Officer, until: datetime | timedelta, why: str
    ) -> Case:
        """Set it aside until a moment; then it goes back to the queue by itself.

        Args:
            case_id: of the case.
            version: as the officer saw it.
            officer: who has it.
            until: the moment, or how long from now.
            why: what is waited for, in words.

        Raises:
            Refused: no reason was given, or the moment has passed or is over LONGEST_HOLD away.
        """
        with self.writing() as (connection, now):
            if after := again.held(connection, case_id, version, officer, until, why):
                return after
            case = held_by(connection, case_id, version, officer)
            ends = now + until if isinstance(until, timedelta) else until
            if not why.strip() or ends <= now:
                raise Refused("to hold a case needs a reason and a moment that is still to come")
            if ends - now > LONGEST_HOLD:
                hours = LONGEST_HOLD // timedelta(hours=1)
                raise Refused(f"a case is held for {hours} hours at most")
            seal = {"hold": hold_of(ends, why)}
            audit.append(connection, now, officer.name, SET_ASIDE, case_id, seal)
            aside = {"lease_until": None, "held_until": ends, "held_why": why}
            return change(connection, case, state=State.HELD, **aside)

    def resume(self, case_id: str, version: int, officer: Officer) -> Case:
        """Take up a case that was set aside: whoever did that, or a supervisor."""
        with self.writing() as (connection, now):
            after = again.one_step_on(connection, case_id, version)
            if after and (after.state, after.holder) == (State.TAKEN, officer.name):
                return after
            case = load_version(connection, case_id, version)
            if case.state is not State.HELD:
                raise Conflict(f"case {case_id} is {case.state}, not held")
            if case.holder != officer.name and officer.level is not Level.SUPERVISOR:
                raise Refused(f"case {case_id} was set aside by {case.holder}")
            self._check_free(connection, officer)
            audit.append(connection, now, officer.name, "resumed", case_id)
            return self._lease(connection, case, officer, now)

    def hand_over(self, case_id: str, version: int, officer: Officer, to: Officer) -> Case:
        """Give it to another officer: at once, or as the next case that they take.

        For somebody who has a case it is HELD with a lease, which their signs of life prolong.
        Whoever does not take it within a lease loses it to the queue.

        Raises:
            Refused: the other may not take it, or is the same officer.
        """
        with self.writing() as (connection, now):
            stands = load(connection, case_id)
            if stands.version > version and again.handed(connection, stands, officer, to):
                return stands
            case = held_by(connection, case_id, version, officer)
            if to.level < case.level:
                raise Refused(f"case {case_id} is for supervisors, {to.name} is not one")
            if to.name == officer.name:
                raise Refused(f"case {case_id} is with {to.name} already")
            audit.append(connection, now, officer.name, HANDED, case_id, {"to": to.name})
            if self._first(connection, State.TAKEN, to) is None:
                return self._lease(connection, case, to, now)
            waits = waiting_for(to, officer.name, now + self.rules.lease)
            return change(connection, case, **waits)

    def escalate(self, case_id: str, version: int, officer: Officer, why: str) -> Case:
        """Leave it to a supervisor, ahead of what waits there.

        Raises:
            Refused: no reason was given, or it is with the supervisors already.
        """
        with self.writing() as (connection, now):
            if again.escalated(connection, case_id, version, officer, why):
                return load(connection, case_id)
            case = held_by(connection, case_id, version, officer)
            check_escalated(case, why)
            return escalate(connection, case, officer, why, now)

    def sweep(self) -> int:
        """Give back what nobody holds any longer; how many cases."""
        with self.database.write() as connection:
            return self._sweep(connection, self.clock())

    def held(self, connection: Connection, officer: Officer) -> list[Case]:
        """The case that this officer has, or none."""
        mine = self._first(connection, State.TAKEN, officer)
        return [mine] if mine else []

    @contextmanager
    def writing(self) -> Iterator[tuple[Connection, datetime]]:
        """A write transaction in which whatever ran out has gone back already."""
        with self.database.write() as connection:
            now = self.clock()
            self._sweep(connection, now)
            yield connection, now

    def _sweep(self, connection: Connection, now: datetime) -> int:
        place_anew(connection, now)
        table = tables.cases
        # What ends later than one made now was made before the clock was set back.
        lapsed = (table.c.lease_until <= now) | (table.c.lease_until > now + self.rules.lease)
        # Where neither a lease nor the end of a hold is left, somebody took it away.
        aside = (table.c.state == State.HELD) & table.c.held_until.is_not(None)
        lapsed |= table.c.lease_until.is_(None) & ~aside
        ended = (table.c.held_until <= now) | (table.c.held_until > now + LONGEST_HOLD)
        over = (table.c.state.in_((State.TAKEN, State.HELD)) & lapsed) | (
            (table.c.state == State.HELD) & ended
        )
        rows = connection.execute(select(table).where(over)).mappings().all()
        for case in map(Case.of, rows):
            audit.append(connection, now, CLOCKWORK, "ran out", case.id, {"of": case.holder})
            change(connection, case, state=State.WAITING, **NOBODY)
        return len(rows)

    def _prolong(self, connection: Connection, case: Case, officer: Officer, now: datetime) -> Case:
        """A sign of life: while they have a case, what was handed to them goes on waiting too."""
        until = now + self.rules.lease
        for handed in handed_to(connection, officer):
            prolong(connection, handed, until)
        return prolong(connection, case, until)

    def _lease(self, connection: Connection, case: Case, officer: Officer, now: datetime) -> Case:
        to = {"holder": officer.name, "taken_at": now, "lease_until": now + self.rules.lease}
        return change(connection, case, **{**NOBODY, **to, "state": State.TAKEN})

    def _following(self, connection: Connection, officer: Officer) -> Case | None:
        """What was handed to them, else the first that waits."""
        handed = handed_to(connection, officer)
        return handed[0] if handed else self._first(connection, State.WAITING, officer)

    def _first(self, connection: Connection, state: State, officer: Officer) -> Case | None:
        found = _ordered(state, officer)
        if state is State.TAKEN:
            found = found.where(tables.cases.c.holder == officer.name)
        row = connection.execute(found.limit(1)).mappings().one_or_none()
        return None if row is None else Case.of(row)

    def _check_free(self, connection: Connection, officer: Officer) -> None:
        other = self._first(connection, State.TAKEN, officer)
        if other is not None:
            raise Refused(f"{officer.name} has case {other.id} already")


def cases_in(
    connection: Connection, state: State, officer: Officer, own: bool = False
) -> tuple[list[Case], int]:
    """Cases that stand somewhere and are this officer's to see there, and how many there are.

    In the order of the queue, LISTED at most.

    Args:
        own: only those that the officer holds.
    """
    found = _ordered(state, officer)
    if own:
        found = found.where(tables.cases.c.holder == officer.name)
    cases = [Case.of(row) for row in connection.execute(found.limit(LISTED)).mappings()]
    if len(cases) < LISTED:
        return cases, len(cases)
    count = select(func.count()).select_from(found.order_by(None).subquery())
    return cases, int(connection.execute(count).scalar_one())


def handed_to(connection: Connection, officer: Officer) -> list[Case]:
    """Cases that wait for this officer alone, until they take them."""
    table = tables.cases.c
    found = _ordered(State.HELD, officer)
    found = found.where(table.holder == officer.name, table.lease_until.is_not(None))
    return [Case.of(row) for row in connection.execute(found).mappings()]


def waiting_for(officer: Officer, by: str, until: datetime) -> dict[str, Any]:
    """What changes of a case that waits for one officer, to whom somebody handed it."""
    to = {"holder": officer.name, "held_why": f"{HANDED_OVER}: {by}", "lease_until": until}
    return {**NOBODY, **to, "state": State.HELD}


def _ordered(state: State, officer: Officer) -> Select[Any]:
    table = tables.cases
    mine = select(table).where(table.c.state == state, table.c.level <= officer.level)
    return mine.order_by(table.c.level.desc(), table.c.place_at, table.c.id)


def check_escalated(case: Case, why: str) -> None:
    """Stop where a case cannot be left to a supervisor.

    Raises:
        Refused: no reason was given, or it is with the supervisors already.
    """
    if not why.strip():
        raise Refused("to escalate a case needs a reason")
    if case.level is Level.SUPERVISOR:
        raise Refused(f"case {case.id} is with the supervisors already")


def escalate(connection: Connection, case: Case, officer: Officer, why: str, now: datetime) -> Case:
    """Leave a case to a supervisor, its flags sealed in the audit chain."""
    flags = canonical([*case.flags, again.flag(officer, why)])
    seal = {"flags_sha256": hashlib.sha256(flags.encode()).hexdigest()}
    audit.append(connection, now, officer.name, ESCALATED, case.id, seal)
    up = {**NOBODY, "state": State.WAITING, "level": Level.SUPERVISOR, "flags": flags}
    return change(connection, case, **up)


def held_by(connection: Connection, case_id: str, version: int, officer: Officer) -> Case:
    """The case, if this officer holds it at this version.

    Raises:
        Conflict: it has changed, ran out, or is with another.
    """
    case = load_version(connection, case_id, version)
    if case.state is not State.TAKEN or case.holder != officer.name:
        raise Conflict(f"case {case_id} is {case.state}, not with {officer.name}; take it first")
    return case
