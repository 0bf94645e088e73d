// What the pointer does on a pane: drag to move, wheel to zoom where it points, drag with the
// window tool (or Shift, or the right button) to window, with the ruler to measure, with the box
// to draw one, by a corner of one's own box to change it.

import { pannedBy, zoomedAt } from './transform.js';
import { dragged } from './tone.js';

const WHEEL = 0.0016;  // zoom for each pixel that a wheel reports; a notch is about 100

export const listen = (pane, viewer) => {
  const { element } = pane;
  let last = null, doing = '', finger = null;  // a second one changes nothing

  const kind = (event) => {
    if (event.button === 1) return 'pan';
    if (event.button === 0 && event.target.closest('.grip')) return 'grip';
    if (event.button === 2 || event.shiftKey) return 'window';
    return viewer.state.mode;
  };

  element.addEventListener('pointerdown', (event) => {
    if (!pane.view || last || event.target.closest('button')) return;
    element.setPointerCapture(event.pointerId);
    [last, doing, finger] = [pane.pointOf(event), kind(event), event.pointerId];
    element.dataset.doing = doing;
    if (doing === 'ruler') pane.ruler.ends = [pane.scanPoint(event), pane.scanPoint(event)];
    if (doing === 'draw') viewer.marking.begin(pane, pane.scanPoint(event));
    if (doing === 'grip') viewer.marking.grip(pane, event.target.closest('.grip'));
  });

  element.addEventListener('pointermove', (event) => {
    if (!pane.view || (last && event.pointerId !== finger)) return;
    const point = pane.pointOf(event);
    if (last) {
      const by = [point[0] - last[0], point[1] - last[1]];
      last = point;
      if (doing === 'pan') pane.view = pannedBy(pane.view, pane.scan, by);
      else if (doing === 'window')
        viewer.look(dragged(viewer.state.look, by.map((d) => d / pane.ratio), event.altKey), event);
      else if (doing === 'ruler') pane.ruler.ends = [pane.ruler.ends[0], pane.scanPoint(event)];
      else if (doing === 'draw' || doing === 'grip') viewer.marking.drag(pane, pane.scanPoint(event));
    }
    viewer.pointed(pane, event);
    if (last || viewer.state.lens) viewer.frames.moved(event.timeStamp);
  });

  const ended = (event) => {
    if (last && event.pointerId !== finger) return;
    if (last && doing === 'ruler' && pane.ruler.ends
      && Math.hypot(...[0, 1].map((n) => pane.ruler.ends[0][n] - pane.ruler.ends[1][n])) < 1)
      pane.ruler.ends = null;  // a click takes the ruler away
    if (last && (doing === 'draw' || doing === 'grip'))
      event.type === 'pointerup' ? viewer.marking.drawn(pane) : viewer.marking.cancel();
    last = null;
    delete element.dataset.doing;
    viewer.frames.moved();
  };
  element.addEventListener('pointerup', ended);
  element.addEventListener('pointercancel', ended);
  element.addEventListener('pointerleave', () => viewer.pointed(pane, null));
  element.addEventListener('contextmenu', (event) => event.preventDefault());
  element.addEventListener('dblclick', (event) => {
    if (!pane.view || ['ruler', 'draw'].includes(viewer.state.mode)) return;
    pane.fit();
    viewer.frames.moved(event.timeStamp);
  });

  element.addEventListener('wheel', (event) => {
    if (!pane.view) return;
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 33 : 1;
    const factor = Math.exp(-event.deltaY * lines * WHEEL);
    pane.view = zoomedAt(pane.view, pane.size, pane.scan, pane.pointOf(event), factor);
    viewer.pointed(pane, event);
    viewer.frames.moved(event.timeStamp);
  }, { passive: false });
};
