"""The plain canvas and WebGL2 paint the same pixels, whatever the officer has chosen."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

Js = Callable[..., Any]
BOTH = """
const {WebglPainter} = m, {PlainPainter} = await import('/paint_plain.js');
const {tones, colours, PLAIN} = await import('/tone.js'), {buffers} = await import('/sample.js');
const {tablesFrom} = await import('/tables.js');
const about = tablesFrom(await (await fetch('/tables.json')).json());
const [w, h] = [67, 41], [kind, count] = given.kind;
const samples = buffers(w, h, kind, count), most = kind === 'picture' ? 256 : 65536;
samples.around = samples.planes.map((plane) => plane.slice());
let seed = 7;
const random = (below) => (seed = seed * 16807 % 2147483647) % below;
for (const plane of [...samples.planes, ...samples.around])
  plane.forEach((_, n) => { plane[n] = random(most); });
samples.codes.forEach((_, n) => { samples.codes[n] = random(10) ? random(about.codes) : 255; });
[samples.hasAround, samples.serial] = [true, 1];
const look = {...PLAIN, ...given.look};
const tables = {tone: tones(look, most),
  colours: colours(look, look.palette < 0 ? null : about.palettes[look.palette].rgb, about)};
const painted = (Painter) => {
  const canvas = document.createElement('canvas');
  const painter = Painter.on ? Painter.on(canvas) : new Painter(canvas);
  painter.paint(samples, look, tables);
  const copy = document.createElement('canvas');
  [copy.width, copy.height] = [w, h];
  const context = copy.getContext('2d');
  context.drawImage(canvas, 0, 0);
  return context.getImageData(0, 0, w, h).data;
};
const [one, other] = [painted(PlainPainter), painted(WebglPainter)];
let worst = 0, sum = 0;
one.forEach((v, n) => { worst = Math.max(worst, Math.abs(v - other[n])); sum += v; });
return [worst, sum]"""
LOOKS: list[dict[str, object]] = [
    {},
    {"palette": 2, "black": 0.1, "white": 0.6, "gamma": 2},
    {"palette": -1, "negative": True},
    {"strip": "organic", "energy": 1},
    {"strip": "inorganic", "local": True},
    {"outline": True},
    {"outline": True, "local": True, "negative": True, "energy": 1},
]


@pytest.mark.parametrize("kind", [["transmission", 2], ["transmission", 1], ["picture", 3]])
@pytest.mark.parametrize("look", LOOKS)
def test_both_painters_give_the_same_pixels(
    js: Js, kind: list[object], look: dict[str, object]
) -> None:
    worst, total = js("paint_webgl", BOTH, {"kind": kind, "look": look})
    assert worst == 0
    assert total > 0
