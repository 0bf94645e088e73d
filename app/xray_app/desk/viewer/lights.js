// Which mark is lit: the one under the pointer, the one whose row in the table the pointer or the
// focus is on, or the one that keys walked to.

// A browser also tells of a pointer that rests while the page changes beneath it. That leaves alone
// what keys lit up, so the pointer's place is known here.
let place = '', rests = false;
const placeOf = ({ clientX, clientY }) => `${clientX},${clientY}`;
addEventListener('pointermove', (event) => {
  rests = placeOf(event) === place;
  place = placeOf(event);
}, { capture: true });

export class Lights {
  #lit;

  constructor(viewer) {
    this.viewer = viewer;
    const stop = new AbortController(), { signal } = stop;
    const on = ({ target }) => {
      if (!viewer.root.isConnected) return stop.abort();
      if (!target.closest?.('.viewer'))
        this.light(target.closest?.('[data-number]')?.dataset.number ?? null);
    };
    addEventListener('pointerover', (event) => placeOf(event) !== place && on(event), { signal });
    addEventListener('focusin', on, { signal });
  }

  // A mark of a pane, and where that is the open view its row in the table; null: none.
  light(number, pane = this.viewer.pane) {
    const lit = number === null ? '' : `${this.viewer.panes.indexOf(pane)}/${number}`;
    if (this.#lit === lit) return;
    this.#lit = lit;
    for (const one of this.viewer.panes) one.marks.light(one === pane ? number : null);
    for (const row of document.querySelectorAll('[data-number]:not(.mark)'))
      row.classList.toggle('lit', pane === this.viewer.pane && row.dataset.number === String(number));
  }

  // Another scan is there; the pointer may have waited on a finding.
  renew() {
    this.#lit = undefined;
    this.light(document.querySelector('[data-number]:not(.mark):hover')?.dataset.number ?? null);
  }

  // The pointer is over a pane, or on the buttons at a mark.
  under(pane, event) {
    if (event.type === 'pointermove' && rests) return;
    const onButtons = event.target.closest?.('.mark')?.dataset.number;
    const at = pane.pointOf(event).map((side) => side / pane.ratio);
    this.light(onButtons ?? pane.marks.under(at), pane);
  }
}
