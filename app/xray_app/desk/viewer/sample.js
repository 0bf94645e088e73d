// From a scan to the numbers of the screen's pixels. A view only ever turns by quarters, so the
// place of a pixel in a plane is a sum of what its column adds and what its row adds.

import { steps } from './transform.js';

export const OUTSIDE = 255;  // code of a screen pixel that the scan does not reach

// Buffers for a screen; made anew only when its size changes.
export const buffers = (width, height, kind, count) => {
  const many = width * height;
  const number = kind === 'picture' ? Uint8Array : Uint16Array;
  const planes = Array.from({ length: count }, () => new number(many));
  return { width, height, kind, planes, around: [], codes: new Uint8Array(many), hasAround: false };
};

// The level with at least one of its pixels to each of the screen's; `coarser` takes later ones.
export const levelFor = (levels, zoom, coarser = 0) => {
  const wanted = Math.floor(Math.log2(1 / zoom) + 1e-9) + coarser;
  return levels[Math.min(Math.max(wanted, 0), levels.length - 1)];
};

// For each column (or row) of the screen: the first and second neighbour on an axis of the level
// in units of `stride`, the share of the second, and whether it lies inside.
const along = (screen, start, by, side, stride, smooth) => {
  const first = new Int32Array(screen), second = new Int32Array(screen);
  const share = new Float32Array(screen), inside = new Uint8Array(screen);
  for (let n = 0; n < screen; n++) {
    const at = start + by * n;
    inside[n] = at >= 0 && at < side ? 1 : 0;
    const edge = smooth ? at - 0.5 : at;
    const whole = Math.min(Math.max(Math.floor(edge), 0), side - 1);
    first[n] = whole * stride;
    second[n] = Math.min(whole + 1, side - 1) * stride;
    share[n] = smooth ? Math.min(Math.max(edge - whole, 0), 1) : 0;
  }
  return { first, second, share, inside };
};

// How the screen's columns and rows walk through a level.
const walk = (level, view, size, smooth) => {
  const { x, y } = steps(view, size), k = level.scale;
  const scan = (axis, by, side, stride, screen) =>
    along(screen, axis.start / k, axis[by] / k, side, stride, smooth);
  const upright = Math.abs(x.byColumn) > 0;
  return upright
    ? { columns: scan(x, 'byColumn', level.width, 1, size[0]),
        rows: scan(y, 'byRow', level.height, level.width, size[1]) }
    : { columns: scan(y, 'byColumn', level.height, level.width, size[0]),
        rows: scan(x, 'byRow', level.width, 1, size[1]) };
};

const nearest = (plane, out, { columns, rows }) => {
  const width = columns.first.length;
  for (let j = 0, o = 0; j < rows.first.length; j++) {
    const row = rows.first[j];
    for (let i = 0; i < width; i++) out[o++] = plane[row + columns.first[i]];
  }
};

const between = (plane, out, { columns, rows }) => {
  const { first, second, share } = columns, width = first.length;
  for (let j = 0, o = 0; j < rows.first.length; j++) {
    const upper = rows.first[j], lower = rows.second[j], down = rows.share[j];
    for (let i = 0; i < width; i++) {
      const a = first[i], b = second[i], right = share[i];
      const top = plane[upper + a] + (plane[upper + b] - plane[upper + a]) * right;
      const base = plane[lower + a] + (plane[lower + b] - plane[lower + a]) * right;
      out[o++] = top + (base - top) * down + 0.5;
    }
  }
};

const markOutside = (codes, { columns, rows }) => {
  const width = columns.inside.length;
  for (let j = 0, o = 0; j < rows.inside.length; j++, o += width) {
    if (!rows.inside[j]) codes.fill(OUTSIDE, o, o + width);
    else for (let i = 0; i < width; i++) if (!columns.inside[i]) codes[o + i] = OUTSIDE;
  }
};

// Fills the buffers with what a view shows of a level.
//   smooth: between pixels, for a picture at rest; otherwise the nearest, for one that moves.
//   wide: a much coarser level, whose numbers are the surroundings for local contrast, or null.
export const sample = (level, view, out, { smooth, wide }) => {
  const size = [out.width, out.height], way = walk(level, view, size, smooth);
  const take = smooth ? between : nearest;
  level.planes.forEach((plane, n) => take(plane, out.planes[n], way));
  if (level.codes) take(level.codes, out.codes, way);
  else out.codes.fill(0);
  markOutside(out.codes, way);
  out.hasAround = Boolean(wide);
  if (wide) {
    const far = walk(wide, view, size, true);
    if (!out.around.length) out.around = out.planes.map((plane) => new plane.constructor(plane.length));
    wide.planes.forEach((plane, n) => between(plane, out.around[n], far));
  }
};
