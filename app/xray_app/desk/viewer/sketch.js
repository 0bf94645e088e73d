// A box while it is being drawn: dragged from corner to corner, or moved and stretched by keys.

import { toScan, toScreen } from './transform.js';

const LEAST_PX = 4;      // a shorter drag was a click
const FIRST = 0.25;      // of the pane's smaller side: a box that begins in its middle
const STEP_PX = 16;      // that a key moves it, on the screen

export class Sketch {
  ends = null;  // two corners, as points of the planes

  constructor(pane) {
    this.element = pane.appendChild(document.createElement('div'));
    this.element.className = 'sketch';
    this.element.hidden = true;
  }

  // A box in the middle of what is shown.
  begin({ view, size }) {
    const half = Math.min(...size) * FIRST / 2, [x, y] = size.map((side) => side / 2);
    this.ends = [[x - half, y - half], [x + half, y + half]].map((at) => toScan(view, size, at));
  }

  // A box that stands, its corners in pixels of the whole scan.
  take({ source: { step } }, [x1, y1, x2, y2]) {
    this.ends = [[x1, y1], [x2, y2]].map((end) => end.map((at) => at / step));
  }

  // Held by one of its corners as the officer sees them: right or left, lower or upper.
  hold({ view, size }, isRight, isLower) {
    const [[x1, y1], [x2, y2]] = this.#onScreen(view, size);
    const held = [isRight ? x2 : x1, isLower ? y2 : y1], stays = [isRight ? x1 : x2, isLower ? y1 : y2];
    this.ends = [stays, held].map((at) => toScan(view, size, at));
  }

  // Moves it as the officer sees it, or stretches it from its lower right corner.
  nudge({ view, size, ratio }, [dx, dy], stretch) {
    const [[x1, y1], [x2, y2]] = this.#onScreen(view, size);
    const [u, v] = [dx * STEP_PX * ratio, dy * STEP_PX * ratio];
    const least = LEAST_PX * ratio;
    const corners = stretch
      ? [[x1, y1], [Math.max(x2 + u, x1 + least), Math.max(y2 + v, y1 + least)]]
      : [[x1 + u, y1 + v], [x2 + u, y2 + v]];
    this.ends = corners.map((at) => toScan(view, size, at));
  }

  #onScreen(view, size) {
    const [a, b] = this.ends.map((end) => toScreen(view, size, end));
    return [[Math.min(a[0], b[0]), Math.min(a[1], b[1])], [Math.max(a[0], b[0]), Math.max(a[1], b[1])]];
  }

  // The box in pixels of the whole scan, within it; null: too small to be meant.
  box({ view, size, ratio, scan, source: { step } }) {
    if (!this.ends) return null;
    const [[x1, y1], [x2, y2]] = this.#onScreen(view, size);
    if (Math.min(x2 - x1, y2 - y1) < LEAST_PX * ratio) return null;
    const [low, high] = [Math.min, Math.max].map((pick) => [0, 1].map((axis) =>
      Math.min(Math.max(pick(this.ends[0][axis], this.ends[1][axis]), 0), scan[axis])));
    const xyxy = [...low, ...high].map((at) => Math.round(at * step * 10) / 10);
    return xyxy[2] - xyxy[0] >= 1 && xyxy[3] - xyxy[1] >= 1 ? xyxy : null;
  }

  place(view, size, ratio) {
    this.element.hidden = !this.ends;
    if (!this.ends) return;
    const [[x1, y1], [x2, y2]] = this.#onScreen(view, size).map((at) => at.map((v) => v / ratio));
    const { style } = this.element;
    style.transform = `translate(${x1}px, ${y1}px)`;
    [style.width, style.height] = [`${x2 - x1}px`, `${y2 - y1}px`];
  }
}
