// What two energies say of matter. The table comes from Python (`xray.atomic`), which explains it:
// codes of the effective atomic number by depth (mean attenuation) and ratio of attenuations.

const TILE_PX = 128;  // codes are worked out a tile at a time, when it is first seen
const FULL = 65535;

// -ln T for every 16-bit transmission; none is told from half a step.
const ATTENUATION = new Float32Array(FULL + 1);
for (let n = 0; n <= FULL; n++) ATTENUATION[n] = -Math.log(Math.max(n, 0.5) / FULL);

export const attenuation = (count) => ATTENUATION[count];

// `sums` are of `many` pixels, so that a mean needs no division before the ratio.
export const codeOf = (lowSum, highSum, many, about, codes) => {
  const ratio = lowSum / Math.max(highSum, 1e-3 * many);
  const row = (lowSum + highSum) * about.depths / (2 * about.deepest * many);
  const column = (ratio - about.narrowest) * about.ratios / (about.widest - about.narrowest);
  return codes[within(row, about.depths) * about.ratios + within(column, about.ratios)];
};

const within = (value, most) => value <= 0 ? 0 : value >= most - 1 ? most - 1 : value | 0;

// Works out the codes of a level wherever [x1, x2) × [y1, y2) touches a tile that has none yet.
// The mean over 3 x 3 pixels: the ratio of two noisy numbers is noisier than either.
export const ensureCodes = (level, about, codes, [x1, y1, x2, y2]) => {
  const across = Math.ceil(level.width / TILE_PX);
  level.codes ??= new Uint8Array(level.width * level.height);
  level.done ??= new Uint8Array(across * Math.ceil(level.height / TILE_PX));
  const last = (at, side) => Math.min(Math.ceil(at / TILE_PX), Math.ceil(side / TILE_PX));
  for (let v = Math.max(Math.floor(y1 / TILE_PX), 0); v < last(y2, level.height); v++)
    for (let u = Math.max(Math.floor(x1 / TILE_PX), 0); u < last(x2, level.width); u++)
      if (!level.done[v * across + u]) {
        level.done[v * across + u] = 1;
        fillTile(level, about, codes, u * TILE_PX, v * TILE_PX);
      }
};

const fillTile = (level, about, codes, x0, y0) => {
  const { width, height, planes: [low, high], codes: out } = level;
  const x1 = Math.min(x0 + TILE_PX, width), y1 = Math.min(y0 + TILE_PX, height);
  for (let y = y0; y < y1; y++) {
    const above = Math.max(y - 1, 0) * width, here = y * width;
    const below = Math.min(y + 1, height - 1) * width;
    const column = (plane, x) =>
      ATTENUATION[plane[above + x]] + ATTENUATION[plane[here + x]] + ATTENUATION[plane[below + x]];
    let a0 = column(low, Math.max(x0 - 1, 0)), a1 = column(low, x0);
    let b0 = column(high, Math.max(x0 - 1, 0)), b1 = column(high, x0);
    for (let x = x0; x < x1; x++) {
      const next = Math.min(x + 1, width - 1), a2 = column(low, next), b2 = column(high, next);
      out[here + x] = codeOf(a0 + a1 + a2, b0 + b1 + b2, 9, about, codes);
      a0 = a1; a1 = a2; b0 = b1; b1 = b2;
    }
  }
};

// The word for a pixel: what it is made of, where that can be said.
export const className = (lowCount, highCount, code, about) => {
  if (highCount / FULL < about.opaqueBelow) return 'opaque';
  const depth = (ATTENUATION[lowCount] + ATTENUATION[highCount]) / 2;
  if (depth < about.thinnest) return 'air';
  const number = about.least + about.step * code;
  return number < about.organicBelow ? 'organic' : number < about.metalFrom ? 'mixed' : 'metal';
};

// Everything that the numbers under the cursor say, null outside the scan.
export const readOut = (source, [x, y], about, codes) => {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  if (column < 0 || row < 0 || column >= source.width || row >= source.height) return null;
  const values = source.planes.map((plane) => plane[row * source.width + column]);
  const said = { x: column * source.step, y: row * source.step };
  if (source.kind === 'picture') return { ...said, rgb: values };
  const transmissions = values.map((count) => count / FULL);
  const attenuations = values.map((count) => ATTENUATION[count]);
  if (values.length < 2) return { ...said, transmissions, attenuations };
  const level = source.levels[0];
  ensureCodes(level, about, codes, [column, row, column + 1, row + 1]);
  const code = level.codes[row * source.width + column];
  const material = className(...values, code, about);
  const number = ['air', 'opaque'].includes(material) ? null : about.least + about.step * code;
  return { ...said, transmissions, attenuations, material, number };
};
