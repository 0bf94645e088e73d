// The line under the scan: how it is shown, and what lies under the cursor.

import { readOut } from './matter.js';
import { say } from './words.js';

const percent = (share) => `${(100 * share).toFixed(share < 0.01 ? 2 : share < 0.1 ? 1 : 0)} %`;
const both = (values, say) => values.map(say).join(' / ');

// What the numbers under the cursor are called, as [name, value] pairs.
export const wordsOf = (said, pitch) => {
  if (!said) return [];
  const where = pitch ? `${(said.x * pitch).toFixed(0)}, ${(said.y * pitch).toFixed(0)} mm`
    : `${said.x}, ${said.y} px`;
  if (said.rgb) return [[say('at'), where], [say('colour'), said.rgb.join(' ')]];
  const words = [[say('at'), where], ['T', both(said.transmissions, percent)],
    ['−ln T', both(said.attenuations, (a) => a.toFixed(2))]];
  if (said.material)
    words.push([say('is'), say(`material|${said.material}`) + (said.number ? `, Z ≈ ${said.number.toFixed(0)}` : '')]);
  return words;
};

// How the scan is shown, where that is not as it came.
export const shownAs = (look, plain, about) => {
  const words = [];
  if (look.palette >= 0 && look.palette !== plain.palette) words.push(say(`palette|${about.palettes[look.palette].name}`));
  if (look.palette < 0 && plain.palette >= 0) words.push(say('grey'));
  if (look.strip) words.push(say(`shown|${look.strip} stripped`));
  if (look.penetration) words.push(say(`shown|${look.penetration} penetration`));
  for (const name of ['negative', 'outline']) if (look[name]) words.push(say(`shown|${name}`));
  if (look.local) words.push(say('shown|local contrast'));
  if (look.black !== plain.black || look.white !== plain.white)
    words.push(say('shown|window {from}–{to}', { from: look.black.toFixed(2), to: look.white.toFixed(2) }));
  if (look.gamma !== plain.gamma) words.push(say('shown|gamma {gamma}', { gamma: look.gamma.toFixed(2) }));
  return words.join(' · ');
};

const TOLD_MS = 8000;

export class Status {
  #until = 0;

  constructor(parent) {
    this.element = parent.appendChild(document.createElement('footer'));
    this.element.className = 'status';
    [this.shown, this.told, this.read] = ['shown', 'told', 'read'].map((name) => {
      const part = this.element.appendChild(document.createElement('span'));
      part.className = name;
      return part;
    });
    this.told.setAttribute('role', 'status');
  }

  // What became of something that the officer did; trouble stays until something else is said.
  tell(text, isTrouble = false) {
    this.told.textContent = text;
    this.told.classList.toggle('trouble', isTrouble);
    clearTimeout(this.#until);
    if (!isTrouble) this.#until = setTimeout(() => { this.told.textContent = ''; }, TOLD_MS);
  }

  say(text) { this.shown.textContent = text || say('as it came'); }

  under(pane, point) {
    const said = point && readOut(pane.source, point, pane.about, pane.codes);
    const words = wordsOf(said, pane.source?.pixelMm || pane.said.pixelMm);
    this.read.replaceChildren(...words.flatMap(([name, value]) => {
      const [label, number] = [document.createElement('small'), document.createElement('b')];
      [label.textContent, number.textContent] = [name, value];
      return [label, number];
    }));
  }
}
