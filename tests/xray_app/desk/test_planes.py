"""What comes off the wire, and its smaller copies."""

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Error

from xray import Encoding, Scan
from xray_app import planes

pytestmark = pytest.mark.browser

Js = Callable[..., Any]
BUFFER = "const buffer = Uint8Array.from(atob(given), (c) => c.charCodeAt(0)).buffer;"


def on_the_wire(pixels: np.ndarray, **about: float) -> str:
    encoding = Encoding.DUAL if pixels.shape[2] == 2 else Encoding.SINGLE
    return base64.b64encode(planes.pack(Scan("bag", pixels, encoding, **about))).decode()


def test_what_python_packs_the_browser_unpacks(js: Js) -> None:
    pixels = np.random.default_rng(0).random((40, 70, 2), np.float32)
    body = f"""{BUFFER}
    const s = m.unpack(buffer);
    return [s.width, s.height, s.step, s.pixelMm, s.planes.map((p) => [...p])]"""
    width, height, step, pixel_mm, held = js("planes", body, on_the_wire(pixels, pixel_mm=1.5))
    assert (width, height, step, pixel_mm) == (70, 40, 1, 1.5)
    wanted = np.rint(pixels * 65_535).astype(int).transpose(2, 0, 1).reshape(2, -1)
    assert held == wanted.tolist()


def test_planes_that_end_early_are_refused(js: Js) -> None:
    short = on_the_wire(np.random.default_rng(0).random((40, 70, 1), np.float32))[:-400]
    with pytest.raises(Error, match="expected 1 planes of 70 × 40"):
        js("planes", f"{BUFFER} return m.unpack(buffer)", short)
    with pytest.raises(Error, match="expected planes"):
        js("planes", "return m.unpack(new ArrayBuffer(5))")


def test_what_could_not_be_fetched_is_said_in_the_desks_words_not_the_browsers(js: Js) -> None:
    for address, said in (
        ("http://127.0.0.1:2/gone", "the desk cannot be reached"),
        ("data:text/plain,too%20little", "the picture came damaged"),
    ):
        for of in ("planes", "picture"):
            view = {"planes": "", "picture": ""} | {of: address}
            with pytest.raises(Error, match=said):
                js("planes", "return m.load(given)", view)


def test_each_level_is_the_mean_of_two_by_two(js: Js) -> None:
    body = """
    const plane = new Uint16Array(96 * 97).map((_, n) => n % 96 % 2 ? 10 : 20);
    return m.levels(96, 97, [plane]).map((l) => [l.width, l.height, l.scale, l.planes[0][5]])"""
    assert js("planes", body) == [[96, 97, 1, 10], [48, 48, 2, 15], [24, 24, 4, 15]]
