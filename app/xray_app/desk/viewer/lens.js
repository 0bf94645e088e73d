// The magnifier: a round window that follows the pointer and shows what lies under it, larger.

import { PlainPainter } from './paint_plain.js';
import { buffers, levelFor, sample } from './sample.js';
import { toScan } from './transform.js';

const ACROSS = 240;   // CSS pixels
const LARGER = 3;     // times the zoom around it
const AT_LEAST = 2;   // screen pixels to one of the scan's

export class Lens {
  at = null;  // where the pointer is, in pixels of the device; null: nowhere

  constructor(pane) {
    this.canvas = pane.appendChild(document.createElement('canvas'));
    this.canvas.className = 'lens';
    this.canvas.hidden = true;
    this.painter = new PlainPainter(this.canvas);
  }

  draw(pane, look, tables) {
    this.canvas.hidden = !this.at;
    if (!this.at) return;
    const side = Math.round(ACROSS * pane.ratio), size = [side, side];
    const [x, y] = toScan(pane.view, pane.size, this.at);
    const zoom = Math.max(pane.view.zoom * LARGER, AT_LEAST * pane.ratio);
    const view = { ...pane.view, x, y, zoom };
    if (this.samples?.width !== side || this.samples.kind !== pane.source.kind
      || this.samples.planes.length !== pane.source.planes.length)
      this.samples = buffers(side, side, pane.source.kind, pane.source.planes.length);
    const level = levelFor(pane.source.levels, zoom);
    pane.needCodes(level, view, size);
    sample(level, view, this.samples, { smooth: true, wide: null });
    this.painter.paint(this.samples, { ...look, local: false }, tables);
    const [left, top] = this.at.map((at) => at / pane.ratio - ACROSS / 2);
    this.canvas.style.transform = `translate(${left}px, ${top}px)`;
  }
}
