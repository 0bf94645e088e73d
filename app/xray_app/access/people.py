"""People: made, signed in, locked out for a while after wrong passwords, switched off."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from xray_app.access.errors import AccessError, NotSignedIn
from xray_app.access.passwords import Passwords, fingerprint, new_secret
from xray_app.access.roles import RIGHTS, Actor, Role
from xray_app.cases import audit, tables
from xray_app.cases.database import Database

MOST_FAILURES = 5
LOCKED = timedelta(minutes=15)
IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=12)  # of a session
INVITED = timedelta(hours=1)
SEEN_EVERY = timedelta(minutes=1)  # a session's last use is written down no more often
OUTSIDE = "!"  # in place of a password's hash, which it cannot be
SIGN_IN = "sign-in"  # an actor in the audit chain
FIRST_RUN = "first run"  # likewise
OURS = (  # such actors, which nobody is
    *("machine", "clock", "retention", "outbox", "clearance system", "watched folder"),
    *(SIGN_IN, "command line", FIRST_RUN, "demo"),
)
OURS_BEGIN = ("key ", "dicos ")
WRONG = "the name or the password is wrong, or too many were wrong in a row; try again later"


@dataclass(frozen=True)
class People:
    """The people of one installation.

    Attributes:
        database: where they are kept.
        clock: says the moment, UTC.
        passwords: hashes and checks them.
    """

    database: Database
    clock: Callable[[], datetime]
    passwords: Passwords

    def add(self, by: str, name: str, password: str, role: Role) -> None:
        """Make a person.

        Raises:
            AccessError: the name is taken or empty, or the password too easy to guess.
        """
        kept = self.passwords.hash(_checked(name), password)
        with self.database.write() as connection:
            self._insert(connection, by, name, kept, role)

    def add_outside(self, by: str, name: str, role: Role) -> None:
        """Make a person whom the sign-in provider vouches for; they have no password here.

        Raises:
            AccessError: the name is taken or empty.
        """
        with self.database.write() as connection:
            self._insert(connection, by, _checked(name), OUTSIDE, role)

    def sign_in_outside(self, name: str) -> str:
        """A session's token, for somebody whom the provider vouched for.

        Raises:
            NotSignedIn: nobody was made by that name to come from outside, or is switched off.
        """
        with self.database.write() as connection:
            person = _find(connection, name)
            if person is None or person["password"] != OUTSIDE or not person["active"]:
                raise NotSignedIn("you are not known here; a manager makes people's accounts")
            return self._begin(connection, name, self.clock())

    def names(self) -> list[RowMapping]:
        """Everybody, without what is kept of their passwords."""
        columns = [c for c in tables.users.c if c.name != "password"]
        with self.database.read() as connection:
            rows = connection.execute(select(*columns).order_by(tables.users.c.name))
            return list(rows.mappings())

    def set_role(self, by: str, name: str, role: Role) -> None:
        """Give another role. Ends their sessions.

        Raises:
            AccessError: there is no such person.
        """
        self._change(by, name, "role changed", {"role": role}, role=role)

    def switch(self, by: str, name: str, active: bool) -> None:
        """Switch somebody off, or on again. Ends their sessions.

        Raises:
            AccessError: there is no such person.
        """
        self._change(by, name, "switched", {"active": active}, active=active)

    def set_password(self, by: str, name: str, password: str) -> None:
        """Give another password. Ends their sessions and a lock.

        Raises:
            AccessError: there is no such person, or it is too easy to guess.
        """
        kept = self.passwords.hash(name, password)  # an older version may have allowed the name
        fresh = {"password": kept, "failures": 0, "locked_until": None}
        self._change(by, name, "password changed", {}, **fresh)

    def sign_in(self, name: str, password: str, peer: str = "") -> str:
        """A session's token, where name and password hold; `peer`: the address that asks.

        Raises:
            NotSignedIn: they do not, or the person is locked out or switched off.
        """
        with self.database.read() as connection:
            person = _find(connection, name)
        fits = self.passwords.fits(person["password"] if person else None, password, peer)
        with self.database.write() as connection:
            now, person = self.clock(), _find(connection, name)
            if person is None or locked(person, now):
                raise NotSignedIn(WRONG)
            if fits and person["active"]:
                return self._begin(connection, name, now)
            self._count_failure(connection, person, now)
        raise NotSignedIn(WRONG)

    def signed_in(self, token: str, by_themselves: bool = True) -> Actor:
        """Whose session this is.

        Args:
            token: the session's.
            by_themselves: they ask, and not a page that nobody touches: that is no use of it.

        Raises:
            NotSignedIn: nobody's, or it has ended.
        """
        table, now = tables.sessions, self.clock()
        mine = table.c.token_sha256 == fingerprint(token)
        with self.database.read() as connection:
            row = connection.execute(select(table).where(mine)).mappings().one_or_none()
            person = _find(connection, row["user_name"]) if row else None
        over = row is None or _is_over(row, now)
        if row is None or over or person is None or not person["active"]:
            raise NotSignedIn("the session has ended; sign in again")
        if by_themselves and now - row["seen_at"] >= SEEN_EVERY:
            with self.database.write() as connection:
                connection.execute(update(table).where(mine).values(seen_at=now))
        role = Role(person["role"])
        return Actor(person["name"], RIGHTS[role], role)

    def sign_out(self, token: str) -> None:
        """End a session."""
        table = tables.sessions
        with self.database.write() as connection:
            connection.execute(delete(table).where(table.c.token_sha256 == fingerprint(token)))

    def invite_first(self) -> str | None:
        """The secret of a link that makes the first manager; None where there are people."""
        table, now, secret = tables.invitations, self.clock(), new_secret()
        with self.database.write() as connection:
            if connection.execute(select(tables.users.c.name).limit(1)).first():
                return None
            connection.execute(delete(table))
            row = {"token_sha256": fingerprint(secret), "role": Role.MANAGER, "made_at": now}
            connection.execute(insert(table).values(**row, ends_at=now + INVITED))
        return secret

    def accept(self, secret: str, name: str, password: str, peer: str = "") -> None:
        """Make the person that an invitation is for; it is good once; `peer`: who asks.

        Raises:
            AccessError: the link was used or is too old; or as by `add`.
        """
        kept = self.passwords.hash(_checked(name), password, peer)
        table, now = tables.invitations, self.clock()
        with self.database.write() as connection:
            found = select(table).where(table.c.token_sha256 == fingerprint(secret))
            row = connection.execute(found).mappings().one_or_none()
            if row is None or row["used_at"] or now >= row["ends_at"]:
                raise AccessError("this link was used or is too old; start the service anew")
            self._insert(connection, FIRST_RUN, name, kept, Role(row["role"]))
            connection.execute(update(table).values(used_at=now))

    def _change(self, by: str, name: str, action: str, said: dict[str, Any], **values: Any) -> None:
        with self.database.write() as connection:
            _update(connection, _person(connection, name)["name"], **values)
            connection.execute(delete(tables.sessions).where(tables.sessions.c.user_name == name))
            audit.append(connection, self.clock(), by, action, name, said)

    def _insert(self, connection: Connection, by: str, name: str, kept: str, role: Role) -> None:
        if _find(connection, name) is not None:
            raise AccessError(f"there is a person called {name} already")
        row = {"name": name, "role": role, "password": kept, "active": True, "failures": 0}
        now = self.clock()
        connection.execute(insert(tables.users).values(**row, made_at=now))
        audit.append(connection, now, by, "person added", name, {"role": role})

    def _begin(self, connection: Connection, name: str, now: datetime) -> str:
        token = new_secret()
        _update(connection, name, failures=0, locked_until=None)
        can_be = tables.sessions.c.ends_at.between(now, now + LONGEST)
        connection.execute(delete(tables.sessions).where(~can_be))
        row = {"token_sha256": fingerprint(token), "user_name": name, "began_at": now}
        connection.execute(
            insert(tables.sessions).values(**row, seen_at=now, ends_at=now + LONGEST)
        )
        audit.append(connection, now, name, "signed in", name)
        return token

    def _count_failure(self, connection: Connection, person: RowMapping, now: datetime) -> None:
        failures = person["failures"] + 1
        locks = failures >= MOST_FAILURES
        counted = {"failures": 0, "locked_until": now + LOCKED} if locks else {"failures": failures}
        _update(connection, person["name"], **counted)
        what = "locked out" if locks else "wrong password"
        audit.append(connection, now, SIGN_IN, what, person["name"])


def _checked(name: str) -> str:
    if not name.strip() or len(name) > 200 or not name.isprintable():
        raise AccessError("a name has 1 to 200 letters that can be shown")
    known = " ".join(name.casefold().split())
    if known in OURS or f"{known} ".startswith(OURS_BEGIN):
        raise AccessError(
            f"{name} is what the service calls itself, a scanner or a key; take another"
        )
    return name


def _find(connection: Connection, name: str) -> RowMapping | None:
    found = select(tables.users).where(tables.users.c.name == name)
    return connection.execute(found).mappings().one_or_none()


def _person(connection: Connection, name: str) -> RowMapping:
    person = _find(connection, name)
    if person is None:
        raise AccessError(f"there is no person called {name}")
    return person


def _update(connection: Connection, name: str, **values: Any) -> None:
    table = tables.users
    connection.execute(update(table).where(table.c.name == name).values(**values))


def locked(person: RowMapping, now: datetime) -> bool:
    """Whether somebody is locked out.

    A lock that ends later than any made now was made before the clock was set back, and is over.
    """
    until: datetime | None = person["locked_until"]
    return until is not None and now < until <= now + LOCKED


def _is_over(session: RowMapping, now: datetime) -> bool:
    ends_at: datetime = session["ends_at"]
    over = now >= min(ends_at, session["seen_at"] + IDLE)
    return over or ends_at > now + LONGEST  # begun before the clock was set back
