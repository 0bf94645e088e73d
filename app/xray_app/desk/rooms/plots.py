"""Plots as SVG that the server draws: no script, no library, a sentence for who cannot see them.

Colours come from the page's style by class. Sizes are in units of the view box, which fills the
width of its card.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

WIDTH = 640
ROW, BAR = 26, 12  # height of a row of bars, and of its bar
LABELS, VALUES = 130, 150  # room left and right of the bars
TOP, FOOT, AXIS = 12, 26, 44  # room around the columns
TALL = 220
HALF_NAME = 20  # of a day's name under a plot: the last one must not be cut off


@dataclass(frozen=True)
class Bar:
    """One row: a share with its interval, or a length, in the units of the axis.

    Attributes:
        name: at the left.
        value: of the bar; None: there is none.
        low, high: a whisker over it; None: none.
        text: at the right.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    text: str


@dataclass(frozen=True)
class Column:
    """One column: its parts from the bottom, and what stands under it."""

    name: str
    parts: tuple[int, ...]


def bars(
    says: str, rows: Sequence[Bar], most: float, least: float = 0.0, mark: float | None = None
) -> Markup:
    """Rows of bars that begin at 0, over an axis from `least` to `most`.

    Args:
        says: what the plot shows, for who cannot see it; the rows are added.
        rows: from the top.
        most: the right end of the axis.
        least: the left end: 0 or less.
        mark: where a line stands through all rows, to compare with; None: nowhere.
    """
    height = ROW * len(rows) + 4
    axis = _Axis(least, most if most > least else least + 1.0)
    drawn = [_bar(row, 2 + ROW * n, axis) for n, row in enumerate(rows)]
    if mark is not None and least <= mark <= most:
        line = Markup('<path class="mark" d="M{:.1f} 0V{}"/>')
        drawn.append(line.format(axis.at(mark), height))
    read = "; ".join(f"{row.name}: {row.text}" for row in rows)
    return svg(height, f"{says}. {read}.", drawn)


def columns(says: str, columns: Sequence[Column], kinds: Sequence[str]) -> Markup:
    """Stacked columns over a count.

    Args:
        says: what the plot shows.
        columns: from the left.
        kinds: names of the parts, from the bottom; also their classes, `part0` on.
    """
    highest = max((sum(column.parts) for column in columns), default=0)
    top = ceiling(highest)
    step = (WIDTH - AXIS) / max(1, len(columns))
    drawn = [_line(share * top, top) for share in (0.0, 0.5, 1.0)]
    every = max(1, math.ceil(len(columns) / 12))
    for n, column in enumerate(columns):
        x = AXIS + n * step
        drawn.append(_column(column, kinds, x, step, top))
        if (len(columns) - 1 - n) % every == 0:
            name = Markup('<text class="quiet" x="{:.1f}" y="{}" text-anchor="middle">{}</text>')
            middle = min(x + step / 2, WIDTH - HALF_NAME)
            drawn.append(name.format(middle, TALL - 6, column.name))
    read = "; ".join(f"{column.name}: {sum(column.parts)}" for column in columns)
    return svg(TALL, f"{says}. {read}.", drawn)


def ceiling(highest: int) -> int:
    """The end of an axis: the next of 2, 4, 6, 8, 10, 20, 40 and so on, so that its half is whole.

    >>> [ceiling(count) for count in (0, 1, 3, 11, 41, 999)]
    [2, 2, 4, 20, 60, 1000]
    """
    power = 1
    while True:
        for end in (2, 4, 6, 8, 10):
            if end * power >= highest:
                return end * power
        power *= 10


@dataclass(frozen=True)
class _Axis:
    """From a value to its place, for bars."""

    least: float
    most: float

    def at(self, value: float) -> float:
        inside = min(self.most, max(self.least, value))
        share = (inside - self.least) / (self.most - self.least)
        return LABELS + (WIDTH - LABELS - VALUES) * share


def _bar(row: Bar, y: float, axis: _Axis) -> Markup:
    middle = y + ROW / 2
    name = Markup('<text x="{}" y="{:.1f}" text-anchor="end">{}</text>')
    parts = [name.format(LABELS - 12, middle + 4.5, row.name)]
    box = Markup('<rect class="{}" x="{}" y="{:.1f}" width="{:.1f}" height="{}" rx="2"/>')
    parts.append(box.format("rail", LABELS, middle - BAR / 2, WIDTH - LABELS - VALUES, BAR))
    if row.value is not None:
        left, right = sorted((axis.at(0.0), axis.at(row.value)))
        parts.append(box.format("bar", f"{left:.1f}", middle - BAR / 2, right - left, BAR))
    if row.low is not None and row.high is not None:
        ends = (axis.at(row.low), axis.at(row.high))
        path = 'd="M{0:.1f} {2:.1f}H{1:.1f}M{0:.1f} {3:.1f}v8M{1:.1f} {3:.1f}v8"'
        whisker = Markup('<path class="whisker" ' + path + "/>")
        parts.append(whisker.format(*ends, middle, middle - 4))
    value = Markup('<text class="value" x="{}" y="{:.1f}">{}</text>')
    parts.append(value.format(WIDTH - VALUES + 14, middle + 4.5, row.text))
    return Markup("").join(parts)


def _column(column: Column, kinds: Sequence[str], x: float, step: float, top: int) -> Markup:
    wide, parts, y = min(46.0, 0.72 * step), [], float(TALL - FOOT)
    said = ", ".join(f"{n} {kind}" for n, kind in zip(column.parts, kinds, strict=True))
    for n, count in enumerate(column.parts):
        tall = count / top * (TALL - TOP - FOOT)
        y -= tall
        box = Markup('<rect class="part{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>')
        parts.append(box.format(n, x + (step - wide) / 2, y, wide, tall))
    return Markup("<g><title>{}: {}</title>{}</g>").format(
        column.name, said, Markup("").join(parts)
    )


def _line(value: float, top: int) -> Markup:
    y = TALL - FOOT - value / top * (TALL - TOP - FOOT)
    return Markup(
        '<path class="grid" d="M{} {:.1f}H{}"/><text class="quiet" x="{}" y="{:.1f}" '
        'text-anchor="end">{:.0f}</text>'
    ).format(AXIS, y, WIDTH, AXIS - 8, y + 4, value)


def svg(height: int, says: str, drawn: Sequence[Markup]) -> Markup:
    """A picture of this height; what it shows, for who cannot see it."""
    return Markup(
        '<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
    ).format(WIDTH, height, says, Markup("").join(drawn))
