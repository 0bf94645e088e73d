"""Profiles that managers put in force: kept for good, for one model file, in the audit chain."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from xray.card import Card
from xray.errors import ModelError
from xray.profile import Profile
from xray_app.cases import audit, integrity, profiles
from xray_app.cases.database import Database
from xray_app.cases.errors import Conflict, Refused

GATE = Profile(name="gate 1", thresholds={"gun": 0.5})
Put = Callable[..., None]


@pytest.fixture
def card(standin_card: Card) -> Card:
    return replace(standin_card, sha256="ab" * 32)


@pytest.fixture
def put(database: Database, clock: Callable[[], datetime], card: Card) -> Put:
    """What a manager does who has seen what stands."""

    def put(
        profile: Profile | None = GATE, reason: str = "too many alarms", of: Card = card
    ) -> None:
        with database.read() as connection:
            seen = profiles.standing(connection, of).number
        profiles.put(database, clock(), "boss", of, profile, reason, seen)

    return put


def standing(database: Database, card: Card) -> profiles.Standing:
    with database.read() as connection:
        return profiles.standing(connection, card)


def test_the_cards_own_is_in_force_until_somebody_puts_another(
    database: Database, card: Card, put: Put
) -> None:
    assert standing(database, card) == profiles.Standing(card.profile, None, None)
    put()
    now = standing(database, card)
    assert (now.profile, now.is_cards, now.passed_over) == (GATE, False, None)
    assert now.row is not None
    assert (now.row["set_by"], now.row["reason"]) == ("boss", "too many alarms")
    with database.read() as connection:
        assert profiles.in_force(connection) == {card.sha256: GATE.to_dict()}
    put(None, "the season is over")
    assert (standing(database, card).profile, standing(database, card).is_cards) == (
        card.profile,
        True,
    )
    with database.read() as connection:
        assert profiles.in_force(connection) == {}
        assert [row["name"] for row in profiles.history(connection)] == ["default", "gate 1"]


def test_the_chain_says_who_changed_which_value_from_what_to_what(
    database: Database, put: Put
) -> None:
    put(replace(GATE, alarming=GATE.alarming - {"knife"}, max_opaque_share=0.2))
    with database.read() as connection:
        (entry,) = audit.of(connection, "standin@1")
        assert integrity.verify(connection) == audit.Verified(1)
    body = json.loads(entry.body)
    assert (entry.actor, entry.action, body["profile"]) == ("boss", "profile put in force", 1)
    assert body["changes"] == [
        ["threshold", "gun", 0.3, 0.5],
        ["alarming", "knife", True, False],
        ["max_opaque_share", "", 0.045, 0.2],
    ]
    assert "too many" not in entry.body  # what people write stands there as its hash


def test_a_profile_counts_for_the_model_file_that_it_was_made_for_alone(
    database: Database, card: Card, put: Put
) -> None:
    put()
    newer = replace(card, version="2", sha256="cd" * 32)
    now = standing(database, newer)
    assert (now.profile, now.row) == (newer.profile, None)
    assert now.passed_over is not None
    assert now.passed_over["name"] == "gate 1"
    put(None, "looked at", newer)
    assert standing(database, newer).passed_over is None
    assert standing(database, card).profile == GATE  # the model that was rolled back to


def test_what_would_change_nothing_or_is_not_explained_is_refused(put: Put) -> None:
    with pytest.raises(Refused, match="say why"):
        put(reason="  ")
    with pytest.raises(Refused, match="choose another"):
        put(replace(GATE, name="default"))
    for name in ("", " ", "a\nb", "x" * 61):
        with pytest.raises(Refused, match="a name of 1 to 60 letters"):
            put(replace(GATE, name=name))
    with pytest.raises(Refused, match="nothing would change"):
        put(Profile(name="the same"))
    with pytest.raises(Refused, match="nothing would change"):
        put(None)
    with pytest.raises(ModelError, match="did you mean knife"):
        put(replace(GATE, alarming=frozenset({"knive"})))


def test_of_two_managers_at_once_the_second_is_told(
    database: Database, clock: Callable[[], datetime], card: Card, put: Put
) -> None:
    put()
    with pytest.raises(Conflict, match="somebody else"):
        profiles.put(database, clock(), "lee", card, None, "as before", seen=0)


def without_triggers(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        for act in ("update", "delete"):
            connection.execute(text(f"DROP TRIGGER profiles_no_{act}"))
    else:
        connection.execute(text("SET LOCAL session_replication_role = replica"))


def test_the_database_refuses_to_change_it_and_a_changed_row_is_found(
    database: Database, put: Put
) -> None:
    put()
    for act in ("UPDATE profiles SET body = NULL", "DELETE FROM profiles"):
        with pytest.raises(DBAPIError, match="append-only"), database.write() as connection:
            connection.execute(text(act))
    with database.write() as connection:
        without_triggers(connection)
        connection.execute(text("UPDATE profiles SET seq = 7"))
    with database.read() as connection:
        said = integrity.verify(connection).problem
    assert "entry 1 (profile put in force of standin@1, " in str(said)
    assert "a row of profiles of model standin@1 was changed" in str(said)


def test_what_lets_more_by_is_told_apart_from_what_stops_more() -> None:
    def lets_by(before: Profile, after: Profile) -> list[tuple[str, str]]:
        differ = profiles.changes(before, after, ["gun", "wrench"])
        return [(one.what, one.label) for one in differ if one.lets_by]

    gun = Profile(alarming=frozenset({"gun"}))
    assert lets_by(gun, gun.with_thresholds(gun=0.4)) == [("threshold", "gun")]
    assert lets_by(gun.with_thresholds(gun=0.4), gun) == []
    assert lets_by(gun, gun.with_thresholds(wrench=0.9)) == []
    assert lets_by(gun, replace(gun, alarming=frozenset())) == [("alarming", "gun")]
    assert lets_by(gun, replace(gun, alarming=frozenset({"gun", "wrench"}))) == []
    wide = replace(gun, max_opaque_mm2=4000.0, max_opaque_share=0.02)
    assert lets_by(gun, wide) == [("max_opaque_mm2", "")]
