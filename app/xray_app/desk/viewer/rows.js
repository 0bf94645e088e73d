// The table of findings beside the scan, which the page renders: each row tells what an officer said
// of its finding, in words, as `viewer.css` shows them.

import { labelled, say } from './words.js';

const SIGNS = { confirmed: '✓', rejected: '✕' };

export class Rows {
  #watched = null;

  constructor(viewer) {
    this.viewer = viewer;
    this.observer = new MutationObserver(() => this.tell());  // the page rendered it anew
  }

  tell() {
    const table = document.querySelector('#desk-case');
    if (table && table !== this.#watched) {
      this.#watched = table;
      this.observer.observe(table, { childList: true, subtree: true });
    }
    const { pane } = this.viewer;
    for (const row of document.querySelectorAll('tr[data-number]')) {
      const { says, was, label } = pane?.marks.named(row.dataset.number) ?? {};
      if (says) row.dataset.said = `${SIGNS[says]} ${was ? labelled(label) : say(`says|${says}`)}`;
      else delete row.dataset.said;
    }
  }
}
