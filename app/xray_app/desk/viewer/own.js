// What an officer chose for themselves: keys, a sound for alarms, how each scanner's scans
// look. The bar at the top carries it, with what the keys of the page beside the viewer do. Everything else speaks of the usual keys.

import { say } from './words.js';

const PLAIN = { keys: {}, sound: false, scanners: [], acts: [] };
const bar = () => document.querySelector('#desk-header [data-own]');
const NAMES = { Escape: 'Esc', Delete: 'Del', Backspace: '⌫' };

export const own = () => ({ ...PLAIN, ...JSON.parse(bar()?.dataset.own ?? '{}') });

// The key that does for this officer what the usual one does, and how it is written.
export const keyFor = (usual) => own().keys[usual] ?? usual;
export const written = (key) => NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key);

// The usual key of what a pressed key does; empty where it does nothing any more.
export const usualFor = (pressed) => {
  const { keys } = own();
  const moved = Object.keys(keys).find((usual) => keys[usual] === pressed);
  return moved ?? (pressed in keys ? '' : pressed);
};

// Changes what this page knows of it.
export const learn = (change) => { bar().dataset.own = JSON.stringify({ ...own(), ...change }); };

const send = (address, body) => fetch(address, { method: 'PUT', body: JSON.stringify(body),
  keepalive: true, headers: { 'content-type': 'application/json' } }).catch(() => null);

// Keeps how a scanner's scans are looked at; null: as they came. Nothing is lost where that fails.
export const keepScanner = (scanner, left) => {
  if (!bar()) return;
  const others = own().scanners.filter((one) => one.scanner !== scanner);
  learn({ scanners: left ? [...others, { scanner, ...left }] : others });
  send('api/v1/own/scanner', { scanner, left });
};

// Keeps a change wherever this officer signs in; throws a sentence where it cannot be.
export const keep = async (change) => {
  const { keys, sound } = { ...own(), ...change };
  const answer = await send('api/v1/own', { keys, sound });
  if (!answer?.ok) throw new Error(say('The desk could not keep this; try again.'));
  learn({ keys, sound });
  showKeys();
};

// Writes the officer's own keys onto the buttons of the page; a dialog's keys are its own. A button
// names its usual key as `data-key` where a press of it clicks the button, else as `data-usual`.
export const showKeys = () => {
  for (const sign of document.querySelectorAll('[data-key] > kbd, [data-usual] > kbd')) {
    const { usual, key = usual } = sign.parentElement.dataset;
    if (key && !sign.closest('dialog')) sign.textContent = written(keyFor(key));
  }
};
