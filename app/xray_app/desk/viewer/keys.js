// Keys for the tools. None fires while somebody types, when it repeats, or with Ctrl, Alt or Meta;
// the listeners go when the viewer has left the page.

import { usualFor } from './own.js';

// The key by what stands on it in Latin letters, so that a Korean keyboard works the same; Caps
// Lock changes nothing.
export const raw = ({ key, code }) => {
  if (/^[ -~]$/.test(key)) return key.toLowerCase();
  return key.length === 1 && code?.startsWith('Key') ? code.slice(3).toLowerCase() : key;
};

// The usual key of what this one does for the officer who presses it.
export const named = (event) => usualFor(raw(event));

const typing = (event) => event.target.closest?.('input, textarea, select, [contenteditable]');

// down(key, event) and up(key); `element` is the viewer's.
export const listen = (element, { down, up }) => {
  const held = new Set();
  const stop = new AbortController(), { signal } = stop;
  const gone = () => !element.isConnected && (stop.abort(), true);
  addEventListener('keydown', (event) => {
    if (gone() || event.repeat || event.altKey || event.ctrlKey || event.metaKey) return;
    if (typing(event) || document.querySelector('dialog[open]')) return;
    held.add(named(event));
    down(named(event), event);
  }, { signal });
  const release = (key) => held.delete(key) && up(key);
  addEventListener('keyup', (event) => gone() || release(named(event)), { signal });
  addEventListener('blur', () => gone() || [...held].forEach(release), { signal });
  return () => stop.abort();
};

// Keys that one tool wants before all others of the page; taken(key, event) says whether it took it.
export const listenFirst = (element, taken) => {
  const stop = new AbortController();
  addEventListener('keydown', (event) => {
    if (!element.isConnected) return stop.abort();
    if (event.altKey || typing(event) || document.querySelector('dialog[open]')) return;
    if (!taken(raw(event), event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, { signal: stop.signal, capture: true });
};
