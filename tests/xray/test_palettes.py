"""Colours by material: what officers are trained on."""

import pytest

from xray import atomic
from xray.palettes import PALETTES, Palette, colours


def rgb(palette: Palette, number: float, level: int) -> list[int]:
    return colours(palette)[round((number - atomic.LEAST) / atomic.STEP), level].tolist()


@pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette.name)
def test_organic_is_warm_metal_is_cool_and_air_is_light(palette: Palette) -> None:
    red, _, blue = rgb(palette, 7.5, 128)
    assert red > blue
    red, _, blue = rgb(palette, 26, 128)
    assert blue > red
    assert min(rgb(palette, 7.5, 255)) > 220
    assert max(rgb(palette, 26, 0)) < 20


@pytest.mark.parametrize("palette", PALETTES, ids=lambda palette: palette.name)
def test_brighter_never_looks_darker(palette: Palette) -> None:
    sums = colours(palette).astype(int).sum(axis=2)
    assert (sums[:, 1:] >= sums[:, :-1]).all()


def test_light_metal_is_green_in_three_colours() -> None:
    red, green, blue = rgb(PALETTES[0], 13, 128)
    assert green > max(red, blue)
