// The whole page takes a dropped file, and the arrow keys walk through the queue.
(() => {
  addEventListener('dragover', (event) => event.preventDefault());
  addEventListener('drop', (event) => {
    if (event.defaultPrevented) return; // one of Gradio's fields has it
    event.preventDefault(); // else the browser would leave the desk and open the file
    const input = document.querySelector('#upload input[type=file]');
    if (!input || !event.dataTransfer?.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  });

  addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.repeat || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.target.closest('input, textarea, select')) return;
    const entries = [...document.querySelectorAll('#desk-queue .entry')];
    const open = entries.findIndex((entry) => entry.hasAttribute('aria-current'));
    const next = entries[open + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.click();
  });
})();
