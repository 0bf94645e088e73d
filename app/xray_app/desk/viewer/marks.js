// What the model says, over the pixels: numbered boxes, and hatched where nothing could be seen.
// Tiers differ by line and sign as well as by colour: an alarm has a solid, thick line and a
// triangle, a finding a dashed, thin one and a diamond.

import { toScreen } from './transform.js';

const SVG = 'http://www.w3.org/2000/svg';
const TAG_PX = 30;  // room that a tag needs above its box, on the largest screens
let hatches = 0;    // patterns are known by their id to the whole page

const svg = (parent, name, attributes = {}) => {
  const node = parent.appendChild(document.createElementNS(SVG, name));
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
};

const box = (parent, { number, label, percent, style }) => {
  const node = parent.appendChild(document.createElement('div'));
  node.className = `mark ${style}`;
  node.dataset.number = number;
  const tag = node.appendChild(document.createElement('span'));
  tag.append(style === 'alarm' ? '▲ ' : '◇ ');
  tag.appendChild(document.createElement('b')).textContent = number;
  tag.append(` ${label} `);
  tag.appendChild(document.createElement('small')).textContent = `${percent} %`;
  return node;
};

export class Marks {
  constructor(pane, { marks, opaque }) {
    this.said = marks;
    this.outlines = opaque;
    this.layer = pane.appendChild(document.createElement('div'));
    this.layer.className = 'marks';
    this.layer.setAttribute('aria-hidden', 'true');  // the table of findings says the same
    const drawing = svg(this.layer, 'svg'), id = `hatch-${hatches++}`;
    const pattern = svg(svg(drawing, 'defs'), 'pattern', { id, width: 9, height: 9,
      patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' });
    svg(pattern, 'line', { x1: 0, y1: 0, x2: 0, y2: 9 });
    this.polygons = opaque.map(() => svg(drawing, 'polygon', { fill: `url(#${id})` }));
    this.boxes = marks.map((mark) => box(this.layer, mark));
    // The strongest on top where boxes lie over one another.
    for (const node of [...this.boxes].reverse()) this.layer.append(node);
  }

  get empty() { return !this.said.length && !this.outlines.length; }

  place(view, size, ratio, step) {
    const put = ([x, y]) => toScreen(view, size, [x / step, y / step]).map((at) => at / ratio);
    this.outlines.forEach((points, n) =>
      this.polygons[n].setAttribute('points', points.map((p) => put(p).join(',')).join(' ')));
    this.placed = this.said.map(({ xyxy }) => {
      const [x1, y1] = put(xyxy.slice(0, 2)), [x2, y2] = put(xyxy.slice(2));
      return [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)];
    });
    this.placed.forEach(([x1, y1, x2, y2], n) => {
      const { style, classList } = this.boxes[n];
      style.transform = `translate(${x1}px, ${y1}px)`;
      [style.width, style.height] = [`${x2 - x1}px`, `${y2 - y1}px`];
      classList.toggle('inside', y1 < TAG_PX);
      classList.toggle('leftward', x1 > size[0] / ratio * 0.72);
    });
  }

  // The number of the smallest box around a point of the pane, in CSS pixels; null: none.
  under([x, y]) {
    const area = ([x1, y1, x2, y2]) => (x2 - x1) * (y2 - y1);
    const around = (this.placed ?? []).map((xyxy, n) => [xyxy, n])
      .filter(([[x1, y1, x2, y2]]) => x >= x1 && x < x2 && y >= y1 && y < y2)
      .sort(([a], [b]) => area(a) - area(b));
    return around.length ? this.said[around[0][1]].number : null;
  }
}
