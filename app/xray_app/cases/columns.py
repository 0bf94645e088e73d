"""Kinds of columns that the tables share, the same on both databases."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

SHA256 = String(64)
KEY = String(32)
NAME = String(200)
SERIAL = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows only in INTEGER


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, with its time zone on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """What is written: UTC, or an error for a moment that says no zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone, got {value.isoformat()}")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """What is read: SQLite forgets the zone, it is UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
