// One view of a case: its pixels, its marks over them, and what the pointer does there.

import { Lens } from './lens.js';
import { Marks } from './marks.js';
import { ensureCodes } from './matter.js';
import { painterFor } from './paint_webgl.js';
import { load } from './planes.js';
import { Ruler } from './ruler.js';
import { buffers, levelFor, sample } from './sample.js';
import { Sketch } from './sketch.js';
import { fitted, fittingZoom, toScan, toScreen } from './transform.js';

const MOST_MOVING_PX = 1_000_000;  // screen pixels worked out while something moves
const WIDE = 4;                    // levels coarser: surroundings of 16 x 16 for local contrast

export class Pane {
  source = null;
  view = null;   // see transform.js, in screen pixels of the device
  size = [0, 0];
  #samples = null;
  #serial = 0;   // of samples, whichever buffers hold them: by it painters know what they have
  #painted = '';

  // `about`: tables from Python; `said`: the view as Python describes it.
  constructor(said, about) {
    this.said = said;
    this.about = about;
    this.element = document.createElement('figure');
    this.element.className = 'pane';
    this.element.tabIndex = 0;
    this.element.setAttribute('aria-label', said.alt);
    this.canvas = this.element.appendChild(document.createElement('canvas'));
    this.marks = new Marks(this.element, said);
    this.ruler = new Ruler(this.element);
    this.sketch = new Sketch(this.element);
    this.lens = new Lens(this.element);
    this.line = this.element.appendChild(document.createElement('i'));
    this.line.className = 'cursor';
    this.line.hidden = true;
    if (said.name)
      this.element.appendChild(document.createElement('figcaption')).textContent = said.name;
  }

  async load(signal) {
    this.source = await load(this.said, signal);
    this.codes = this.source.planes.length === 2 && this.about.beams[this.said.beam];
    this.painter = painterFor(this.canvas);
    this.element.dataset.painter = this.painter.name;
    this.ruler.pitch = { step: this.source.step, mm: this.source.pixelMm || this.said.pixelMm };
    this.measure();
  }

  // Goes for good, and gives back what it had of the graphics card.
  leave() {
    this.element.remove();
    this.painter?.leave();
  }

  get scan() { return [this.source.width, this.source.height]; }

  // Takes up the place that the page gives; a scan that just fitted fits again.
  measure() {
    const ratio = devicePixelRatio, before = this.size;
    const { clientWidth, clientHeight } = this.element;
    this.size = [clientWidth, clientHeight].map((side) => Math.max(1, Math.round(side * ratio)));
    this.ratio = ratio;
    if (!this.source) return;
    const fits = this.view && before[0]
      && Math.abs(this.view.zoom / fittingZoom(this.scan, before, this.view.turn) - 1) < 1e-6;
    if (!this.view || fits) this.fit();
  }

  fit() { this.view = fitted(this.scan, this.size, this.view ?? {}); }

  // Moves so that a box shows whose middle lies outside.
  reveal([x1, y1, x2, y2]) {
    const middle = [(x1 + x2) / 2, (y1 + y2) / 2].map((at) => at / this.source.step);
    const at = toScreen(this.view, this.size, middle);
    if (at.some((v, axis) => v < 0 || v > this.size[axis]))
      this.view = { ...this.view, x: middle[0], y: middle[1] };
  }

  // A point of the page, in pixels of the device from this pane's corner.
  pointOf(event) {
    const box = this.element.getBoundingClientRect();
    return [(event.clientX - box.left) * this.ratio, (event.clientY - box.top) * this.ratio];
  }

  scanPoint(event) { return toScan(this.view, this.size, this.pointOf(event)); }

  draw(moving, look, tables) {
    if (!this.source || !this.view) return;
    const density = moving ? Math.max(1, Math.sqrt(this.size[0] * this.size[1] / MOST_MOVING_PX)) : 1;
    const [width, height] = this.size.map((side) => Math.max(1, Math.round(side / density)));
    const view = { ...this.view, zoom: this.view.zoom / density };
    const wanted = JSON.stringify([this.view, this.size, look.local]);
    const stands = this.#painted === wanted && (moving || !this.#samples.coarse);
    if (!stands) this.#sample(view, width, height, moving, look.local);
    this.#painted = wanted;
    this.painter.paint(this.#samples, look, tables);
    this.marks.place(this.view, this.size, this.ratio, this.source.step);
    this.ruler.place(this.view, this.size, this.ratio);
    this.sketch.place(this.view, this.size, this.ratio);
    this.lens.draw(this, look, tables);
  }

  #sample(view, width, height, moving, local) {
    const { levels, kind, planes } = this.source;
    if (this.#samples?.width !== width || this.#samples.height !== height)
      this.#samples = buffers(width, height, kind, planes.length);
    const level = levelFor(levels, view.zoom, moving ? 1 : 0);
    this.needCodes(level, view, [width, height]);
    const wide = local ? levels[Math.min(levels.indexOf(level) + WIDE, levels.length - 1)] : null;
    sample(level, view, this.#samples, { smooth: !moving, wide });
    this.#samples.coarse = moving;
    this.#samples.serial = ++this.#serial;
  }

  // Works out the material of whatever part of a level the screen shows.
  needCodes(level, view, size) {
    if (!this.codes) return;
    const [x1, y1] = toScan(view, size, [0, 0]), [x2, y2] = toScan(view, size, size);
    const box = [Math.min(x1, x2) - 2, Math.min(y1, y2) - 2, Math.max(x1, x2) + 2, Math.max(y1, y2) + 2];
    ensureCodes(level, this.about, this.codes, box.map((at) => at / level.scale));
  }

  // The cursor of another view, as its share of the way along the belt; null: it is elsewhere.
  follow(share) {
    this.line.hidden = share === null || !this.view;
    if (this.line.hidden) return;
    const upright = this.view.turn % 2 === 0;
    const at = (share * this.scan[0] - this.view.x) * this.view.zoom / this.ratio;
    const sign = [1, 1, -1, -1][this.view.turn] * (this.view.mirror ? -1 : 1);
    const middle = this.size[upright ? 0 : 1] / 2 / this.ratio;
    this.line.classList.toggle('level', !upright);
    this.line.style.transform = `translate${upright ? 'X' : 'Y'}(${middle + sign * at}px)`;
  }
}
