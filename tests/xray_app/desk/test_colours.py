"""Text can be read on whatever it lies, in either theme: WCAG 2.2, 1.4.3, level AA."""

import re
from pathlib import Path

import pytest

from xray_app.desk import look

LEAST = 4.5  # of WCAG's contrast between text and what it lies on, for text of any size
API = look.COLOURS.parent
FILES = [*look.STYLESHEETS, look.FOLDER / "rooms" / "rooms.css", API / "pages.css"]
GIVEN = re.compile(r"--([\w-]+): (?:light-dark\((#\w{6}), (#\w{6})\)|(#\w{6}));")
LITERAL = re.compile(r"#(?:[0-9a-fA-F]{3,4}){1,2}\b(?![^{};]*\{)|\b(?:rgb|hsl)a?\(")
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
# What is written on a surface that another rule gives it: the text's colours, then the surfaces'.
SURFACES = ("ground", "flank", "raised", "lifted", "control", "hover", "chosen")
WRITTEN: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
    (("text",), (*SURFACES, "alarm-tint", "opaque-tint", "demo")),
    (("quiet", "accent"), ("ground", "flank", "raised", "lifted", "control")),
    (("quiet",), ("alarm-tint", "opaque-tint")),
    (("alarm", "alarm-text", "finding", "clear"), ("raised", "lifted", "flank")),
    (("alarm", "alarm-text"), ("alarm-tint",)),
    (("opaque",), ("opaque-tint", "raised")),
    (("faint",), ("raised",)),
    (("quiet",), ("field",)),
    (("on-demo",), ("demo",)),
    (("on-alarm",), ("alarm-fill",)),
    (("on-finding",), ("finding-fill",)),
    (("on-officer",), ("officer",)),
]


def palettes() -> dict[str, dict[str, str]]:
    """Theme → name → colour, of those that are not see-through."""
    found = GIVEN.findall(look.COLOURS.read_text(encoding="utf-8"))
    light = {name: light or both for name, light, _, both in found}
    return {"light": light, "dark": {name: dark or both for name, _, dark, both in found}}


def luminance(colour: str) -> float:
    """Relative luminance of sRGB, as WCAG defines it."""
    shares = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return sum(weight * one for weight, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def together() -> set[tuple[str, str]]:
    """Text and surface, wherever one rule of a style names both."""
    pairs = set()
    for file in FILES:
        for _, body in RULE.findall(file.read_text(encoding="utf-8")):
            text = re.search(r"(?:^|[ ;])color: var\(--([\w-]+)\)", body)
            surface = re.search(r"background: var\(--([\w-]+)\)", body)
            if text and surface:
                pairs.add((text[1], surface[1]))
    return pairs


def test_black_on_white_is_as_wcag_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_whatever_is_written_can_be_read_in_either_theme(theme: str) -> None:
    palette = palettes()[theme]
    pairs = {(text, on) for texts, ons in WRITTEN for text in texts for on in ons} | together()
    known = {pair for pair in pairs if set(pair) <= set(palette)}
    other = {name for pair in pairs - known for name in pair} - set(palette)
    assert other <= {"on", "mark", "tone", "caption", "floating"}  # a rule's own, or see-through
    ratios = {pair: contrast(palette[pair[0]], palette[pair[1]]) for pair in known}
    assert {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < LEAST} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_parts_of_a_column_are_told_apart_from_the_card_and_from_each_other(theme: str) -> None:
    palette = palettes()[theme]
    parts = [palette[f"part{n}"] for n in range(3)]
    card, outline = palette["raised"], palette["quiet"]  # what is open is hollow
    assert min(contrast(one, card) for one in (*parts, outline)) >= 2.9  # WCAG 1.4.11 asks 3
    assert min(map(contrast, parts, parts[1:])) > 1.7


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_bars_points_whiskers_and_lines_of_a_plot_are_told_from_what_they_lie_on(
    theme: str,
) -> None:
    palette = palettes()[theme]
    drawn = {"measured": ("raised", "rail"), "quiet": ("raised", "rail"), "text": ("measured",)}
    pairs = [(palette[one], palette[on]) for one, under in drawn.items() for on in under]
    assert min(contrast(*pair) for pair in pairs) >= 3  # WCAG 1.4.11


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_colours_stand_in_one_place_alone(file: Path) -> None:
    bodies = [body for _, body in RULE.findall(file.read_text(encoding="utf-8"))]
    assert [found for body in bodies for found in LITERAL.findall(body)] == []


def test_every_colour_is_one_of_the_palettes() -> None:
    given = set(re.findall(r"--([\w-]+):", look.COLOURS.read_text(encoding="utf-8")))
    own = set()
    used = set()
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        own |= set(re.findall(r"--([\w-]+):", text))
        used |= set(re.findall(r"var\(--([\w-]+)", text))
    assert used - own - given == {
        "columns",
        "left",
        "p",
        "share",
    }  # templates and scripts give these
    assert given - used == set()
