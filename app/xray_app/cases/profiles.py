"""Profiles that managers put in force in place of the one in the model's card, kept for good.

A profile belongs to one model file, by its hash: its thresholds were weighed by what that model
was measured to find. The newest row of a model counts; for a model without one, and after a row
without a body, its card's own profile is in force. What was inspected before stays as it was:
each report carries the profile that it was made by.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select

from xray.card import Card
from xray.profile import Profile
from xray.report import ModelId
from xray_app.cases import audit, tables
from xray_app.cases.canonical import canonical
from xray_app.cases.database import Database
from xray_app.cases.decisions import seal_of
from xray_app.cases.errors import Conflict, Refused

PUT, WITHDRAWN = "profile put in force", "profile withdrawn"  # in the audit chain
OPAQUE = ("max_opaque_mm2", "max_opaque_share")
MOST_OF_A_NAME = 60  # letters: it stands on every paper


@dataclass(frozen=True)
class Change:
    """One value that differs between two profiles.

    Attributes:
        what: "alarming", "threshold", or the name of another setting of a profile.
        label: whose; empty where the value is of no label.
        before, after: the value.
        lets_by: whether scans can pass afterwards that were stopped before.
    """

    what: str
    label: str
    before: float
    after: float
    lets_by: bool


@dataclass(frozen=True)
class Standing:
    """What is in force for a model.

    Attributes:
        profile: the rules.
        row: who said so; None: nobody, it is the card's own.
        passed_over: the newest profile, where it was made for another model and does not count.
    """

    profile: Profile
    row: RowMapping | None
    passed_over: RowMapping | None

    @property
    def number(self) -> int:
        """Of the row that stands; whoever changes it says which they saw."""
        return self.row["seq"] if self.row else 0

    def must_be(self, number: int) -> None:
        """Stop where what somebody saw stands no longer.

        Raises:
            Conflict: another was put in force since.
        """
        if self.number != number:
            raise Conflict("somebody else changed the profile meanwhile; look at it again")

    @property
    def is_cards(self) -> bool:
        """Whether it is the profile of the card."""
        return self.row is None or self.row["body"] is None


def in_force(connection: Connection) -> dict[str, dict[str, Any]]:
    """The hash of a model file → its profile as plain values; others go by their cards."""
    table = tables.profiles
    newest = select(func.max(table.c.seq)).group_by(table.c.model_sha256)
    found = select(table.c.model_sha256, table.c.body).where(table.c.seq.in_(newest))
    return {row.model_sha256: json.loads(row.body) for row in connection.execute(found) if row.body}


def standing(connection: Connection, card: Card) -> Standing:
    """What is in force for the model of this card."""
    table = tables.profiles
    rows = select(table).order_by(table.c.seq.desc()).limit(1)
    mine = connection.execute(rows.where(table.c.model_sha256 == card.sha256)).mappings().first()
    last = connection.execute(rows).mappings().first()
    foreign = last is not None and last["model_sha256"] != card.sha256 and last["body"] is not None
    given = mine is not None and mine["body"] is not None
    profile = Profile.from_dict(json.loads(mine["body"])) if mine and given else card.profile
    return Standing(profile, mine, last if foreign else None)


def history(connection: Connection, most: int = 20) -> Sequence[RowMapping]:
    """What was put in force for whichever model, the newest first."""
    newest = select(tables.profiles).order_by(tables.profiles.c.seq.desc()).limit(most)
    return connection.execute(newest).mappings().all()


def count(connection: Connection) -> int:
    """How often a profile was put in force, or the card's own again."""
    return connection.execute(select(func.max(tables.profiles.c.seq))).scalar() or 0


def texts(connection: Connection, numbers: Collection[int]) -> Mapping[int, tuple[str, str]]:
    """Number of a row → its name and reason, which people wrote: the chain holds their hash."""
    table = tables.profiles
    found = select(table.c.seq, table.c.name, table.c.reason).where(table.c.seq.in_(numbers))
    return {row.seq: (row.name, row.reason) for row in connection.execute(found)}


def put(
    database: Database,
    now: datetime,
    by: str,
    card: Card,
    profile: Profile | None,
    reason: str,
    seen: int,
) -> None:
    """Put a profile in force for the model of this card, for every inspection that begins later.

    Args:
        profile: the rules, with their name; None: back to the card's own.
        reason: why.
        seen: `Standing.number` of what is to be replaced.

    Raises:
        Refused: a name or the reason is missing, or nothing would change.
        Conflict: somebody else changed it since.
        ModelError: the profile names a label that nobody knows.
    """
    check(card, profile, reason)
    with database.write() as connection:
        before = standing(connection, card)
        before.must_be(seen)
        differ = changes(before.profile, profile or card.profile, card.labels)
        settles = profile is None and before.passed_over is not None
        if not differ and not settles:
            raise Refused("nothing would change: these values are in force already")
        row = _row(connection, card, profile)
        row |= {"reason": reason.strip(), "set_by": by, "set_at": now}
        connection.execute(insert(tables.profiles).values(**row))
        said = [[one.what, one.label, one.before, one.after] for one in differ]
        told = {"profile": row["seq"], "changes": said, "sha256": seal_of(row)}
        audit.append(connection, now, by, PUT if profile else WITHDRAWN, row["model"], told)


def _row(connection: Connection, card: Card, profile: Profile | None) -> dict[str, Any]:
    return {
        "seq": count(connection) + 1,
        "model": str(ModelId(card.name, card.version, card.sha256)),
        "model_sha256": card.sha256,
        "name": (profile or card.profile).name,
        "body": canonical(profile.to_dict()) if profile else None,
    }


def changes(before: Profile, after: Profile, labels: Collection[str]) -> tuple[Change, ...]:
    """What differs, label by label, then the limits of what may stay unseen.

    >>> (one,) = changes(Profile(), Profile(thresholds={"gun": 0.5}), [])
    >>> one.what, one.label, one.before, one.after, one.lets_by
    ('threshold', 'gun', 0.3, 0.5, True)
    """
    named = {*labels, *before.thresholds, *after.thresholds}
    made = []
    for label in sorted(named | before.alarming | after.alarming):
        was, now = label in before.alarming, label in after.alarming
        low, high = before.threshold(label), after.threshold(label)
        made.append(Change("alarming", label, was, now, was and not now))
        made.append(Change("threshold", label, low, high, was and now and high > low))
    for name in OPAQUE:
        low, high = getattr(before, name), getattr(after, name)
        made.append(Change(name, "", low, high, high > low))
    return tuple(one for one in made if one.before != one.after)


def check(card: Card, profile: Profile | None, reason: str) -> None:
    """Stop where `put` would, whatever is in force.

    Raises:
        Refused: a name or the reason is missing.
        ModelError: the profile names a label that nobody knows.
    """
    if profile is not None:
        name = profile.name
        if not name.strip() or len(name) > MOST_OF_A_NAME or not name.isprintable():
            raise Refused(
                f"a profile has a name of 1 to {MOST_OF_A_NAME} letters that can be shown"
            )
        if name.strip() == card.profile.name:
            raise Refused(f"{name} is the name of the card's own profile; choose another")
        profile.must_know(card.labels)
    if not reason.strip():
        raise Refused("say why: the reason is kept beside the profile")
