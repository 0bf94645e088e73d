"""What the browser says of matter is what Python says."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from xray import atomic
from xray.spectrum import spectrum

pytestmark = pytest.mark.browser

Js = Callable[..., Any]
ABOUT = """
const {tablesFrom} = await import('/tables.js');
const about = tablesFrom(await (await fetch('/tables.json')).json());
"""


def counts(material: str, mm: float) -> list[int]:
    return np.rint(np.exp(-spectrum().behind(mm, material)) * 65_535).astype(int).tolist()


def test_codes_are_those_of_python(js: Js) -> None:
    counted = np.random.default_rng(0).integers(1, 65_536, (400, 2))
    counted.sort(axis=1)
    body = f"""{ABOUT}
    return given.map(([low, high]) => m.codeOf(
      m.attenuation(low), m.attenuation(high), 1, about, about.beams['150 kV']))"""
    attenuation = -np.log(counted / 65_535)
    expected = atomic.codes(attenuation[:, 0], attenuation[:, 1]).astype(int)
    said = np.array(js("matter", body, counted.tolist()))
    # In 32 and 64 bits, a pair on the border of two cells may fall into either.
    assert (said == expected).mean() > 0.99


@pytest.mark.parametrize(
    ("material", "mm", "word"),
    [("water", 40, "organic"), ("aluminium", 10, "mixed"), ("steel", 2, "metal")],
)
def test_the_read_out_names_transmission_attenuation_and_material(
    js: Js, material: str, mm: float, word: str
) -> None:
    low, high = counts(material, mm)
    body = f"""{ABOUT}
    const {{levels}} = await import('/planes.js');
    const planes = given.map((count) => new Uint16Array(9).fill(count));
    const source = {{kind: 'transmission', width: 3, height: 3, step: 2, planes,
      levels: levels(3, 3, planes)}};
    return m.readOut(source, [1.5, 2.5], about, about.beams['150 kV'])"""
    said = js("matter", body, [low, high])
    assert said["material"] == word
    assert (said["x"], said["y"]) == (2, 4)  # in pixels of the scan, two to one of the planes
    assert said["transmissions"] == pytest.approx([low / 65_535, high / 65_535])
    assert said["attenuations"] == pytest.approx(-np.log([low / 65_535, high / 65_535]), abs=1e-4)


def test_nothing_is_said_of_what_is_opaque_empty_or_outside(js: Js) -> None:
    body = f"""{ABOUT}
    const source = {{kind: 'transmission', width: 1, height: 1, planes: []}};
    return [m.className(20, 60, 0, about), m.className(65000, 65300, 0, about),
      m.readOut(source, [1.2, 0.5], about, null)]"""
    assert js("matter", body) == ["opaque", "air", None]
