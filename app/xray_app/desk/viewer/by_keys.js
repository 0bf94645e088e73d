// The pointer's work by keys. Arrow keys on a view that has the focus move the scan under a cross in
// its middle. While a tool is on, they serve it wherever the focus is but in a list or a field: they
// window, or move the cross, which the magnifier and the ruler follow (Enter begins and ends a
// measurement). With Shift they take larger steps. What lies under the cross is read out.

import { listenFirst } from './keys.js';
import { dragged } from './tone.js';
import { pannedBy, toScan } from './transform.js';

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const GAMMA = { PageUp: [0, -1], PageDown: [0, 1] };
const MOVE = 48, WINDOW = 10, CROSS = 3;  // CSS pixels of one press, as if a pointer had moved so far
const LARGER = { pan: 6, window: 5, cross: 10 };  // times as far with Shift

export class ByKeys {
  #pane = null;      // the view that the cross is on
  #at = null;        // where, in CSS pixels from its corner
  #measuring = false;
  #awaited = null;   // the view that is to have the focus once it is open

  constructor(viewer) {
    this.viewer = viewer;
    this.cross = document.createElement('i');
    this.cross.className = 'cross';
    listenFirst(viewer.root, (key, event) => this.#first(key, event));
    for (const name of ['pointerdown', 'focusout'])
      viewer.stage.addEventListener(name, () => this.leave());
    // A browser also tells of a pointer that rests while the page changes beneath it.
    viewer.stage.addEventListener('pointermove',
      ({ movementX, movementY }) => (movementX || movementY) && this.leave());
    viewer.root.addEventListener('painted', () => this.#painted());
  }

  // The next view, and the arrow keys on it.
  next() {
    const { panes, pane, shownPanes, state } = this.viewer;
    if (state.together || panes.length < 2) {
      const here = shownPanes.findIndex(({ element }) => element === document.activeElement);
      return shownPanes[(here + 1) % shownPanes.length].element.focus();
    }
    const following = this.#awaited = panes[(panes.indexOf(pane) + 1) % panes.length];
    document.querySelector(`.work nav [data-case$="-${following.said.position}"]`)?.click();
  }

  // Takes the cross away.
  leave() {
    if (!this.#at) return;
    const pane = this.#pane;
    [this.#at, this.#measuring] = [null, false];
    this.cross.remove();
    this.viewer.status.read.removeAttribute('aria-live');
    this.viewer.pointed(pane, null);
  }

  #first(key, event) {
    const { viewer } = this, { mode, lens } = viewer.state;
    if (key === 'Escape') this.leave();
    if (event.ctrlKey || event.metaKey || viewer.root.dataset.state !== 'ready') return false;
    if (!viewer.root.checkVisibility()) return false;
    const focus = document.activeElement, free = focus === document.body || focus.closest('.tools');
    const pane = viewer.shownPanes.find(({ element }) => element === focus)
      ?? ((mode !== 'pan' || lens) && free ? viewer.pane : null);
    if (!pane) return false;
    if (key === 'Enter' && mode === 'ruler' && !focus.closest('.tools')) this.#measure(pane);
    else if (mode === 'window' && GAMMA[key]) this.#window(GAMMA[key], event, true);
    else if (!ARROWS[key] || mode === 'draw') return false;
    else if (mode === 'window') this.#window(ARROWS[key], event, false);
    else if (mode === 'ruler' || lens) this.#move(pane, ARROWS[key], event);
    else this.#pan(pane, ARROWS[key], event);
    return true;
  }

  #window(by, event, steep) {
    const far = WINDOW * (event.shiftKey ? LARGER.window : 1);
    this.viewer.look(dragged(this.viewer.state.look, by.map((v) => v * far), steep), event);
  }

  #pan(pane, by, event) {
    const far = MOVE * (event.shiftKey ? LARGER.pan : 1) * pane.ratio;
    pane.view = pannedBy(pane.view, pane.scan, by.map((v) => -v * far));
    this.#stand(pane, this.#middle(pane), event);
  }

  #move(pane, by, event) {
    const far = CROSS * (event.shiftKey ? LARGER.cross : 1), size = this.#size(pane);
    const from = this.#pane === pane && this.#at || this.#middle(pane);
    const at = from.map((v, n) => Math.min(Math.max(v + by[n] * far, 0), size[n] - 1));
    if (this.#measuring && pane.ruler.ends) pane.ruler.ends = [pane.ruler.ends[0], this.#point(pane, at)];
    this.#stand(pane, at, event);
  }

  #measure(pane) {
    const at = this.#pane === pane && this.#at || this.#middle(pane), point = this.#point(pane, at);
    this.#measuring = !(this.#measuring && pane.ruler.ends);
    pane.ruler.ends = [this.#measuring ? point : pane.ruler.ends[0], point];
    this.#stand(pane, at, null);
  }

  #stand(pane, at, event) {
    [this.#pane, this.#at] = [pane, at];
    if (this.cross.parentElement !== pane.element) pane.element.append(this.cross);
    this.cross.style.transform = `translate(${at[0]}px, ${at[1]}px)`;
    this.viewer.status.read.setAttribute('aria-live', 'polite');
    this.viewer.pointed(pane, this.#pointer(pane, at));
    this.viewer.frames.moved(event?.timeStamp);
  }

  // As the pointer's own events say where it is.
  #pointer({ element }, [x, y]) {
    const box = element.getBoundingClientRect();
    return { type: 'keys', target: element, clientX: box.left + x, clientY: box.top + y };
  }

  #point(pane, at) { return toScan(pane.view, pane.size, at.map((v) => v * pane.ratio)); }

  #size({ element }) { return [element.clientWidth, element.clientHeight]; }

  #middle(pane) { return this.#size(pane).map((side) => side / 2); }

  // The scan was zoomed or turned beneath the cross, another took its place, or the awaited view is there.
  #painted() {
    if (this.#awaited && this.#awaited === this.viewer.pane) {
      this.#awaited.element.focus({ preventScroll: true });
      this.#awaited = null;
    }
    if (!this.viewer.shownPanes.includes(this.#pane)) return this.leave();
    if (this.#at && this.#pane.view) this.viewer.status.under(this.#pane, this.#point(this.#pane, this.#at));
  }
}
