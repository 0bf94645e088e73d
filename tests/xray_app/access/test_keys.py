"""API keys: shown once, scoped, revocable."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from xray_app.access.errors import AccessError, NotSignedIn
from xray_app.access.keys import Keys
from xray_app.access.roles import Right
from xray_app.cases import tables
from xray_app.cases.database import Database


@pytest.fixture
def keys(database: Database, clock: Any) -> Keys:
    return Keys(database, clock)


def test_a_key_gives_its_scopes_and_no_more(keys: Keys) -> None:
    actor = keys.holder(keys.make("boss", "gate 1", [Right.SUBMIT, Right.READ_OWN]))
    assert actor.name == "key gate 1"
    assert actor.rights == {Right.SUBMIT, Right.READ_OWN}


@pytest.mark.parametrize("scopes", [[], [Right.WORK], [Right.SUBMIT, Right.MANAGE]])
def test_no_key_decides_manages_or_does_nothing(keys: Keys, scopes: list[Right]) -> None:
    with pytest.raises(AccessError):
        keys.make("boss", "gate 1", scopes)


def test_a_revoked_key_and_one_that_has_ended_are_worthless(keys: Keys, clock: Any) -> None:
    revoked = keys.make("boss", "gate 1", [Right.SUBMIT])
    ended = keys.make("boss", "gate 2", [Right.SUBMIT], clock() + timedelta(days=1))
    keys.revoke("boss", revoked.split("_")[1])
    clock.move(days=1)
    for key in (revoked, ended):
        with pytest.raises(NotSignedIn):
            keys.holder(key)
    with pytest.raises(AccessError, match="still good"):
        keys.revoke("boss", revoked.split("_")[1])


def test_no_two_good_keys_have_one_name_for_they_would_be_one_sender(
    keys: Keys, clock: Any
) -> None:
    first = keys.make("boss", "gate 1", [Right.SUBMIT], clock() + timedelta(days=1))
    key_id = first.split("_")[1]
    with pytest.raises(AccessError, match=f"the key {key_id} has the name gate 1 already.*revoke"):
        keys.make("boss", "gate 1", [Right.SUBMIT])
    keys.make("boss", "gate 2", [Right.SUBMIT])
    clock.move(days=1)
    second = keys.make("boss", "gate 1", [Right.SUBMIT])  # the first has ended
    keys.revoke("boss", second.split("_")[1])
    third = keys.make("boss", "gate 1", [Right.SUBMIT])
    assert keys.holder(third).name == "key gate 1"
    assert len(keys.list()) == 4


def test_a_key_with_a_changed_letter_is_nobodys(keys: Keys) -> None:
    key = keys.make("boss", "gate 1", [Right.SUBMIT])
    other = key[:-1] + ("a" if key[-1] != "a" else "b")
    for bad in (other, key[2:], "", "xk__", f"xk_{key.split('_')[1]}_", key.replace("xk", "yk")):
        with pytest.raises(NotSignedIn):
            keys.holder(bad)


def test_the_secret_is_kept_nowhere(keys: Keys, database: Database) -> None:
    secret = keys.make("boss", "gate 1", [Right.SUBMIT]).split("_", 2)[2]
    with database.read() as connection:
        kept = [connection.execute(select(t)).all() for t in tables.metadata.sorted_tables]
    assert secret not in str(kept)
