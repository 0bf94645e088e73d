// A key presses the button that names it.
addEventListener('keydown', (event) => {
  if (event.repeat || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.target.closest('input, textarea, select')) return;
  document.querySelector(`[data-act][data-key="${CSS.escape(event.key)}"]:not(:disabled)`)?.click();
});

// The arrow keys walk through the queue.
addEventListener('keydown', (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.repeat || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.target.closest('input, textarea, select, summary')) return;
  const entries = [...document.querySelectorAll('#desk-queue .entry')];
  const next = entries[entries.findIndex((entry) => entry.hasAttribute('aria-current')) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.click();
});
