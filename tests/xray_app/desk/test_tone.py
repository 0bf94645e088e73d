"""Brightness and colour: windows, stripping, negatives."""

from collections.abc import Callable
from typing import Any

import pytest

from xray import atomic
from xray.palettes import colours

pytestmark = pytest.mark.browser

Js = Callable[..., Any]
ABOUT = """
const {tablesFrom} = await import('/tables.js');
const about = tablesFrom(await (await fetch('/tables.json')).json());
const look = (change) => ({...m.PLAIN, ...change});
"""
WATER, STEEL = (round((number - atomic.LEAST) / atomic.STEP) for number in (7.5, 26))


def test_a_window_spreads_its_transmissions_over_all_brightness(js: Js) -> None:
    body = """
    const out = m.tones({black: 0.25, white: 0.75, gamma: 1}, 65536);
    return [0, 16384, 32768, 49152, 65535].map((count) => out[count])"""
    assert js("tone", body) == [0, 0, 128, 255, 255]


def test_colours_are_pythons_palette(js: Js) -> None:
    body = f"""{ABOUT}
    const out = m.colours(look({{}}), about.palettes[0].rgb, about);
    return given.map((code) => [0, 8, 16].map((shift) => out[code << 8 | 100] >> shift & 255))"""
    assert js("tone", body, [WATER, STEEL]) == [
        colours()[WATER, 100].tolist(),
        colours()[STEEL, 100].tolist(),
    ]


@pytest.mark.parametrize(("strip", "hidden", "left"), [("organic", 0, 1), ("inorganic", 1, 0)])
def test_stripping_leaves_a_trace_of_one_and_all_of_the_other(
    js: Js, strip: str, hidden: int, left: int
) -> None:
    body = f"""{ABOUT}
    return ['', given.strip].map((strip) => {{
      const out = m.colours(look({{strip}}), about.palettes[0].rgb, about);
      return given.codes.map((code) => out[code << 8 | 100] & 255);
    }})"""
    before, after = js("tone", body, {"strip": strip, "codes": [WATER, STEEL]})
    assert after[left] == before[left]
    assert after[hidden] > 200


def test_a_negative_swaps_air_and_opaque_and_keeps_outside_dark(js: Js) -> None:
    body = f"""{ABOUT}
    return [false, true].map((negative) => {{
      const out = m.colours(look({{negative}}), null, about);
      return [out[0 << 8 | 0] & 255, out[0 << 8 | 255] & 255, out[255 << 8 | 9]];
    }})"""
    (black, white, outside), negative = js("tone", body)
    assert (black, white) == (0, 255)
    assert negative == [255, 0, outside]


def test_dragging_moves_and_widens_the_window_within_limits(js: Js) -> None:
    body = """
    const by = (...d) => m.dragged(m.PLAIN, d, false);
    const [still, right, down, far] = [by(0, 0), by(60, 0), by(0, -100), by(0, 9999)];
    return [[still.black, still.white], right.white < still.white,
      down.white - down.black < 1, far.white - far.black,
      m.dragged(m.PLAIN, [0, 9999], true).gamma]"""
    window, darker_end, narrower, widest, gamma = js("tone", body)
    assert window == [0, 1]
    assert darker_end
    assert narrower
    assert (widest, gamma) == pytest.approx((1.6, 4))
