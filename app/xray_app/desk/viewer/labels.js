// A small list of labels beside a box: a digit takes one of the nine that show where it is all that is
// typed, with Alt always; typing narrows the list, Enter takes what is lit or what was typed, Esc leaves
// everything as it was.

import { labelled, say } from './words.js';

const DIGITS = 9;
const ALONE_MS = 300;  // after which a digit is no beginning of a word; a working value, not measured
const MODIFIERS = ['Alt', 'AltGraph', 'Control', 'Meta'];
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
  #digit = null;  // one that was pressed and may begin a word: { text, chosen, timer }

  // The list lies within `stage`, which is a part of `root`.
  constructor(root, stage) {
    [this.root, this.stage] = [root, stage];
    this.id = `labels-${lists++}`;
    this.element = made(root, 'div', { class: 'labels', role: 'dialog', 'aria-label': say('Label of the box') });
    this.input = made(this.element, 'input', { role: 'combobox', 'aria-expanded': 'true',
      'aria-controls': this.id, 'aria-autocomplete': 'list', 'aria-label': say('Label'),
      placeholder: say('What is it?'), title: say('A digit chooses while nothing is typed, with Alt at any time'), maxlength: 60, autocomplete: 'off', spellcheck: 'false' });
    this.list = made(this.element, 'ol', { id: this.id, role: 'listbox', 'aria-label': say('Labels') });
    this.element.hidden = true;
    this.input.addEventListener('input', () => this.#fill(0));
    this.input.addEventListener('keydown', (event) => this.#pressed(event));
    for (const name of ['beforeinput', 'compositionstart'])  // keyboards that tell of no keys
      this.input.addEventListener(name, () => this.#type());
    this.list.addEventListener('pointerdown', (event) => event.preventDefault());  // the input stays
    this.list.addEventListener('click', (event) => {
      const option = event.target.closest('li');
      if (option) this.#take(option.dataset.label);
    });
    addEventListener('pointerdown', (event) => {
      if (!this.#asked || this.element.contains(event.target)) return;
      if (this.#digit) this.#take(this.#digit.chosen);  // nothing more is typed
      else this.close();
    }, { capture: true });
  }

  get open() { return Boolean(this.#asked); }

  // Asks for a label beside a rectangle of the page; `lit` is the one that Enter takes.
  //   take(label): it was chosen; left(): it was not.
  ask({ around, labels, lit, take, left }) {
    this.close();
    this.#asked = { labels, take, left, from: document.activeElement };
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
    this.#drop();
    this.input.blur();  // before it hides, or the next key still counts as typed
    this.element.hidden = true;
    asked?.from?.focus({ preventScroll: true });  // keys go on where they were
    return asked;
  }

  #fill(lit) {
    this.shown = fitting(this.#asked.labels, this.input.value);
    this.list.replaceChildren(...this.shown.map((label, n) => {
      const option = document.createElement('li');
      Object.assign(option, { id: `${this.id}-${n}` });
      option.setAttribute('role', 'option');
      option.dataset.label = label;
      made(option, 'kbd').textContent = n < DIGITS && !this.input.value ? n + 1 : '';
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
    if (event.isComposing) return this.#type();
    const { key, altKey: isSure } = event, isPlain = !event.ctrlKey && !event.metaKey;
    const digit = isSure ? /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1] : key;
    const chosen = isPlain && /^[1-9]$/.test(digit) && this.shown[Number(digit) - 1];
    const step = { ArrowDown: 1, ArrowUp: -1, Tab: event.shiftKey ? -1 : 1 }[key];
    if (key === 'Escape') this.close();
    else if (key === 'Enter') this.shown.length && this.#take(this.shown[this.lit]);
    else if (chosen && isSure) this.#take(chosen);
    else if (chosen && !this.input.value && (!this.#digit || event.repeat)) this.#wait(key, chosen);
    else if (key === 'Backspace' && this.#digit) this.#drop();
    else if (step) {
      this.#drop();
      this.#light(this.lit + step);
    } else return MODIFIERS.includes(key) || this.#type();
    event.preventDefault();
    event.stopPropagation();
  }

  // The digit chooses unless more is typed; Enter need not wait.
  #wait(text, chosen) {
    this.#drop();
    this.#light(this.shown.indexOf(chosen));
    this.#digit = { text, chosen, timer: setTimeout(() => this.#take(chosen), ALONE_MS) };
  }

  // More is typed: the digit was the beginning of it.
  #type() {
    const text = this.#drop();
    if (!text) return;
    this.input.value = text;
    this.#fill(0);
  }

  #drop() {
    const digit = this.#digit;
    clearTimeout(digit?.timer);
    this.#digit = null;
    return digit?.text;
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
