// A small list of labels beside a box: a digit takes one of the nine that show, typing narrows the
// list, Enter takes what is lit or what was typed, Esc leaves everything as it was.

import { labelled, say } from './words.js';

const DIGITS = 9;
let lists = 0;  // options are known by their ids to the whole page

const plain = (label) => label.replaceAll('_', ' ');
const names = (label) => [plain(label), labelled(label).toLowerCase()];
const asLabel = (text) => text.trim().toLowerCase().replace(/\s+/g, '_');

// What fits to what was typed: labels that begin so, then labels that hold it.
export const fitting = (labels, typed) => {
  const text = plain(typed.trim().toLowerCase());
  const found = labels.filter((label) => names(label).some((name) => name.includes(text)));
  const first = found.filter((label) => names(label).some((name) => name.startsWith(text)));
  const all = [...first, ...found.filter((label) => !first.includes(label))];
  const own = asLabel(typed);
  return own && !all.includes(own) ? [...all, own] : all;
};

const made = (parent, name, attributes = {}) => {
  const node = parent.appendChild(document.createElement(name));
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
};

export class Labels {
  #asked = null;

  // The list lies within `stage`, which is a part of `root`.
  constructor(root, stage) {
    [this.root, this.stage] = [root, stage];
    this.id = `labels-${lists++}`;
    this.element = made(root, 'div', { class: 'labels', role: 'dialog', 'aria-label': say('Label of the box') });
    this.input = made(this.element, 'input', { role: 'combobox', 'aria-expanded': 'true',
      'aria-controls': this.id, 'aria-autocomplete': 'list', 'aria-label': say('Label'),
      placeholder: say('What is it?'), maxlength: 60, autocomplete: 'off', spellcheck: 'false' });
    this.list = made(this.element, 'ol', { id: this.id, role: 'listbox', 'aria-label': say('Labels') });
    this.element.hidden = true;
    this.input.addEventListener('input', () => this.#fill(0));
    this.input.addEventListener('keydown', (event) => this.#pressed(event));
    this.list.addEventListener('pointerdown', (event) => event.preventDefault());  // the input stays
    this.list.addEventListener('click', (event) => {
      const option = event.target.closest('li');
      if (option) this.#take(option.dataset.label);
    });
    addEventListener('pointerdown', (event) => {
      if (this.#asked && !this.element.contains(event.target)) this.close();
    }, { capture: true });
  }

  get open() { return Boolean(this.#asked); }

  // Asks for a label beside a rectangle of the page; `lit` is the one that Enter takes.
  //   take(label): it was chosen; left(): it was not.
  ask({ around, labels, lit, take, left }) {
    this.close();
    this.#asked = { labels, take, left };
    this.element.hidden = false;
    this.input.value = '';
    this.#fill(Math.max(labels.indexOf(lit), 0));
    this.#place(around);
    this.input.focus({ preventScroll: true });
  }

  close() { this.#leave()?.left?.(); }

  #take(label) { this.#leave().take(label); }

  #leave() {
    const asked = this.#asked;
    this.#asked = null;
    this.input.blur();  // before it hides, or the next key still counts as typed
    this.element.hidden = true;
    return asked;
  }

  #fill(lit) {
    this.shown = fitting(this.#asked.labels, this.input.value);
    this.list.replaceChildren(...this.shown.map((label, n) => {
      const option = document.createElement('li');
      Object.assign(option, { id: `${this.id}-${n}` });
      option.setAttribute('role', 'option');
      option.dataset.label = label;
      made(option, 'kbd').textContent = n < DIGITS ? n + 1 : '';
      made(option, 'span').textContent = labelled(label);
      return option;
    }));
    this.#light(lit);
  }

  #light(lit) {
    this.lit = Math.min(Math.max(lit, 0), this.shown.length - 1);
    [...this.list.children].forEach((option, n) =>
      option.setAttribute('aria-selected', String(n === this.lit)));
    this.list.children[this.lit]?.scrollIntoView({ block: 'nearest' });
    this.input.setAttribute('aria-activedescendant', `${this.id}-${this.lit}`);
  }

  #pressed(event) {
    if (event.isComposing) return;
    const digit = /^[1-9]$/.test(event.key) && this.shown[Number(event.key) - 1];
    const step = { ArrowDown: 1, ArrowUp: -1, Tab: event.shiftKey ? -1 : 1 }[event.key];
    if (event.key === 'Escape') this.close();
    else if (event.key === 'Enter') this.shown.length && this.#take(this.shown[this.lit]);
    else if (digit) this.#take(digit);
    else if (step) this.#light(this.lit + step);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // Beside the rectangle where there is room, within the stage in any case.
  #place(around) {
    const [root, stage, own] = [this.root, this.stage, this.element]
      .map((node) => node.getBoundingClientRect());
    const gap = 8, right = around.right + gap, left = around.left - gap - own.width;
    const x = right + own.width <= stage.right ? right : left >= stage.left ? left : stage.right - own.width - gap;
    const within = (value, least, most) => Math.min(Math.max(value, least), Math.max(least, most));
    const at = [within(x, stage.left + gap, stage.right - own.width - gap) - root.left,
      within(around.top, stage.top + gap, stage.bottom - own.height - gap) - root.top];
    this.element.style.transform = `translate(${at[0]}px, ${at[1]}px)`;
  }
}
