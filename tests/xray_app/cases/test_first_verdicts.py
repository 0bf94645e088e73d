"""Verdicts from before the machine's opinion was shown."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from xray_app.cases import first_verdicts, integrity
from xray_app.cases.case import Case
from xray_app.cases.database import Database
from xray_app.cases.errors import Conflict
from xray_app.cases.queue import Queue
from xray_app.cases.rules import Officer
from xray_app.cases.states import Reason, Verdict

KIM, LEE = Officer("kim"), Officer("lee")


def test_the_first_verdict_stays_beside_what_the_machine_said(
    queue: Queue, case: Case, database: Database
) -> None:
    first_verdicts.keep(queue, case.id, case.version, KIM, Verdict.CLEAR)
    first_verdicts.keep(queue, case.id, case.version, KIM, Verdict.SEARCH, Reason.WEAPON)
    with database.read() as connection:
        (row,) = first_verdicts.of(connection, case.id)
        assert integrity.verify(connection).problem is None
    assert (row["verdict"], row["outcome"], row["said_by"]) == ("clear", "ALARM", "kim")


def test_only_the_officer_who_has_the_case_says_it(queue: Queue, case: Case) -> None:
    with pytest.raises(Conflict):
        first_verdicts.keep(queue, case.id, case.version, LEE, Verdict.CLEAR)


def test_the_database_refuses_to_change_it(queue: Queue, case: Case, database: Database) -> None:
    first_verdicts.keep(queue, case.id, case.version, KIM, Verdict.CLEAR)
    with pytest.raises(DBAPIError, match="append-only"), database.write() as connection:
        connection.execute(text("UPDATE first_verdicts SET verdict = 'search'"))
