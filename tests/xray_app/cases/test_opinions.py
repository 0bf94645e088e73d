"""Opinions on findings, and drawn boxes: the newest stands, nothing is lost, only holders write."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from xray_app.cases import audit, integrity
from xray_app.cases.case import Case
from xray_app.cases.database import Database
from xray_app.cases.decisions import Decision, correct, decide, decisions_of
from xray_app.cases.errors import Conflict, Refused
from xray_app.cases.opinions import (
    Opinion,
    decided_boxes,
    drawn_on,
    labels_for,
    opinions_of,
    say,
    standing,
)
from xray_app.cases.queue import Queue
from xray_app.cases.rules import Officer
from xray_app.cases.states import Level, Says, Verdict

KIM, LEE, BOSS = Officer("kim"), Officer("lee"), Officer("boss", Level.SUPERVISOR)
CONFIRMED = Opinion(0, Says.CONFIRMED, finding=1)
REJECTED = Opinion(0, Says.REJECTED, finding=1)
A, B = "a" * 32, "b" * 32
DRAWN = Opinion(0, Says.DRAWN, drawn=A, label="knife", xyxy_px=(1, 2, 5, 6))


def stands(database: Database, case: Case) -> list[tuple[str, str, list[float]]]:
    with database.read() as connection:
        rows = standing(connection, case.id)
    return [(row["says"], row["label"], json.loads(row["xyxy_px"])) for row in rows]


def test_a_finding_is_confirmed_rejected_called_otherwise_and_left_alone_again(
    queue: Queue, case: Case, database: Database
) -> None:
    told = (case.id, case.version, KIM)
    say(queue, *told, CONFIRMED)
    assert stands(database, case) == [("confirmed", "gun", [1, 2, 3, 4])]
    say(queue, *told, REJECTED)
    assert stands(database, case) == [("rejected", "gun", [1, 2, 3, 4])]
    say(queue, *told, Opinion(0, Says.CONFIRMED, finding=1, label="lighter"))
    assert stands(database, case) == [("confirmed", "lighter", [1, 2, 3, 4])]
    say(queue, *told, Opinion(0, Says.WITHDRAWN, finding=1))
    assert stands(database, case) == []
    with database.read() as connection:
        said = [row["says"] for row in opinions_of(connection, case.id)]
        entries = [e for e in audit.of(connection, case.id) if e.action == "marked"]
        assert integrity.verify(connection).problem is None
    assert said == ["confirmed", "rejected", "confirmed", "withdrawn"]
    assert len(entries) == 4
    assert "lighter" not in "".join(entry.body for entry in entries)


def test_a_drawn_box_is_moved_called_otherwise_taken_back_and_put_back(
    queue: Queue, case: Case, database: Database
) -> None:
    told = (case.id, case.version, KIM)
    say(queue, *told, DRAWN)
    say(queue, *told, Opinion(0, Says.DRAWN, drawn=B, label="axe", xyxy_px=(0, 0, 10, 10)))
    say(queue, *told, Opinion(0, Says.DRAWN, drawn=A, label="saw"))
    say(queue, *told, Opinion(0, Says.DRAWN, drawn=A, xyxy_px=(1, 2, 5.04, 7)))
    saw = ("drawn", "saw", [1, 2, 5, 7])
    axe = ("drawn", "axe", [0, 0, 10, 10])
    assert stands(database, case) == [saw, axe]
    say(queue, *told, Opinion(0, Says.WITHDRAWN, drawn=A))
    assert stands(database, case) == [axe]
    say(queue, *told, Opinion(0, Says.DRAWN, drawn=A))
    assert stands(database, case) == [saw, axe]


def test_a_box_that_is_taken_away_keeps_its_place_among_those_that_were_drawn(
    queue: Queue, case: Case, database: Database
) -> None:
    told = (case.id, case.version, KIM)
    say(queue, *told, DRAWN)
    say(queue, *told, Opinion(0, Says.WITHDRAWN, drawn=A))
    say(queue, *told, Opinion(0, Says.DRAWN, drawn=B, label="axe", xyxy_px=(0, 0, 10, 10)))
    with database.read() as connection:
        assert [row["drawn"] for row in standing(connection, case.id)] == [B]
        assert drawn_on(connection, case.id) == [A, B]


def test_what_is_said_twice_is_kept_once_and_is_a_sign_of_life(
    queue: Queue, case: Case, database: Database, clock: Callable[..., None]
) -> None:
    say(queue, case.id, case.version, KIM, DRAWN)
    for _ in range(3):  # over the lease of five minutes, but for the signs of life
        clock.move(minutes=3)  # type: ignore[attr-defined]
        say(queue, case.id, case.version, KIM, DRAWN)
    with database.read() as connection:
        assert len(opinions_of(connection, case.id)) == 1


def test_only_the_holder_writes_and_only_while_they_hold_it(queue: Queue, case: Case) -> None:
    for officer in (LEE, BOSS):
        with pytest.raises(Conflict, match="take it first"):
            say(queue, case.id, case.version, officer, CONFIRMED)
    with pytest.raises(Conflict, match="has changed"):
        say(queue, case.id, case.version - 1, KIM, CONFIRMED)
    after = decide(queue, case.id, case.version, KIM, Decision(Verdict.CLEAR))
    with pytest.raises(Conflict):
        say(queue, case.id, after.version, KIM, CONFIRMED)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (Opinion(0, Says.CONFIRMED, finding=2), "no number 2"),
        (Opinion(1, Says.CONFIRMED, finding=1), "has 0 findings"),
        (Opinion(0, Says.DRAWN, finding=1, label="gun"), "a finding of the machine cannot be"),
        (Opinion(0, Says.REJECTED, drawn=A), "a drawn box cannot be rejected"),
        (Opinion(0, Says.CONFIRMED), "one finding or of one drawn box"),
        (Opinion(0, Says.CONFIRMED, finding=1, drawn=A), "one finding or of one drawn box"),
        (Opinion(3, Says.DRAWN, drawn=A, label="gun", xyxy_px=(1, 1, 2, 2)), "no view 3"),
        (Opinion(0, Says.DRAWN, drawn=A, label="gun"), "a label and its corners"),
        (Opinion(0, Says.DRAWN, drawn=A, xyxy_px=(1, 1, 2, 2)), "a label and its corners"),
        *(
            (Opinion(0, Says.DRAWN, drawn=A, label="gun", xyxy_px=box), "a box needs")
            for box in [
                *((-1, 0, 5, 5), (0, 0, 11, 5), (5, 5, 1, 9), (2, 2, 2.5, 9)),
                (0, 0, float("nan"), 5),
            ]
        ),
    ],
)
def test_what_cannot_be_is_refused(queue: Queue, case: Case, said: Opinion, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        say(queue, case.id, case.version, KIM, said)


def test_another_officer_sees_what_stands_and_may_say_otherwise(
    queue: Queue, case: Case, database: Database
) -> None:
    say(queue, case.id, case.version, KIM, CONFIRMED)
    queue.escalate(case.id, case.version, KIM, "I am not sure")
    taken = queue.take(BOSS)
    assert taken is not None
    (row,) = say(queue, taken.id, taken.version, BOSS, CONFIRMED)
    assert row["said_by"] == "boss"  # the same words of another are an opinion of their own
    with database.read() as connection:
        assert [o["said_by"] for o in opinions_of(connection, case.id)] == ["kim", "boss"]


def test_a_decision_rests_on_what_was_confirmed_and_drawn_before_it_and_not_on_the_rest(
    queue: Queue, case: Case, database: Database
) -> None:
    told = (case.id, case.version, KIM)
    mark = {"label": "wrench", "xyxy_px": [1, 1, 2, 2], "view": 0}
    say(queue, *told, Opinion(0, Says.CONFIRMED, finding=1, label="lighter"))
    say(queue, *told, DRAWN)
    say(queue, *told, Opinion(0, Says.DRAWN, drawn=B, label="axe", xyxy_px=(0, 0, 10, 10)))
    say(queue, *told, Opinion(0, Says.WITHDRAWN, drawn=B))
    after = decide(queue, *told, Decision(Verdict.SEARCH, "odd", (mark,)))
    correct(queue, case.id, after.version, BOSS, Decision(Verdict.CLEAR, "an empty tin"))
    with database.read() as connection:
        first, second = (decided_boxes(connection, d) for d in decisions_of(connection, case.id))
    assert [(box["label"], box["xyxy_px"]) for box in first] == [
        *(("wrench", [1, 1, 2, 2]), ("lighter", [1, 2, 3, 4]), ("knife", [1, 2, 5, 6]))
    ]
    assert second == []


def test_a_rejected_finding_is_no_box_of_the_decision(
    queue: Queue, case: Case, database: Database
) -> None:
    say(queue, case.id, case.version, KIM, REJECTED)
    decide(queue, case.id, case.version, KIM, Decision(Verdict.CLEAR))
    with database.read() as connection:
        (decision,) = decisions_of(connection, case.id)
        assert decided_boxes(connection, decision) == []


def test_labels_begin_with_those_of_the_machines_kind(case: Case, database: Database) -> None:
    with database.read() as connection:
        labels = labels_for(connection, case.id)
    assert labels[:3] == ["gun", "gun_part", "bullet"]
    assert len(set(labels)) == len(labels)
    assert "vehicle" in labels


def test_the_database_itself_refuses_to_change_an_opinion(
    queue: Queue, case: Case, database: Database
) -> None:
    say(queue, case.id, case.version, KIM, CONFIRMED)
    for act in ("UPDATE opinions SET says = 'rejected'", "DELETE FROM opinions"):
        with pytest.raises(DBAPIError, match="append-only"), database.write() as connection:
            connection.execute(text(act))
