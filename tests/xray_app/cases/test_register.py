"""A scan becomes a case: once, durably, and not without a second look when it was seen before."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from xray_app.cases import register, tables
from xray_app.cases.contents import Contents
from xray_app.cases.database import Database
from xray_app.cases.errors import Full, KeyReused
from xray_app.cases.pace import Pace
from xray_app.cases.register import NewView, Registered, Submission
from xray_app.cases.rules import Rules
from xray_app.cases.states import Kind, Level, State, Target

Submit = Callable[..., Registered]


def count(database: Database, name: str) -> int:
    with database.read() as connection:
        table = tables.metadata.tables[name]
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_a_scan_is_kept_with_its_content(submit: Submit, contents: Contents) -> None:
    kept = submit(b"scan", container="CSQU3054383")
    assert kept.new
    assert (kept.case.state, kept.case.container) == (State.RECEIVED, "CSQU3054383")
    assert [p.read_bytes() for p in contents.folder.glob("??/*")] == [b"scan"]
    assert list(contents.incoming.iterdir()) == []


def test_the_same_content_under_the_same_identity_is_the_same_case(submit: Submit) -> None:
    first, second = (submit(b"scan", container="CSQU3054383", lane=lane) for lane in "12")
    assert (second.new, second.case.id) == (False, first.case.id)


def test_the_same_content_under_another_identity_is_flagged_linked_and_for_a_supervisor(
    submit: Submit, database: Database
) -> None:
    first = submit(b"scan", consignment="A").case
    second = submit(b"scan", consignment="B").case
    assert first.id != second.id
    assert second.flags == (f"the same picture came before, as case {first.id}",)
    assert (first.level, second.level) == (Level.SCREENING, Level.SUPERVISOR)
    with database.read() as connection:
        (link,) = connection.execute(select(tables.links)).all()
    assert (link.case_id, link.other_id, link.why) == (second.id, first.id, "same content")


def test_however_often_a_picture_comes_it_is_linked_to_the_first_and_the_flag_counts(
    submit: Submit, database: Database, clock: Any
) -> None:
    cases = []
    for consignment in "ABCD":
        cases.append(submit(b"scan", consignment=consignment).case)
        clock.move(seconds=1)
    first, last = cases[0].id, cases[-1]
    assert last.flags == (f"the same picture came 3 times before, first as case {first}",)
    with database.read() as connection:
        links = connection.execute(select(tables.links.c.other_id)).scalars().all()
    assert links == [first] * 3


def test_a_picture_of_another_kind_is_not_the_same_picture(submit: Submit) -> None:
    submit(b"scan", consignment="A", kind=Kind.TEST)
    live = submit(b"scan", consignment="B").case
    assert (live.flags, live.level) == ((), Level.SCREENING)


def test_one_re_used_view_among_several_is_found_too(
    submit: Submit, contents: Contents, database: Database, clock: Any
) -> None:
    first = submit(b"top", consignment="A").case
    files = [contents.stage(data, "x.png", 99) for data in (b"side", b"top")]
    sent = Submission(tuple(NewView(f, "x.png") for f in files), "scanner 1", consignment="B")
    case = register.register(database, contents, sent, clock(), Rules()).case
    assert first.id in case.flags[0]


def test_a_repeated_request_gets_the_same_case(submit: Submit, database: Database) -> None:
    cases = {submit(b"scan", request_key="k1").case.id for _ in range(3)}
    assert len(cases) == 1
    assert count(database, "requests") == 1


@pytest.mark.parametrize("changed", [{"content": b"other"}, {"consignment": "B"}])
def test_a_request_key_with_another_body_is_refused(
    submit: Submit, contents: Contents, changed: dict[str, Any]
) -> None:
    submit(**{"content": b"scan", "consignment": "A", "request_key": "k1"})
    with pytest.raises(KeyReused, match="'k1' was used before for another scan"):
        submit(**{"content": b"scan", "consignment": "A", "request_key": "k1"} | changed)
    assert list(contents.incoming.iterdir()) == []


def test_request_keys_of_different_senders_do_not_meet(submit: Submit) -> None:
    submit(b"one", request_key="k1", submitted_by="scanner 1")
    assert submit(b"two", request_key="k1", submitted_by="scanner 2").new


def test_when_too_much_waits_nothing_is_half_kept(
    submit: Submit, contents: Contents, database: Database
) -> None:
    rules = replace(Rules(), max_waiting=2)
    submit(b"1", rules=rules)
    submit(b"2", rules=rules)
    with pytest.raises(Full, match="2 scans wait") as full:
        submit(b"3", rules=rules)
    assert full.value.retry_after_s > 0
    assert (count(database, "cases"), count(database, "contents")) == (2, 2)
    assert len(list(contents.folder.glob("??/*"))) == 2
    assert not submit(b"1", rules=rules).new  # what is here already needs no room


def test_a_slow_inspection_has_a_shorter_line(
    submit: Submit, contents: Contents, database: Database
) -> None:
    pace = Pace(processes=1)
    rules = replace(Rules(), longest_wait=timedelta(seconds=30), pace=pace)
    for _ in range(3):
        pace.add(10.0)
    for n in range(4):  # three say too little
        submit(bytes([n]), rules=rules)
    pace.add(10.0)
    with pytest.raises(Full, match="4 scans wait"):
        submit(b"more", rules=rules)
    assert rules.room() == 3
    for _ in range(40):
        pace.add(0.1)
    assert rules.room() == rules.max_waiting  # never more than was chosen
    submit(b"more", rules=rules)
    assert Pace(2).holds(30) is None


def test_only_live_cases_are_told_of_outside(
    inspected: Callable[..., Any], database: Database
) -> None:
    for kind in Kind:
        inspected(kind=kind, rules=Rules(tells=frozenset({Target.WEBHOOK})))
    with database.read() as connection:
        told = connection.execute(select(tables.outbox.c.case_id)).scalars().all()
        live = select(tables.cases.c.id).where(tables.cases.c.kind == Kind.LIVE)
        assert told == [connection.execute(live).scalar_one()]


def test_a_failed_transaction_leaves_nothing_behind(
    submit: Submit, contents: Contents, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(register.audit, "append", broken)
    with pytest.raises(OSError, match="No space"):
        submit(b"scan")
    assert count(database, "cases") == 0
    assert list(contents.incoming.iterdir()) == []
