"""Charts as SVG that stand in a page: no script, no font, colours from the page's style sheet."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

WIDTH, HEIGHT = 520, 330  # of the drawing; pages scale it
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 14, 46  # margins for numbers and names
COLOURS = 6  # --s0 to --s5 in the style sheet; more series repeat them dashed


class Series(NamedTuple):
    """One line of a chart, and the band from low to high around it where there is one."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()


def chart(
    series: Sequence[Series],
    *,
    title: str,
    x_name: str,
    y_name: str,
    x_max: float = 1.0,
    diagonal: bool = False,
    dots: bool = False,
    x_ticks: Sequence[tuple[float, str]] = (),
) -> str:
    """Lines over x from 0 to x_max and y from 0 to 1.

    Args:
        series: what to draw; beyond x_max it is cut.
        title: read out in place of the picture.
        x_name, y_name: stand along the axes.
        x_max: the right end.
        diagonal: a dashed line where x is y.
        dots: mark every point.
        x_ticks: places from 0 to x_max and what stands under them, in place of even steps.
    """
    even = [(share * x_max, f"{share * x_max:.3g}") for share in (k / 5 for k in range(6))]
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">',
        *_axes(x_name, y_name, x_ticks or even, x_max),
    ]
    if diagonal:
        parts.append(f'<path class="even" d="M{_x(0, 1)} {_y(0)}L{_x(1, 1)} {_y(1)}"/>')
    kinds = [f"s{k % COLOURS}" + (" more" if k >= COLOURS else "") for k in range(len(series))]
    parts += [_band(one, kind, x_max) for one, kind in zip(series, kinds, strict=True) if one.low]
    for one, kind in zip(series, kinds, strict=True):
        points = [(x, y) for x, y in zip(one.x, one.y, strict=True) if x <= x_max]
        path = "L".join(f"{_x(x, x_max)} {_y(y)}" for x, y in points)
        parts.append(f'<path class="line {kind}" d="M{path}"/>' if path else "")
        if dots:
            parts += [
                f'<circle class="dot {kind}" cx="{_x(x, x_max)}" cy="{_y(y)}" r="3.5"/>'
                for x, y in points
            ]
    return "".join((*parts, "</svg>", _legend(series)))


def _band(one: Series, kind: str, x_max: float) -> str:
    """Along the low values and back along the high ones."""
    low = [(x, y) for x, y in zip(one.x, one.low, strict=True) if x <= x_max]
    high = [(x, y) for x, y in zip(one.x, one.high, strict=True) if x <= x_max]
    path = "L".join(f"{_x(x, x_max)} {_y(y)}" for x, y in (*low, *high[::-1]))
    return f'<path class="band {kind}" d="M{path}Z"/>'


def _axes(
    x_name: str, y_name: str, x_ticks: Sequence[tuple[float, str]], x_max: float
) -> list[str]:
    parts = []
    for share in (k / 5 for k in range(6)):
        y = _y(share)
        parts.append(f'<path class="grid" d="M{LEFT} {y}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{share:.1f}</text>')
    for place, words in x_ticks:
        x = _x(place, x_max)
        parts.append(f'<path class="grid" d="M{x} {TOP}V{_y(0)}"/>')
        parts.append(f'<text x="{x}" y="{_y(0) + 18}" text-anchor="middle">{escape(words)}</text>')
    middle = (TOP + HEIGHT - BOTTOM) / 2
    parts.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">'
        f"{escape(x_name)}</text>"
    )
    parts.append(
        f'<text transform="translate(13 {middle}) rotate(-90)" text-anchor="middle">'
        f"{escape(y_name)}</text>"
    )
    return parts


def _legend(series: Sequence[Series]) -> str:
    items = "".join(
        f'<li><i class="key s{k % COLOURS}"></i>{escape(one.name)}</li>'
        for k, one in enumerate(series)
    )
    return f'<ul class="legend">{items}</ul>'


def _x(x: float, x_max: float) -> float:
    return round(LEFT + x / x_max * (WIDTH - LEFT - RIGHT), 1)


def _y(y: float) -> float:
    return round(HEIGHT - BOTTOM - y * (HEIGHT - TOP - BOTTOM), 1)
