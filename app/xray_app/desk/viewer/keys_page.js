// The page that lists every key, and lets an officer change them.

import { element } from './element.js';
import { raw } from './keys.js';
import { keep, keyFor, own, written } from './own.js';
import { alarm } from './sound.js';
import { ALL, MARKING } from './tools.js';
import { say } from './words.js';

const FIXED = new Set(['?', 'Escape', 'Ctrl+Z']);  // the way out, and what every program has
const NAMED = new Set(['Delete', 'Backspace', 'Insert', 'Home', 'End', 'PageUp', 'PageDown']);
const POINTER = [
  [say('Drag'), say('move the scan')], [say('Wheel'), say('zoom where the pointer is')],
  [say('Shift + drag'), say('window: sideways brightness, up and down contrast')],
  [say('Shift + Alt + drag'), say('gamma')], [say('Double click'), say('the whole scan again')],
];
const ARROWS = [
  [say('Arrow keys'), say('on a view that has the focus: move the scan; what the cross lies on is read out')],
  [say('with Window'), say('brightness and contrast; Page up and Page down, gamma')],
  [say('with Measure'), say('move the cross; Enter begins and ends a measurement')],
  [say('with Magnifier'), say('move the cross and the magnifier with it')],
  ['Shift', say('larger steps')],
];
const DRAWING = [
  [say('Drag'), say('from corner to corner, then a digit or the first letters of its label')],
  [say('Arrow keys'),
    say('a box without the pointer: move it; with Shift, stretch it; Enter, its label')],
  ['Esc', say('no box')],
];

const rows = () => [...own().acts, ...[...ALL, ...MARKING].map((one) => [one.key, one.title])];
const usable = (key) => /^[!-~]$/.test(key) || NAMED.has(key);

export class KeysPage {
  constructor(parent) {
    this.dialog = parent.appendChild(element('dialog', 'keys'));
    this.dialog.setAttribute('aria-label', say('Keys'));
    this.dialog.addEventListener('click', (event) => event.target === this.dialog && this.dialog.close());
    this.dialog.addEventListener('keydown', (event) => this.#pressed(event));
  }

  // Opens it, or closes it again.
  toggle() {
    if (this.dialog.open) return this.dialog.close();
    this.#paint();
    this.dialog.showModal();
    this.dialog.querySelector('.close').focus({ preventScroll: true });
  }

  #paint(said = '') {
    const close = element('button', 'act close', say('Close'));
    close.addEventListener('click', () => this.dialog.close());
    this.note = element('p', 'said', said || say('Press a key here to change it.'));
    this.note.setAttribute('role', 'status');
    this.dialog.replaceChildren(
      element('h2', '', say('Keys')), this.note,
      ...this.#list(say('Decision'), own().acts),
      ...this.#list(say('Scan'), ALL.map((tool) => [tool.key, tool.title])),
      ...this.#list(say('What is marked'), MARKING.map((one) => [one.key, one.title])),
      ...this.#list(say('Arrow keys'), ARROWS, 'wide'),
      ...this.#list(say('Drawing'), DRAWING, 'wide'),
      ...this.#list(say('Pointer'), POINTER, 'wide'),
      this.#choices(close),
    );
  }

  #list(title, entries, className = '') {
    const section = element('section', className), names = element('dl', '');
    for (const [key, says] of entries) {
      const row = names.appendChild(element('div', ''));
      const sign = element('kbd', '', written(className ? key : keyFor(key)));
      const place = row.appendChild(element('dt', ''));
      if (className || FIXED.has(key)) place.append(sign);
      else place.append(this.#changer(key, says, sign));
      row.append(element('dd', '', says));
    }
    section.append(element('h3', '', title), names);
    return entries.length ? [section] : [];
  }

  #changer(usual, says, sign) {
    const button = element('button', 'change');
    button.type = 'button';
    button.dataset.usual = usual;
    button.setAttribute('aria-label', say('Change the key of: {what}', { what: says }));
    button.append(sign);
    button.addEventListener('click', () => {
      this.#paint(say('Now press the key for: {what}', { what: says }));
      this.asking = [...this.dialog.querySelectorAll('.change')].find((b) => b.dataset.usual === usual);
      this.asking.classList.add('asking');
      this.asking.focus();
    });
    return button;
  }

  #choices(close) {
    const box = element('div', 'choices'), sound = element('label', '');
    const check = sound.appendChild(element('input', ''));
    check.type = 'checkbox';
    check.checked = own().sound;
    sound.append(say('A sound when a case with an alarm opens'));
    check.addEventListener('change', async () => {
      if (await this.#keep({ sound: check.checked }) && check.checked) alarm();
    });
    const usual = element('button', 'act usual', say('The usual keys again'));
    usual.disabled = !Object.keys(own().keys).length;
    usual.addEventListener('click', () => this.#keep({ keys: {} }));
    box.append(sound, usual, close);
    return box;
  }

  #pressed(event) {
    const { asking } = this;
    if (!asking?.isConnected || ['Shift', 'Control', 'Alt', 'Meta'].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    this.asking = null;
    if (event.key === 'Escape' || event.key === 'Tab') return this.#paint();
    this.#change(asking.dataset.usual, raw(event));
  }

  #change(usual, key) {
    const taken = rows().find(([other]) => other !== usual && keyFor(other) === key);
    if (taken || FIXED.has(key))
      return this.#paint(say('{key} does something already: {what}. Choose another.',
        { key: written(key), what: taken?.[1] ?? say('All keys') }));
    if (!usable(key))
      return this.#paint(say('{key} cannot be used; choose a letter, a digit or a sign.', { key: written(key) }));
    const { [usual]: before, ...keys } = own().keys;
    return this.#keep({ keys: key === usual ? keys : { ...keys, [usual]: key } });
  }

  async #keep(change) {
    try {
      await keep(change);
      this.#paint(say('Kept.'));
      return true;
    } catch (error) {
      this.#paint(error.message);
      return false;
    }
  }
}
