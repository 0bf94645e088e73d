"""API keys: how machines prove who they are. Shown once, kept as a hash, scoped, revocable.

A key reads `xk_ID_SECRET`: the ID finds its row, the secret is compared in constant time.
"""

import hmac
import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from xray_app.access.errors import AccessError, NotSignedIn
from xray_app.access.passwords import fingerprint, new_secret
from xray_app.access.roles import SCOPES, Actor, Right
from xray_app.cases import audit, tables
from xray_app.cases.canonical import canonical
from xray_app.cases.database import Database

PREFIX = "xk"


@dataclass(frozen=True)
class Keys:
    """The API keys of one installation.

    Attributes:
        database: where they are kept.
        clock: says the moment, UTC.
    """

    database: Database
    clock: Callable[[], datetime]

    def make(
        self, by: str, name: str, scopes: Iterable[Right], ends_at: datetime | None = None
    ) -> str:
        """A new key, which is shown this once. By its name its holder is known as a sender: a key
        of the same name takes the place of one that was revoked, or has ended.

        Raises:
            AccessError: no name, one that another key has, no scope, or one that no key may have.
        """
        asked = frozenset(scopes)
        if not asked or not asked <= SCOPES:
            raise AccessError(f"a key's scopes are of {', '.join(sorted(SCOPES))}; at least one")
        if not name.strip() or not name.isprintable() or len(name) > 100:
            raise AccessError("a key has a name of 1 to 100 letters that can be shown")
        key_id, secret = secrets.token_hex(8), new_secret()
        row = {"id": key_id, "name": name, "secret_sha256": fingerprint(secret), "made_by": by}
        with self.database.write() as connection:
            now = self.clock()
            if (good := _good_one(connection, name, now)) is not None:
                raise AccessError(
                    f"the key {good} has the name {name} already, and its holder would be taken "
                    "for the same sender; take another name, or revoke that key first"
                )
            row |= {"scopes": canonical(sorted(asked))}
            connection.execute(insert(tables.api_keys).values(**row, made_at=now, ends_at=ends_at))
            audit.append(connection, now, by, "key made", key_id, {"scopes": sorted(asked)})
        return f"{PREFIX}_{key_id}_{secret}"

    def revoke(self, by: str, key_id: str) -> None:
        """Make a key worthless from now on.

        Raises:
            AccessError: there is no such key.
        """
        table = tables.api_keys
        with self.database.write() as connection:
            now = self.clock()
            mine = (table.c.id == key_id) & table.c.revoked_at.is_(None)
            if connection.execute(update(table).where(mine).values(revoked_at=now)).rowcount != 1:
                raise AccessError(f"there is no key {key_id[:32]} that is still good")
            audit.append(connection, now, by, "key revoked", key_id)

    def list(self) -> list[RowMapping]:
        """Every key, without what is kept of its secret."""
        columns = [c for c in tables.api_keys.c if c.name != "secret_sha256"]
        with self.database.read() as connection:
            rows = connection.execute(select(*columns).order_by(tables.api_keys.c.made_at))
            return [*rows.mappings()]

    def holder(self, key: str) -> Actor:
        """Whose key this is.

        Raises:
            NotSignedIn: nobody's, or it was revoked or has ended.
        """
        _, _, rest = key.partition("_")
        key_id, _, secret = rest.partition("_")
        table = tables.api_keys
        with self.database.read() as connection:
            found = connection.execute(select(table).where(table.c.id == key_id))
            row = found.mappings().one_or_none()
        kept = row["secret_sha256"] if row else "0" * 64
        fits = hmac.compare_digest(kept, fingerprint(secret))
        over = row is None or row["revoked_at"] is not None
        if row is None or over or not fits or not key.startswith(f"{PREFIX}_"):
            raise NotSignedIn("the API key is not good, or no longer")
        if row["ends_at"] is not None and self.clock() >= row["ends_at"]:
            raise NotSignedIn("the API key is not good, or no longer")
        rights = frozenset(Right(scope) for scope in json.loads(row["scopes"]))
        return Actor(f"key {row['name']}", rights)


def _good_one(connection: Connection, name: str, now: datetime) -> str | None:
    """The ID of a key of this name that is neither revoked nor has ended."""
    table = tables.api_keys
    lasts = table.c.ends_at.is_(None) | (table.c.ends_at > now)
    good = select(table.c.id).where(table.c.name == name, table.c.revoked_at.is_(None), lasts)
    return connection.execute(good.limit(1)).scalar_one_or_none()
