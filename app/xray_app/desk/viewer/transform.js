// Where a scan's pixels lie on the screen. A view is a value: the scan's point at the middle of
// the screen (x, y), screen pixels to one of the scan's (zoom), quarter turns clockwise (turn) and
// whether it is mirrored, left for right, before it is turned (mirror). No function changes one.
// A size is [width, height]. Points are [x, y], with half-way through the first pixel at 0.5.

const SMALLEST = 0.5;  // of the zoom that fits, so that a scan cannot be lost from sight
const LARGEST = 32;    // screen pixels to one of the scan's

// The four numbers that turn and mirror: screen = [[a, b], [c, d]] · scan · zoom.
export const axes = ({ turn, mirror }) => {
  const [a, b, c, d] = [[1, 0, 0, 1], [0, -1, 1, 0], [-1, 0, 0, -1], [0, 1, -1, 0]][turn];
  return mirror ? [-a, b, -c, d] : [a, b, c, d];
};

export const toScreen = (view, size, [x, y]) => {
  const [a, b, c, d] = axes(view), dx = (x - view.x) * view.zoom, dy = (y - view.y) * view.zoom;
  return [a * dx + b * dy + size[0] / 2, c * dx + d * dy + size[1] / 2];
};

export const toScan = (view, size, [x, y]) => {
  const [a, b, c, d] = axes(view);  // a turn's inverse is its transpose
  const dx = (x - size[0] / 2) / view.zoom, dy = (y - size[1] / 2) / view.zoom;
  return [a * dx + c * dy + view.x, b * dx + d * dy + view.y];
};

// The zoom at which the whole scan, as it is turned, just fits.
export const fittingZoom = (scan, size, turn) => {
  const [width, height] = turn % 2 ? [scan[1], scan[0]] : scan;
  return Math.min(size[0] / width, size[1] / height);
};

export const fitted = (scan, size, { turn = 0, mirror = false } = {}) =>
  ({ x: scan[0] / 2, y: scan[1] / 2, zoom: fittingZoom(scan, size, turn), turn, mirror });

// Zooms so that what lies under a point of the screen stays there.
export const zoomedAt = (view, size, scan, point, factor) => {
  const fits = fittingZoom(scan, size, view.turn);
  const zoom = Math.min(Math.max(view.zoom * factor, fits * SMALLEST), Math.max(LARGEST, fits));
  const [x, y] = toScan(view, size, point);
  const share = view.zoom / zoom;
  return { ...view, zoom, x: x + (view.x - x) * share, y: y + (view.y - y) * share };
};

// Moves the scan by screen pixels; its middle never leaves the screen's reach.
export const pannedBy = (view, scan, [dx, dy]) => {
  const [a, b, c, d] = axes(view);
  const within = (value, most) => Math.min(Math.max(value, 0), most);
  return {
    ...view,
    x: within(view.x - (a * dx + c * dy) / view.zoom, scan[0]),
    y: within(view.y - (b * dx + d * dy) / view.zoom, scan[1]),
  };
};

// A quarter clockwise. A scan that just fitted the screen fits again; otherwise the zoom stays.
export const turned = (view, scan, size) => {
  const turn = (view.turn + 1) % 4;
  const fits = isFitted(view, scan, size);
  return fits ? fitted(scan, size, { ...view, turn }) : { ...view, turn };
};

// Left for right as the officer sees it, however the scan is turned.
export const mirrored = (view) =>
  ({ ...view, mirror: !view.mirror, turn: (4 - view.turn) % 4 });

export const isFitted = (view, scan, size) =>
  Math.abs(view.zoom / fittingZoom(scan, size, view.turn) - 1) < 1e-6;

// Which way the left-to-right of the screen runs on the scan, and its top-to-bottom:
// scan x = x.by_column * column + x.by_row * row + x.start, and the same for y.
export const steps = (view, size) => {
  const [a, b, c, d] = axes(view), one = 1 / view.zoom;
  const [x, y] = toScan(view, size, [0.5, 0.5]);
  return {
    x: { start: x, byColumn: a * one, byRow: c * one },
    y: { start: y, byColumn: b * one, byRow: d * one },
  };
};
