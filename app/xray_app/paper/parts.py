"""The values that a case's paper is made of, without layout."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """One part: names with values, or a table, or sentences.

    Attributes:
        title: over it.
        rows: name and value.
        heads: of the table.
        table: its lines.
        widths: of its columns, in shares of the page's width.
        lines: sentences.
    """

    title: str
    rows: tuple[tuple[str, str], ...] = ()
    heads: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    widths: tuple[float, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Picture:
    """A view with its marks, as JPEG, and what stands under it."""

    caption: str
    jpeg: bytes


@dataclass(frozen=True)
class Paper:
    """All that is said of a case.

    Attributes:
        title: what the paper is.
        name: what people call the case.
        outcome: what the machine said, in a word; its style is `tier`.
        made: by whom and when this was made.
        parts: in their order.
        pictures: shown after the first two parts.
        notice: what nobody may miss: that the case is no real one; empty: nothing.
    """

    title: str
    name: str
    outcome: str
    tier: str
    made: str
    parts: tuple[Part, ...]
    pictures: tuple[Picture, ...]
    notice: str = ""
