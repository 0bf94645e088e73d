// A scan's numbers, and smaller copies of them for the screen. What `xray_app.planes` packs comes
// in as transmission times 65,535; a pseudo-colour picture as red, green and blue. Either way a
// source is { width, height, planes, levels }: planes are the numbers at full size, levels are
// ever smaller means of 2 x 2, the first one the full size itself.

import { fetched } from './fetched.js';
import { say } from './words.js';

const HEADER_BYTES = 24;
const MAGIC = 'XPL1';
const SMALLEST_PX = 24;  // sides of the last level: coarse enough for local contrast

export const unpack = (buffer) => {
  const about = new DataView(buffer);
  const magic = buffer.byteLength < HEADER_BYTES ? ''
    : String.fromCharCode(...new Uint8Array(buffer, 0, MAGIC.length));
  if (magic !== MAGIC) throw new Error(`expected planes (${MAGIC}), got ${magic || 'too little'}`);
  const [width, height] = [about.getUint32(4, true), about.getUint32(8, true)];
  const [count, step] = [about.getUint16(12, true), about.getUint16(14, true)];
  const size = width * height;
  if (buffer.byteLength !== HEADER_BYTES + count * size * 2)
    throw new Error(`expected ${count} planes of ${width} × ${height}, got ${buffer.byteLength} bytes`);
  const planes = Array.from({ length: count },
    (_, n) => new Uint16Array(buffer, HEADER_BYTES + n * size * 2, size));
  return { kind: 'transmission', width, height, step, planes,
    pixelMm: about.getFloat32(16, true) || null, levels: levels(width, height, planes) };
};

export const levels = (width, height, planes) => {
  const all = [{ width, height, scale: 1, planes, codes: null }];
  for (let last = all[0]; Math.min(last.width, last.height) >= 2 * SMALLEST_PX; last = all.at(-1))
    all.push(halved(last));
  return all;
};

const halved = ({ width, height, scale, planes }) => {
  const [w, h] = [width >> 1, height >> 1];
  const shrink = (plane) => {
    const out = new plane.constructor(w * h);
    for (let y = 0, o = 0; y < h; y++)
      for (let x = 0, i = 2 * y * width; x < w; x++, i += 2)
        out[o++] = (plane[i] + plane[i + 1] + plane[i + width] + plane[i + width + 1] + 2) >> 2;
    return out;
  };
  return { width: w, height: h, scale: scale * 2, planes: planes.map(shrink), codes: null };
};

// The pixels of a drawn picture, a plane for each colour.
export const split = (rgba, width, height) => {
  const planes = Array.from({ length: 3 }, () => new Uint8Array(width * height));
  for (let i = 0, n = width * height; i < n; i++)
    for (let c = 0; c < 3; c++) planes[c][i] = rgba[4 * i + c];
  return { kind: 'picture', width, height, step: 1, planes, pixelMm: null,
    levels: levels(width, height, planes) };
};

const drawn = async (blob) => {
  const bitmap = await createImageBitmap(blob);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
  return split(data, width, height);
};

// What a view shows: its planes where it has them, its picture where not.
const fresh = async (view, signal) => {
  const came = await fetched(addressOf(view), view.planes ? 'arrayBuffer' : 'blob', signal);
  try {
    return view.planes ? unpack(came) : { ...await drawn(came), pixelMm: view.pixelMm };
  } catch (cause) {
    throw new Error(say('the picture came damaged'), { cause });
  }
};

const ahead = new Map();  // address → a source on its way, or there: of cases that may come next
let before = new Set();  // addresses of the first case of the last list
let fetching = 0;  // which list is fetched; another, or a view that is asked for, ends it
const addressOf = (view) => view.planes || view.picture;

// Fetches and unpacks these views before they are asked for, one after the other: the line is first
// for what is asked for. What is open is there already. What a list leaves out goes, but for the first
// case of the one before: it may be what is being opened, of which the page does not know yet.
export const fetchAhead = async (named, open = []) => {
  const mine = ++fetching, there = new Set(open.map(addressOf));
  const views = named.filter((view) => !there.has(addressOf(view)));
  const wanted = new Set(views.map(addressOf));
  for (const address of ahead.keys())
    if (!wanted.has(address) && !before.has(address)) ahead.delete(address);
  before = new Set(views.filter((view) => view.case === views[0].case).map(addressOf));
  for (const view of views) {
    if (mine !== fetching) return;
    const address = addressOf(view);
    if (!ahead.has(address)) ahead.set(address, fresh(view).catch(() => null));
    await ahead.get(address);
  }
};

// A view's source: the one that was fetched ahead, or a new one.
export const load = async (view, signal) => {
  fetching++;
  const source = ahead.get(addressOf(view));
  ahead.delete(addressOf(view));
  return (await source) ?? fresh(view, signal);
};
