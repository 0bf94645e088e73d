// The tools as buttons.

import { element } from './element.js';
import { icon } from './icons.js';
import { keyFor, written } from './own.js';
import { TOOLS, reason } from './tools.js';
import { say } from './words.js';

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
      const title = `${tool.title} (${written(keyFor(tool.key))})`;
      button.title = why ? say('{title}: not here. {why}', { title: tool.title, why }) : title;
      button.setAttribute('aria-label', why ? button.title : title);
      button.toggleAttribute('aria-disabled', false);
      if (why) button.setAttribute('aria-disabled', 'true');
      if (tool.on) button.setAttribute('aria-pressed', String(!why && tool.on(state)));
    }
  }
}
