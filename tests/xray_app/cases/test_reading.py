"""What is read beside a case."""

from collections.abc import Callable
from typing import Any

from xray_app.cases import reading
from xray_app.cases.case import Case
from xray_app.cases.contents import Contents
from xray_app.cases.database import Database
from xray_app.cases.decisions import Decision, decide
from xray_app.cases.queue import Queue
from xray_app.cases.rules import Officer
from xray_app.cases.searches import SearchResult, record_search
from xray_app.cases.states import Kind, Verdict


def test_earlier_cases_of_the_same_consignee_newest_first_with_what_was_found(
    queue: Queue, inspected: Callable[..., Case], contents: Contents, database: Database, clock: Any
) -> None:
    kim = Officer("kim")
    inspected(declaration={"consignee": "Acme  Trading"})
    first = queue.take(kim)
    assert first is not None
    after = decide(queue, first.id, first.version, kim, Decision(Verdict.SEARCH, "odd"))
    record_search(queue, contents, after.id, after.version, "lee", SearchResult(True, ("gun",)))
    clock.move(hours=1)
    second = inspected(declaration={"consignee": "ACME Trading"})
    inspected(declaration={"consignee": "Another"})
    inspected(declaration={"consignee": "acme trading"}, kind=Kind.TEST)
    clock.move(hours=1)
    newest = inspected(declaration={"consignee": " acme trading "})
    with database.read() as connection:
        before = reading.earlier(connection, newest)
        assert reading.earlier(connection, first) == []
    assert [(one.case.id, one.found) for one in before] == [(second.id, ()), (first.id, ("gun",))]


def test_a_case_without_a_consignee_has_no_history(
    inspected: Callable[..., Case], database: Database
) -> None:
    inspected()
    with database.read() as connection:
        assert reading.earlier(connection, inspected()) == []
