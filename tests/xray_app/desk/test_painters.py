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


AT_REST = """
const {WebglPainter} = m, {PlainPainter} = await import('/paint_plain.js');
const {Pane} = await import('/pane.js'), {levels} = await import('/planes.js');
const {tones, colours, PLAIN} = await import('/tone.js');
const {tablesFrom} = await import('/tables.js');
const about = tablesFrom(await (await fetch('/tables.json')).json());
const [width, height] = [700, 450], plane = new Uint16Array(width * height);
plane.forEach((_, n) => { plane[n] = (n * 2654435761) % 65536; });
const tables = {tone: tones(PLAIN, 65536), colours: colours(PLAIN, null, about)};
const at_rest = (Painter) => {
  const pane = new Pane({alt: '', marks: [], opaque: [], beam: '', name: ''}, about);
  pane.element.style.cssText =
    'position: fixed; inset: 0 auto auto 0; width: 1600px; height: 1000px';
  document.body.append(pane.element);
  pane.source = {kind: 'transmission', width, height, step: 1, planes: [plane],
    levels: levels(width, height, [plane])};
  pane.painter = Painter.on ? Painter.on(pane.canvas) : new Painter(pane.canvas);
  pane.measure();
  pane.draw(true, PLAIN, tables);
  pane.draw(false, PLAIN, tables);
  const copy = document.createElement('canvas');
  [copy.width, copy.height] = [pane.canvas.width, pane.canvas.height];
  const context = copy.getContext('2d');
  context.drawImage(pane.canvas, 0, 0);
  pane.element.remove();
  return context.getImageData(0, 0, copy.width, copy.height).data;
};
const [one, other] = [at_rest(PlainPainter), at_rest(WebglPainter)];
return [one.length, one.filter((v, n) => v !== other[n]).length]"""


def test_the_picture_at_rest_is_of_its_own_numbers_and_not_of_those_while_it_moved(js: Js) -> None:
    size, wrong = js("paint_webgl", AT_REST, {})
    assert (size, wrong) == (1600 * 1000 * 4, 0)


def test_a_view_that_goes_gives_back_its_place_on_the_graphics_card(js: Js) -> None:
    """A browser keeps sixteen at a time, and takes the oldest away from whoever has it."""
    body = """
    const {WebglPainter} = m, {Pane} = await import('/pane.js');
    const canvases = [...Array(20)].map(() => {
      const pane = new Pane({alt: '', marks: [], opaque: [], beam: '', name: ''}, {});
      pane.painter = WebglPainter.on(pane.canvas);
      pane.leave();
      return pane.canvas;
    });
    return canvases.map((canvas) => canvas.getContext('webgl2').isContextLost())"""
    assert js("paint_webgl", body, {}) == [True] * 20
