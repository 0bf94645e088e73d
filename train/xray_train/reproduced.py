"""Whether a model made anew is as good as the one that ships: each figure in its old interval.

A figure is a number of a card that has its interval beside it, under the same name with _interval
or _95. An interval says what other scans would have given, so that a figure outside it is no
accident of training.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from xray.card import Card
from xray.errors import DataError

ENDS = ("_interval", "_95")


class Row(NamedTuple):
    """One figure.

    Attributes:
        name: where it stands on the card.
        old: what the old card says, with its interval.
        new: what the new card says; None: nothing.
    """

    name: str
    old: float
    low: float
    high: float
    new: float | None

    @property
    def within(self) -> bool:
        """The new figure lies in the interval of the old one."""
        return self.new is not None and self.low <= self.new <= self.high


def compare(new: Card, old: Card) -> list[Row]:
    """Every figure of the old card that has an interval.

    Raises:
        DataError: it has none.
    """
    rows = [*_rows("", new.scores, old.scores), *_rows("damages", new.robustness, old.robustness)]
    if not rows:
        raise DataError(
            f"the card of {old.name}@{old.version} has no figure with an interval; ship it again"
        )
    return rows


def lines(rows: Sequence[Row]) -> list[str]:
    """Those outside, and how many there are of either kind."""
    said = [
        f"{row.name}: {_figure(row.new)}, expected {row.low:.3f} to {row.high:.3f} ({row.old:.3f})"
        for row in rows
        if not row.within
    ]
    return [*said, f"{sum(row.within for row in rows)} of {len(rows)} figures within 95 %"]


def _figure(value: float | None) -> str:
    return "nothing" if value is None else f"{value:.3f}"


def _rows(name: str, new: Any, old: Any) -> Iterator[Row]:
    if isinstance(old, Mapping):
        there = new if isinstance(new, Mapping) else {}
        for key, value in old.items():
            place = f"{name} · {key}" if name else str(key)
            span = next((old[f"{key}{e}"] for e in ENDS if _span(old.get(f"{key}{e}"))), None)
            if span is not None and isinstance(value, int | float):
                low, high = span
                mine = there.get(key)
                now = mine if isinstance(mine, int | float) else None
                yield Row(place, value, low, high, now)
            else:
                yield from _rows(place, there.get(key), value)
    elif isinstance(old, list | tuple):
        others = new if isinstance(new, list | tuple) else []
        for number, value in enumerate(old):
            mine = others[number] if number < len(others) else None
            yield from _rows(f"{name} · {_called(value, number)}", mine, value)


def _called(value: Any, number: int) -> str:
    """Rows of a list by what they are about."""
    if isinstance(value, Mapping):
        for key in ("damage", "pfa"):
            if key in value:
                return f"{key} {value[key]}" if key == "pfa" else str(value[key])
    return str(number)


def _span(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2
