// The tools as buttons, and the page that lists every key.

import { icon } from './icons.js';
import { ALL, MARKING, TOOLS, reason } from './tools.js';
import { say } from './words.js';

const element = (name, className, text = '') => {
  const node = document.createElement(name);
  node.className = className;
  node.textContent = text;
  return node;
};

export const spoken = (key) => ({ Escape: 'Esc', Delete: 'Del', Backspace: '⌫' })[key] ?? (key.length === 1 ? key.toUpperCase() : key);

export class Toolbar {
  // run(tool, event): a button was pressed.
  constructor(parent, run) {
    this.element = parent.appendChild(element('div', 'tools'));
    this.element.setAttribute('role', 'toolbar');
    this.element.setAttribute('aria-label', say('Image tools'));
    this.buttons = new Map();
    for (const group of TOOLS) {
      const box = this.element.appendChild(element('div', 'group'));
      for (const tool of group) {
        const button = box.appendChild(element('button', 'tool'));
        button.type = 'button';
        button.dataset.tool = tool.name;
        button.append(icon(tool.name), element('span', 'label', tool.label));
        button.addEventListener('click', (event) => run(tool, event));
        this.buttons.set(tool, button);
      }
    }
  }

  // Shows what is switched on and what cannot be used, and why; `about` as `reason` takes it.
  show(state, source, about) {
    for (const [tool, button] of this.buttons) {
      const why = reason(tool, source, about);
      const title = `${tool.title} (${spoken(tool.key)})`;
      button.title = why ? say('{title}: not here. {why}', { title: tool.title, why }) : title;
      button.setAttribute('aria-label', why ? button.title : title);
      button.toggleAttribute('aria-disabled', false);
      if (why) button.setAttribute('aria-disabled', 'true');
      if (tool.on) button.setAttribute('aria-pressed', String(!why && tool.on(state)));
    }
  }
}

const POINTER = [
  [say('Drag'), say('move the scan')], [say('Wheel'), say('zoom where the pointer is')],
  [say('Shift + drag'), say('window: sideways brightness, up and down contrast')],
  [say('Shift + Alt + drag'), say('gamma')], [say('Double click'), say('the whole scan again')],
];

const DRAWING = [
  [say('Drag'), say('from corner to corner, then a digit or the first letters of its label')],
  [say('Arrow keys'),
    say('a box without the pointer: move it; with Shift, stretch it; Enter, its label')],
  ['Esc', say('no box')],
];

// Every key, the decisions' of this page with them.
export const keysDialog = (parent) => {
  const dialog = parent.appendChild(element('dialog', 'keys'));
  dialog.setAttribute('aria-label', say('Keys'));
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  return () => {
    if (dialog.open) return dialog.close();
    const acts = [...document.querySelectorAll('[data-act][data-key]')].filter((b) => b.dataset.key)
      .map((b) => [b.dataset.key, b.firstChild.textContent.trim()]);
    const list = (title, rows, className = '') => {
      const section = element('section', className);
      const names = element('dl', '');
      for (const [key, says] of rows) {
        const row = names.appendChild(element('div', ''));
        row.appendChild(element('dt', '')).append(element('kbd', '', spoken(key)));
        row.append(element('dd', '', says));
      }
      section.append(element('h3', '', title), names);
      return rows.length ? [section] : [];
    };
    const close = element('button', 'act', say('Close'));
    close.addEventListener('click', () => dialog.close());
    dialog.replaceChildren(
      element('h2', '', say('Keys')),
      ...list(say('Decision'), acts),
      ...list(say('Scan'), ALL.map((tool) => [tool.key, tool.title])),
      ...list(say('What is marked'), MARKING.map((one) => [one.key, one.title])),
      ...list(say('Drawing'), DRAWING, 'wide'),
      ...list(say('Pointer'), POINTER, 'wide'),
      close,
    );
    dialog.showModal();
    close.focus();
  };
};
