"""Whatever officers, workers and time do in whatever order, the queue keeps its promises."""

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import select

from xray_app.cases import inspection, integrity, pending, register, schema, tables
from xray_app.cases.case import Case
from xray_app.cases.contents import Contents
from xray_app.cases.database import Database
from xray_app.cases.decisions import Decision, correct, decide
from xray_app.cases.errors import CaseError
from xray_app.cases.inspection import Looked
from xray_app.cases.pending import Proposal
from xray_app.cases.queue import Queue
from xray_app.cases.register import NewView, Submission
from xray_app.cases.rules import Officer, Rules
from xray_app.cases.searches import SearchResult, record_search
from xray_app.cases.states import Disposition, Intent, Level, State, Verdict

OFFICERS = [Officer("kim"), Officer("lee"), Officer("boss", Level.SUPERVISOR)]
officers, numbers = st.sampled_from(OFFICERS), st.integers(0, 5)
verdicts = st.sampled_from(list(Verdict))


class Cases(RuleBasedStateMachine):
    """A queue in SQLite; a model of it would be the queue again, so promises are checked."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.database = Database(f"sqlite:///{self.folder.name}/cases.sqlite3")
        schema.upgrade(self.database)
        self.contents = Contents(Path(self.folder.name) / "contents")
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.rules = Rules()
        self.queue = Queue(self.database, lambda: self.now, self.rules)
        self.sent: list[str] = []
        self.decided: set[str] = set()

    def cases(self) -> list[Case]:
        with self.database.read() as connection:
            rows = connection.execute(select(tables.cases)).mappings().all()
        return [Case.of(row) for row in rows]

    def attempt(self, act: Callable[[], Any]) -> Any:
        """What an act gives, None where it is refused: refusals change nothing."""
        before = self.cases()
        try:
            return act()
        except CaseError:
            over = [c for c in before if c.state in (State.TAKEN, State.HELD)]
            assert [c for c in self.cases() if c not in before] == [] or over
            return None

    def pick(self, number: int) -> Case | None:
        cases = sorted(self.cases(), key=lambda case: case.received_at)
        return cases[number % len(cases)] if cases else None

    @rule()
    def submit(self) -> None:
        data = f"scan {len(self.sent)}".encode()
        view = NewView(self.contents.stage(data, "a.png", 99), "a.png")
        sent = Submission((view,), "scanner")
        kept = register.register(self.database, self.contents, sent, self.now, self.rules)
        self.sent.append(kept.case.id)

    @rule(breaks=st.booleans())
    def inspect(self, breaks: bool) -> None:
        case = inspection.claim(self.database, self.now)
        if case is None:
            return
        if breaks:
            inspection.give_back(self.database, case, self.now, self.rules)
            return
        looked = [Looked(0, problem="unreadable")]
        inspection.record(
            self.database, self.contents, case, looked, self.now, self.rules, lambda: 0.5
        )

    @rule(minutes=st.integers(-30, 30))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(officer=officers)
    def take(self, officer: Officer) -> None:
        self.queue.take(officer)

    @rule(officer=officers, number=numbers, stale=st.integers(0, 1), verdict=verdicts)
    def decide(self, officer: Officer, number: int, stale: int, verdict: Verdict) -> None:
        case = self.pick(number)
        if case is None:
            return
        said = Decision(verdict, "odd")
        after = self.attempt(
            lambda: decide(self.queue, case.id, case.version - stale, officer, said)
        )
        if after is not None:
            self.decided.add(case.id)

    @rule(officer=officers, number=numbers, intent=st.sampled_from(list(Intent)))
    def propose(self, officer: Officer, number: int, intent: Intent) -> None:
        case = self.pick(number)
        if case is None:
            return
        said = Proposal(intent, note="odd")
        after = self.attempt(
            lambda: pending.propose(self.queue, case.id, case.version, officer, said)
        )
        if after is not None:
            self.decided.add(case.id)

    @rule(officer=officers, number=numbers)
    def take_back(self, officer: Officer, number: int) -> None:
        case = self.pick(number)
        if case is not None:
            self.attempt(lambda: pending.undo(self.queue, case.id, case.version, officer))

    @rule(seconds=st.integers(0, 12))
    def settle(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        pending.settle(self.queue)

    @rule(officer=officers, number=numbers, verdict=verdicts)
    def correct(self, officer: Officer, number: int, verdict: Verdict) -> None:
        case = self.pick(number)
        if case is not None:
            said = Decision(verdict, "second thoughts")
            self.attempt(lambda: correct(self.queue, case.id, case.version, officer, said))

    @rule(number=numbers, found=st.booleans())
    def search(self, number: int, found: bool) -> None:
        case = self.pick(number)
        if case is not None:
            said = SearchResult(found, note="odd")
            asked = (self.queue, self.contents, case.id, case.version, "lee", said)
            self.attempt(lambda: record_search(*asked))

    @rule(
        officer=officers,
        number=numbers,
        act=st.sampled_from(["renew", "release", "resume", "hold", "escalate", "hand_over"]),
        other=officers,
    )
    def handle(self, officer: Officer, number: int, act: str, other: Officer) -> None:
        case = self.pick(number)
        if case is None:
            return
        more: dict[str, tuple[Any, ...]] = {
            "hold": (self.now + timedelta(minutes=20), "papers"),
            "escalate": ("odd",),
            "hand_over": (other,),
        }
        asked = (case.id, case.version, officer, *more.get(act, ()))
        self.attempt(lambda: getattr(self.queue, act)(*asked))

    @invariant()
    def every_case_that_was_acknowledged_is_there_once(self) -> None:
        assert sorted(case.id for case in self.cases()) == sorted(self.sent)

    @invariant()
    def an_officer_holds_one_case_at_most_and_it_is_theirs_to_hold(self) -> None:
        taken = [case for case in self.cases() if case.state is State.TAKEN]
        assert len({case.holder for case in taken}) == len(taken)
        levels = {officer.name: officer.level for officer in OFFICERS}
        assert all(levels[str(case.holder)] >= case.level for case in taken)
        assert all(case.lease_until is not None for case in taken)

    @invariant()
    def nothing_is_closed_unless_an_officer_decided_it(self) -> None:
        for case in self.cases():
            if case.state in (State.CLOSED, State.SEARCH):
                assert case.id in self.decided
            assert (case.disposition is None) == (case.state is not State.CLOSED)
            assert case.disposition is not Disposition.CLEARED_BY_MACHINE

    @invariant()
    def what_can_be_taken_back_is_written_down_and_nothing_else(self) -> None:
        with self.database.read() as connection:
            said = connection.execute(select(tables.pending.c.case_id)).scalars().all()
        there = [case.id for case in self.cases() if case.state is State.PENDING]
        assert sorted(said) == sorted(there)

    def teardown(self) -> None:
        with self.database.read() as connection:
            assert integrity.verify(connection).problem is None
        self.database.dispose()
        self.folder.cleanup()


TestCases = Cases.TestCase
TestCases.settings = settings(
    max_examples=6,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
