"""Lists are painted often; what a model said of a scan is read once."""

from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any

import pytest
from sqlalchemy import event

from xray.profile import Profile
from xray.report import ModelId, Outcome, Report
from xray_app.cases import inspection
from xray_app.cases.case import Case
from xray_app.cases.contents import Contents
from xray_app.cases.database import Database
from xray_app.cases.inspection import Looked
from xray_app.cases.register import NewView, Submission, register
from xray_app.cases.rules import Rules
from xray_app.desk import listed
from xray_app.desk.listed import Listed

Said = Callable[[Outcome], Case]
ALARM, UNKNOWN, CLEAR = Outcome.ALARM, Outcome.UNKNOWN, Outcome.CLEAR


@pytest.fixture
def said(database: Database, contents: Contents, clock: Callable[[], datetime]) -> Said:
    """A new case of which a model says this."""
    numbers = count()

    def said(outcome: Outcome) -> Case:
        view = NewView(contents.stage(f"scan {next(numbers)}".encode(), "bag.png", 99), "bag.png")
        register(database, contents, Submission((view,), "gate"), clock(), Rules())
        case = inspection.claim(database, clock())
        assert case is not None
        model, profile = ModelId("standin", "1", "ab" * 32), Profile("strict")
        report = Report("bag", 10, 8, model, profile, outcome=outcome, made_at=clock())
        looked = [Looked(0, report.to_dict())]
        return inspection.record(database, contents, case, looked, clock(), Rules(), lambda: 0.5)

    return said


@pytest.fixture
def asked(database: Database) -> list[str]:
    """The statements that ask for what reports say."""
    bodies: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        if statement.startswith("SELECT reports.id, reports.body"):
            bodies.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    return bodies


def test_a_list_that_is_painted_again_asks_for_new_reports_alone(
    database: Database, said: Said, asked: list[str]
) -> None:
    known, cases = Listed(), [said(ALARM), said(CLEAR)]
    for _ in range(2):
        with database.read() as connection:
            found = known.reports(connection, [case.id for case in cases])
        assert [found[case.id][0].outcome for case in cases] == [ALARM, CLEAR]
    assert len(asked) == 1
    cases.append(said(UNKNOWN))
    with database.read() as connection:
        found = known.reports(connection, [case.id for case in cases])
    assert found[cases[2].id][0].outcome is UNKNOWN
    assert len(asked) == 2


def test_what_was_listed_long_ago_is_let_go_and_read_again(
    database: Database, said: Said, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listed, "LATELY", 2)
    known, cases = Listed(), [said(ALARM).id for _ in range(3)]
    for ids in (cases, cases[:1], cases[1:]):
        with database.read() as connection:
            assert set(known.reports(connection, ids)) == set(ids)
    assert len(asked) == 3  # two stay: the first had gone, and then the second


def test_a_list_of_nothing_and_a_case_of_which_nothing_was_said_are_empty(
    database: Database,
) -> None:
    with database.read() as connection:
        assert Listed().reports(connection, []) == {}
        assert Listed().reports(connection, ["0" * 32]) == {}


def test_reports_by_the_same_rules_hold_them_once(database: Database, said: Said) -> None:
    known, cases = Listed(), [said(ALARM).id, said(CLEAR).id]
    with database.read() as connection:
        found = known.reports(connection, cases)
    assert found[cases[0]][0].profile is found[cases[1]][0].profile
