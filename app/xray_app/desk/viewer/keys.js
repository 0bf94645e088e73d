// Keys for the tools. None fires while somebody types, when it repeats, or with Ctrl, Alt or Meta;
// the listeners go when the viewer has left the page.

const typing = (event) => event.target.closest?.('input, textarea, select, [contenteditable]');

// down(key, event) and up(key); `element` is the viewer's.
export const listen = (element, { down, up }) => {
  const held = new Set();
  const stop = new AbortController(), { signal } = stop;
  const gone = () => !element.isConnected && (stop.abort(), true);
  addEventListener('keydown', (event) => {
    if (gone() || event.repeat || event.altKey || event.ctrlKey || event.metaKey) return;
    if (typing(event) || document.querySelector('dialog[open]')) return;
    held.add(event.key);
    down(event.key, event);
  }, { signal });
  const release = (key) => held.delete(key) && up(key);
  addEventListener('keyup', (event) => gone() || release(event.key), { signal });
  addEventListener('blur', () => gone() || [...held].forEach(release), { signal });
  return () => stop.abort();
};
