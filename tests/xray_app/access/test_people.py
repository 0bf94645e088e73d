"""People sign in, are locked out, and leave no secret behind."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

import xray_app
from xray_app.access.errors import AccessError, NotSignedIn
from xray_app.access.passwords import Passwords
from xray_app.access.people import OURS, People
from xray_app.access.roles import Right, Role
from xray_app.cases import tables
from xray_app.cases.database import Database

GOOD = "correct horse battery"
ACTORS = {"ACTOR", "BY", "CLOCKWORK", "COMMAND_LINE", "FIRST_RUN", "MACHINE", "SENDER", "SIGN_IN"}


@pytest.fixture
def people(database: Database, clock: Any, quick_passwords: Passwords) -> People:
    people = People(database, clock, quick_passwords)
    people.add("test", "kim", GOOD, Role.SCREENER)
    return people


def test_whoever_signs_in_is_known_by_the_sessions_token(people: People) -> None:
    actor = people.signed_in(people.sign_in("kim", GOOD))
    assert (actor.name, actor.role) == ("kim", Role.SCREENER)
    assert Right.WORK in actor.rights


def test_a_session_ends_by_signing_out_by_idling_and_by_its_age(people: People, clock: Any) -> None:
    out, idle, old = (people.sign_in("kim", GOOD) for _ in range(3))
    people.sign_out(out)
    with pytest.raises(NotSignedIn):
        people.signed_in(out)
    for _ in range(25):
        clock.move(minutes=29)
        if _ < 24:
            people.signed_in(old)
    with pytest.raises(NotSignedIn):
        people.signed_in(idle)
    with pytest.raises(NotSignedIn):
        people.signed_in(old)


def test_a_page_that_nobody_touches_does_not_use_its_session(people: People, clock: Any) -> None:
    token = people.sign_in("kim", GOOD)
    clock.move(minutes=29)
    people.signed_in(token, by_themselves=False)
    clock.move(minutes=1)
    with pytest.raises(NotSignedIn):
        people.signed_in(token)


def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour(people: People, clock: Any) -> None:
    for _ in range(5):
        with pytest.raises(NotSignedIn):
            people.sign_in("kim", "wrong password!")
    with pytest.raises(NotSignedIn):
        people.sign_in("kim", GOOD)
    clock.move(minutes=15)
    people.sign_in("kim", GOOD)


def test_neither_lock_nor_session_outlasts_a_clock_that_is_set_back(
    people: People, clock: Any
) -> None:
    clock.move(days=365)
    session = people.sign_in("kim", GOOD)
    for _ in range(5):
        with pytest.raises(NotSignedIn):
            people.sign_in("kim", "wrong password!")
    clock.move(days=-365)
    with pytest.raises(NotSignedIn):
        people.signed_in(session)
    people.sign_in("kim", GOOD)
    clock.move(days=365)
    with pytest.raises(NotSignedIn):
        people.signed_in(session)


def test_the_answer_does_not_say_whether_there_is_such_a_person(people: People) -> None:
    said = set()
    for name in ("kim", "nobody"):
        with pytest.raises(NotSignedIn) as refused:
            people.sign_in(name, "wrong password!")
        said.add(str(refused.value))
    assert len(said) == 1


def test_whoever_is_switched_off_is_out_at_once(people: People) -> None:
    token = people.sign_in("kim", GOOD)
    people.switch("boss", "kim", False)
    with pytest.raises(NotSignedIn):
        people.signed_in(token)
    with pytest.raises(NotSignedIn):
        people.sign_in("kim", GOOD)


def test_another_role_or_password_ends_the_sessions(people: People) -> None:
    token = people.sign_in("kim", GOOD)
    people.set_role("boss", "kim", Role.SUPERVISOR)
    with pytest.raises(NotSignedIn):
        people.signed_in(token)
    people.set_password("boss", "kim", GOOD + " staple")
    with pytest.raises(NotSignedIn):
        people.sign_in("kim", GOOD)
    assert people.signed_in(people.sign_in("kim", GOOD + " staple")).role is Role.SUPERVISOR


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "my name is Kim!", "x" * 300])
def test_passwords_that_are_easy_to_guess_are_refused(people: People, password: str) -> None:
    with pytest.raises(AccessError, match="password"):
        people.set_password("boss", "kim", password)


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "kim", "key door", "a\nb", "x" * 201),
        *("machine", "Clock", "watched  folder", "dicos GATE1", "key", "command line"),
        "Demo",
    ],
)
def test_names_that_are_taken_or_cannot_be_are_refused(people: People, name: str) -> None:
    with pytest.raises(AccessError):
        people.add("boss", name, GOOD, Role.SCREENER)


def trees() -> Iterator[ast.Module]:
    for file in Path(xray_app.__file__).parent.rglob("*.py"):
        yield ast.parse(file.read_text(encoding="utf-8"))


def ours() -> set[str]:
    """What the constants are that name an actor, wherever they stand."""
    found = set()
    for tree in trees():
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                names = {one.id for one in node.targets if isinstance(one, ast.Name)}
                found |= {str(node.value.value)} if names & ACTORS else set()
    return found


def test_nobody_is_called_what_an_actor_of_ours_is() -> None:
    """Whoever were, would be taken for the machine, the clock or a sender in the audit chain."""
    assert ours() == set(OURS)


def test_no_entry_is_written_by_an_actor_that_is_no_such_constant() -> None:
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.append":
                actor = node.args[2]
                assert not isinstance(actor, ast.Constant), ast.unparse(node)
                assert not isinstance(actor, ast.Name) or actor.id.islower() or actor.id in ACTORS


def test_whoever_was_called_so_before_it_was_ours_gets_another_password(
    people: People, database: Database
) -> None:
    with database.write() as connection:
        connection.execute(update(tables.users).values(name="Clock"))
    people.set_password("boss", "Clock", GOOD + " staple")
    assert people.signed_in(people.sign_in("Clock", GOOD + " staple")).name == "Clock"


def test_an_empty_house_invites_its_first_manager_once(
    database: Database, clock: Any, quick_passwords: Passwords
) -> None:
    people = People(database, clock, quick_passwords)
    lost, secret = people.invite_first(), people.invite_first()
    assert lost is not None
    assert secret is not None
    for bad in (lost, "guessed"):
        with pytest.raises(AccessError, match="link"):
            people.accept(bad, "boss", GOOD)
    people.accept(secret, "boss", GOOD)
    assert people.names()[0]["role"] == Role.MANAGER
    with pytest.raises(AccessError, match="link"):
        people.accept(secret, "second", GOOD)
    assert people.invite_first() is None


def test_an_invitation_is_too_old_after_an_hour(
    database: Database, clock: Any, quick_passwords: Passwords
) -> None:
    people = People(database, clock, quick_passwords)
    secret = people.invite_first()
    clock.move(hours=1)
    with pytest.raises(AccessError, match="too old"):
        people.accept(str(secret), "boss", GOOD)


def test_no_table_holds_a_password_or_a_token(people: People, database: Database) -> None:
    token = people.sign_in("kim", GOOD)
    people.set_password("boss", "kim", GOOD + " staple")
    with database.read() as connection:
        kept = [connection.execute(select(t)).all() for t in tables.metadata.sorted_tables]
        chain = str(connection.execute(select(tables.audit)).all())
    assert GOOD not in str(kept)
    assert token not in str(kept)
    assert "argon2" not in chain
