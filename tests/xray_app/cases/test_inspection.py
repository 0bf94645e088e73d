"""From received to an officer: whatever breaks off, no case is lost and none is cleared by it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from xray.report import Outcome
from xray_app.cases import audit, inspection, integrity, reading
from xray_app.cases.case import Case
from xray_app.cases.contents import Contents
from xray_app.cases.database import Database
from xray_app.cases.errors import Conflict
from xray_app.cases.inspection import Looked
from xray_app.cases.rules import Rules
from xray_app.cases.states import Disposition, Kind, Level, State

Inspected = Callable[..., Case]
MACHINE = replace(Rules(), clear_by_machine=True, human_share=0.1)
PIXELS = "a" * 64


def test_an_inspected_case_waits_for_an_officer(inspected: Inspected) -> None:
    case = inspected(outcome="ALARM", score=0.9)
    assert (case.state, case.outcome, case.score) == (State.WAITING, Outcome.ALARM, 0.9)


def test_by_default_the_machine_clears_nothing(inspected: Inspected) -> None:
    assert inspected(outcome="CLEAR", eligible=True).state is State.WAITING


@pytest.mark.parametrize(
    ("outcome", "eligible", "draw", "state"),
    [
        ("CLEAR", True, 0.5, State.CLOSED),
        ("CLEAR", True, 0.05, State.WAITING),  # drawn for an officer
        ("CLEAR", False, 0.5, State.WAITING),
        ("UNKNOWN", True, 0.5, State.WAITING),
        ("ALARM", True, 0.5, State.WAITING),
    ],
)
def test_the_machine_clears_only_what_calibration_makes_eligible_and_no_draw_takes(
    inspected: Inspected, outcome: str, eligible: bool, draw: float, state: State
) -> None:
    case = inspected(outcome, eligible=eligible, draw=draw, rules=MACHINE)
    assert case.state is state
    assert case.checks_machine == (draw < 0.1)
    closed = state is State.CLOSED
    assert case.disposition == (Disposition.CLEARED_BY_MACHINE if closed else None)


def test_a_re_used_picture_is_never_cleared_by_the_machine(inspected: Inspected) -> None:
    inspected(content=b"scan", consignment="A", rules=MACHINE)
    again = inspected("CLEAR", eligible=True, content=b"scan", consignment="B", rules=MACHINE)
    assert again.state is State.WAITING


def test_a_picture_that_was_written_anew_is_never_cleared_by_the_machine(
    inspected: Inspected, database: Database, clock: Any
) -> None:
    cases = []
    for name in "ABC":
        about = {"consignment": name, "pixels": PIXELS}
        cases.append(inspected("CLEAR", eligible=True, rules=MACHINE, **about))
        clock.move(seconds=1)
    first, _, last = cases
    assert first.disposition is Disposition.CLEARED_BY_MACHINE
    assert (last.state, last.level) == (State.WAITING, Level.SUPERVISOR)
    assert last.flags == (
        f"the same picture was inspected 2 times before, first as case {first.id}",
    )
    with database.read() as connection:
        assert reading.linked(connection, last.id) == [first.id]
        assert integrity.verify(connection).problem is None


@pytest.mark.parametrize(
    ("pixels", "about"),
    [
        (PIXELS, {"consignment": "A"}),
        (PIXELS, {"kind": Kind.DEMO}),
        (PIXELS, {"kind": Kind.TEST}),
        (None, {}),
        ("b" * 64, {"pixels": PIXELS}),
    ],
    ids=("its own identity", "a demo", "a test", "a blank", "another picture"),
)
def test_what_may_show_the_same_pixels_is_not_flagged(
    inspected: Inspected, pixels: str | None, about: dict[str, Any]
) -> None:
    inspected(consignment="A", pixels=pixels)
    again = inspected(**{"consignment": "B", "pixels": pixels} | about)
    assert (again.flags, again.level) == ((), Level.SCREENING)


@pytest.mark.parametrize("scanner", [None, "gate 1"])
def test_a_picture_that_was_written_anew_is_flagged_where_nobody_says_whose_it_is(
    inspected: Inspected, submit: Callable[..., Any], scanner: str | None
) -> None:
    first = inspected(content=b"scan", scanner=scanner, pixels=PIXELS)
    again = inspected(content=b"scan, written anew", scanner=scanner, pixels=PIXELS)
    assert (first.flags, first.level) == ((), Level.SCREENING)
    assert again.flags == (f"the same picture was inspected before, as case {first.id}",)
    assert again.level is Level.SUPERVISOR
    repeated = submit(content=b"scan", scanner=scanner)  # the very bytes: a sender who repeats
    assert (repeated.new, repeated.case.id) == (False, first.id)


def test_the_original_is_not_flagged_for_a_copy_that_was_inspected_before_it(
    submit: Callable[..., Any], database: Database, contents: Contents, clock: Any
) -> None:
    original = submit(content=b"scan", consignment="A").case
    clock.move(seconds=1)
    copy = submit(content=b"scan", consignment="B").case
    claimed = [inspection.claim(database, clock()) for _ in range(2)]
    same = [Looked(0, pixels_sha256=PIXELS, problem="the model is away")]
    flags = {}
    for case in reversed(claimed):
        assert case is not None
        args = (same, clock(), Rules(), lambda: 0.5)
        flags[case.id] = inspection.record(database, contents, case, *args).flags
    assert (len(flags[original.id]), len(flags[copy.id])) == (0, 1)


def test_a_file_that_came_before_is_not_flagged_for_its_pixels_too(inspected: Inspected) -> None:
    inspected(content=b"scan", consignment="A", pixels=PIXELS)
    assert len(inspected(content=b"scan", consignment="B", pixels=PIXELS).flags) == 1


def test_an_inspection_that_breaks_off_is_tried_again_and_then_left_to_an_officer(
    submit: Callable[..., Any], database: Database, clock: Any
) -> None:
    submit()
    for state in (State.RECEIVED, State.WAITING):
        case = inspection.claim(database, clock())
        assert case is not None
        after = inspection.give_back(database, case, clock(), Rules())
        assert after.state is state
    assert after.outcome is None
    assert "every try broke off" in str(after.problem)


def test_the_audit_chain_is_not_filled_with_tries_that_do_not_count(
    submit: Callable[..., Any], database: Database, clock: Any
) -> None:
    case = submit().case
    for _ in range(9):
        assert inspection.claim(database, clock()) is not None
        assert inspection.recover(database, clock(), Rules(), uncounted=frozenset({case.id})) == 1
    with database.read() as connection:
        assert [entry.action for entry in audit.of(connection, case.id)] == ["received"]
        assert integrity.verify(connection).problem is None


def test_what_was_in_inspection_when_the_service_died_goes_back(
    submit: Callable[..., Any], database: Database, clock: Any
) -> None:
    submit()
    claimed = inspection.claim(database, clock())
    assert inspection.claim(database, clock()) is None
    assert inspection.recover(database, clock(), Rules()) == 1
    again = inspection.claim(database, clock())
    assert claimed is not None
    assert again is not None
    assert again.id == claimed.id


def test_a_result_that_comes_after_the_case_was_given_back_is_dropped(
    submit: Callable[..., Any], database: Database, contents: Contents, clock: Any
) -> None:
    submit()
    claimed = inspection.claim(database, clock())
    assert claimed is not None
    inspection.recover(database, clock(), Rules())
    with pytest.raises(Conflict):
        inspection.record(database, contents, claimed, [], clock(), Rules(), lambda: 0.5)


def test_a_view_that_could_not_be_read_keeps_the_case_from_being_clear(
    submit: Callable[..., Any], database: Database, contents: Contents, clock: Any
) -> None:
    submit()
    case = inspection.claim(database, clock())
    assert case is not None
    looked = [Looked(0, problem="expected a picture, found text")]
    after = inspection.record(database, contents, case, looked, clock(), MACHINE, lambda: 0.5)
    assert (after.state, after.outcome) == (State.WAITING, None)
    assert after.problem == "expected a picture, found text"
