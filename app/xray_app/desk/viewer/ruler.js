// Measuring between two points, in millimetres where the scan says how large a pixel is.

import { toScreen } from './transform.js';

const SVG = 'http://www.w3.org/2000/svg';

// Points lie on the planes; `step` scan pixels make one of theirs.
export const lengthOf = ([[x1, y1], [x2, y2]], { step, mm }) => {
  const px = Math.hypot(x2 - x1, y2 - y1) * step;
  if (!mm) return `${px.toFixed(0)} px`;
  const length = px * mm;
  return length < 100 ? `${length.toFixed(1)} mm`
    : length < 10_000 ? `${length.toFixed(0)} mm` : `${(length / 1000).toFixed(2)} m`;
};

export class Ruler {
  ends = null;  // two points of the scan
  pitch = { step: 1, mm: null };

  constructor(pane) {
    this.layer = pane.appendChild(document.createElementNS(SVG, 'svg'));
    this.layer.classList.add('ruler');
    this.lines = ['under', 'over'].map((name) => {
      const line = this.layer.appendChild(document.createElementNS(SVG, 'path'));
      line.classList.add(name);
      return line;
    });
    this.label = pane.appendChild(document.createElement('output'));
    this.label.className = 'length';
    this.label.hidden = true;
  }

  place(view, size, ratio) {
    this.label.hidden = !this.ends;
    this.layer.style.display = this.ends ? '' : 'none';
    if (!this.ends) return;
    const [[x1, y1], [x2, y2]] = this.ends.map((end) => toScreen(view, size, end).map((v) => v / ratio));
    const along = Math.hypot(x2 - x1, y2 - y1) || 1, [u, v] = [(x2 - x1) / along, (y2 - y1) / along];
    const tick = (x, y) => `M${x - 6 * v} ${y + 6 * u}L${x + 6 * v} ${y - 6 * u}`;
    const path = `M${x1} ${y1}L${x2} ${y2}${tick(x1, y1)}${tick(x2, y2)}`;
    for (const line of this.lines) line.setAttribute('d', path);
    this.label.textContent = lengthOf(this.ends, this.pitch);
    this.label.style.transform =
      `translate(${(x1 + x2) / 2}px, ${(y1 + y2) / 2}px) translate(-50%, -130%)`;
  }
}
