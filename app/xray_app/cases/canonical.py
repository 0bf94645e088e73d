"""One way to write a value as JSON, so that its hash is always the same."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any


def canonical(value: Any) -> str:
    """JSON in one line: keys sorted, no spaces, letters as they are.

    >>> canonical({"b": 1, "a": ["수", None]})
    '{"a":["수",null],"b":1}'
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def sha256_of(value: Any) -> str:
    """SHA-256 of the canonical JSON, in hex."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def moment(at: datetime) -> str:
    """A moment as text of one length: UTC, microseconds.

    >>> moment(datetime(2026, 1, 2, tzinfo=UTC))
    '2026-01-02T00:00:00.000000Z'
    """
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
