"""A plot of a share or a difference along days: points with their whiskers, joined by a line."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from xray_app.desk.rooms.plots import FOOT, HALF_NAME, TALL, TOP, WIDTH, svg

AXIS = 64  # room at the left, whose numbers have a unit
MOST_NAMES = 12  # under the axis
DOT, CAP = 4, 8  # radius of a point, width of a whisker's end


@dataclass(frozen=True)
class Point:
    """One day.

    Attributes:
        name: under it.
        value: None: there is none.
        low, high: a whisker through it.
        text: what it says.
    """

    name: str
    value: float | None
    low: float
    high: float
    text: str


@dataclass(frozen=True)
class Axis:
    """The upright axis: its ends, and how a value is written at it."""

    least: float
    most: float
    said: Callable[[float], str]

    def at(self, value: float) -> float:
        """The place of a value; beyond the ends, the end."""
        inside = min(self.most, max(self.least, value))
        share = (inside - self.least) / (self.most - self.least)
        return TALL - FOOT - share * (TALL - TOP - FOOT)


def points(says: str, days: Sequence[Point], axis: Axis, mark: float | None = None) -> Markup:
    """Points along days.

    Args:
        says: what the plot shows, for who cannot see it; the days are added.
        days: from the left.
        axis: from its least to its most.
        mark: where a line stands to compare with; None: nowhere.
    """
    step = (WIDTH - AXIS) / max(1, len(days))
    places = [AXIS + (n + 0.5) * step for n in range(len(days))]
    drawn = [_grid(axis, at) for at in (axis.least, (axis.least + axis.most) / 2, axis.most)]
    if mark is not None:
        line = Markup('<path class="mark" d="M{} {:.1f}H{}"/>')
        drawn.append(line.format(AXIS, axis.at(mark), WIDTH))
    drawn.append(Markup('<path class="trend" d="{}"/>').format(_joined(places, days, axis)))
    every = math.ceil(max(1, len(days)) / MOST_NAMES)
    for n, (x, one) in enumerate(zip(places, days, strict=True)):
        if (len(days) - 1 - n) % every == 0:
            name = Markup('<text class="quiet" x="{:.1f}" y="{}" text-anchor="middle">{}</text>')
            drawn.append(name.format(min(x, WIDTH - HALF_NAME), TALL - 6, one.name))
        if one.value is not None:
            drawn.append(_point(one, x, axis))
    read = "; ".join(f"{one.name}: {one.text}" for one in days)
    return svg(TALL, f"{says}. {read}.", drawn)


def _grid(axis: Axis, value: float) -> Markup:
    y = axis.at(value)
    return Markup(
        '<path class="grid" d="M{0} {2:.1f}H{1}"/>'
        '<text class="quiet" x="{3}" y="{4:.1f}" text-anchor="end">{5}</text>'
    ).format(AXIS, WIDTH, y, AXIS - 8, y + 4, axis.said(value))


def _joined(places: Sequence[float], days: Sequence[Point], axis: Axis) -> str:
    """A path through the points; where a day has none, it begins anew."""
    said, begins = [], True
    for x, one in zip(places, days, strict=True):
        if one.value is not None:
            said.append(f"{'M' if begins else 'L'}{x:.1f} {axis.at(one.value):.1f}")
        begins = one.value is None
    return "".join(said)


def _point(one: Point, x: float, axis: Axis) -> Markup:
    assert one.value is not None
    low, high, left = axis.at(one.low), axis.at(one.high), x - CAP / 2
    path = "M{0:.1f} {1:.1f}V{2:.1f}M{3:.1f} {1:.1f}h{4}M{3:.1f} {2:.1f}h{4}"
    whisker = Markup(f'<path class="whisker" d="{path}"/>').format(x, low, high, left, CAP)
    dot = Markup('<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="{}"/>')
    middle = dot.format(x, axis.at(one.value), DOT)
    return Markup("<g><title>{}: {}</title>{}{}</g>").format(one.name, one.text, whisker, middle)
