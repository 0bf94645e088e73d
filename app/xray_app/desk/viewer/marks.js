// What is said of a scan, over the pixels: the machine's numbered boxes, an officer's lettered ones,
// and hatched where nothing could be seen. Tiers differ by line and sign as well as by colour: an
// alarm has a solid, thick line and a triangle, a finding a dashed, thin one and a diamond; what an
// officer confirmed has a tick, what they rejected a cross and a dotted line.

import { element } from './element.js';
import { keyFor, written } from './own.js';
import { MARKING } from './tools.js';
import { toScreen } from './transform.js';
import { labelled, say } from './words.js';

const SVG = 'http://www.w3.org/2000/svg';
const WALL = matchMedia('(min-width: 3000px)');  // see viewer.css
const TAG_PX = 30;  // room that a tag needs above its box
const BAR_PX = 34;  // and the buttons below it
const LARGER = 1.4;  // on a wall
const SIGNS = { alarm: '▲', finding: '◇', drawn: '✎' };
const SAID = { confirmed: '✓', rejected: '✕' };
const CORNERS = ['upper left', 'upper right', 'lower left', 'lower right'];
let hatches = 0;    // patterns are known by their id to the whole page

// What the buttons at a lit box do; see `marking.js`.
const BARS = {
  drawn: [['relabel', '✎', say('Call it something else')], ['adjust', '⤡', say('Move or stretch it by keys')],
    ['reject', '✕', say('Take it away')]],
  found: [['confirm', '✓', say('Confirm')], ['reject', '✕', say('Reject')],
    ['relabel', '✎', say('Call it something else')]],
};

const svg = (parent, name, attributes = {}) => {
  const node = parent.appendChild(document.createElementNS(SVG, name));
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
};

const part = (parent, name, text, className = '') =>
  parent.appendChild(element(name, className, text));

const bar = (parent, { drawn, number, says }) => {
  const buttons = part(parent, 'div', '', 'bar');
  for (const [name, sign, title] of BARS[drawn ? 'drawn' : 'found']) {
    const button = part(buttons, 'button', sign, name);
    const { key } = MARKING.find((tool) => tool.name === name);
    Object.assign(button, { type: 'button', title, tabIndex: -1 });
    button.dataset.usual = key;
    button.toggleAttribute('data-on', name === { confirmed: 'confirm', rejected: 'reject' }[says]);
    part(button, 'kbd', written(keyFor(key)));
    button.addEventListener('click', () => parent.dispatchEvent(
      new CustomEvent('marking', { bubbles: true, detail: { name, number } })));
  }
};

const box = (parent, mark) => {
  const { number, label, was, percent, style, says } = mark;
  const node = part(parent, 'div', '', `mark ${style} ${says}`);
  node.dataset.number = number;
  const tag = part(node, 'span', `${SIGNS[style]} `);
  part(tag, 'b', number);
  tag.append(' ');
  if (was) part(tag, 's', labelled(was));
  tag.append(was ? ` ${labelled(label)} ` : `${labelled(label)} `);
  if (percent !== undefined) part(tag, 'small', say('{share} %', { share: percent }));
  if (SAID[says]) part(tag, 'i', SAID[says]);
  if (mark.drawn) for (const corner of CORNERS) part(node, 'div', '', `grip ${corner}`);
  bar(node, mark);
  return node;
};

export class Marks {
  #found;
  all = [];  // every mark, as `box` draws it

  constructor(pane, said) {
    this.layer = pane.appendChild(document.createElement('div'));
    this.layer.className = 'marks';
    this.layer.setAttribute('aria-hidden', 'true');  // the table and the status line say the same
    this.drawing = svg(this.layer, 'svg');
    this.hatch = `hatch-${hatches++}`;
    const pattern = svg(svg(this.drawing, 'defs'), 'pattern', { id: this.hatch, width: 9, height: 9,
      patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' });
    svg(pattern, 'line', { x1: 0, y1: 0, x2: 0, y2: 9 });
    this.boxes = this.polygons = [];
    this.renew(said);
    this.show(null, 0);
  }

  // What the machine says of the view; `show` then brings it to the screen.
  renew({ marks, opaque }) {
    this.#found = marks;
    this.outlines = opaque;
    this.polygons.forEach((polygon) => polygon.remove());
    this.polygons = opaque.map(() => svg(this.drawing, 'polygon', { fill: `url(#${this.hatch})` }));
  }

  get empty() { return !this.all.length && !this.outlines.length; }

  // Shows what officers said of a view; null: nothing is known of that.
  show(opinions, view) {
    const found = this.#found.map((mark, n) => {
      const said = opinions?.of(view, n + 1);
      const label = (said?.label ?? mark.label).replaceAll('_', ' ');
      return { ...mark, says: said?.says ?? '', label, was: label === mark.label ? '' : mark.label,
        finding: n + 1 };
    });
    const drawn = (opinions?.drawnOn(view) ?? []).map((one) => ({ number: opinions.letter(one.drawn),
      label: one.label.replaceAll('_', ' '), style: 'drawn', says: '', xyxy: one.xyxy_px,
      drawn: one.drawn }));
    const before = JSON.stringify(this.all), lit = this.lit;
    this.all = [...found, ...drawn];
    if (before === JSON.stringify(this.all) && this.boxes.length) return;
    this.boxes.forEach((node) => node.remove());
    this.placed = null;
    this.boxes = this.all.map((mark) => box(this.layer, mark));
    // The strongest on top where boxes lie over one another.
    for (const node of [...this.boxes].reverse()) this.layer.append(node);
    this.light(lit ?? null);
  }

  light(number) {
    this.lit = number;
    this.boxes.forEach((node) => node.classList.toggle('lit', node.dataset.number === String(number)));
  }

  // A box that is being changed is shown by the sketch of it; null: none is.
  hide(number) {
    this.boxes.forEach((node) => node.classList.toggle('moving', node.dataset.number === String(number)));
  }

  named(number) { return this.all.find((mark) => String(mark.number) === String(number)) ?? null; }

  place(view, size, ratio, step) {
    const put = ([x, y]) => toScreen(view, size, [x / step, y / step]).map((at) => at / ratio);
    this.outlines.forEach((points, n) =>
      this.polygons[n].setAttribute('points', points.map((p) => put(p).join(',')).join(' ')));
    this.placed = this.all.map(({ xyxy }) => {
      const [x1, y1] = put(xyxy.slice(0, 2)), [x2, y2] = put(xyxy.slice(2));
      return [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)];
    });
    const [width, height] = size.map((side) => side / ratio);
    const [tag, bar] = [TAG_PX, BAR_PX].map((room) => room * (WALL.matches ? LARGER : 1));
    this.placed.forEach(([x1, y1, x2, y2], n) => {
      const { style, classList } = this.boxes[n];
      style.transform = `translate(${x1}px, ${y1}px)`;
      [style.width, style.height] = [`${x2 - x1}px`, `${y2 - y1}px`];
      classList.toggle('inside', y1 < tag);
      classList.toggle('leftward', x1 > width * 0.72);
      classList.toggle('upward', y2 > height - bar);
    });
  }

  // The number of the smallest box around a point of the pane, in CSS pixels; null: none.
  under([x, y]) {
    const area = ([x1, y1, x2, y2]) => (x2 - x1) * (y2 - y1);
    const around = (this.placed ?? []).map((xyxy, n) => [xyxy, n])
      .filter(([[x1, y1, x2, y2]]) => x >= x1 && x < x2 && y >= y1 && y < y2)
      .sort(([a], [b]) => area(a) - area(b));
    return around.length ? this.all[around[0][1]].number : null;
  }
}
