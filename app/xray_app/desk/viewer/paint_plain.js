// Paints sampled numbers on a plain canvas. `shader.js` does the same in WebGL2, step by step in
// whole numbers, so that both give the same pixels; a change here is a change there.

import { LEVELS } from './tone.js';

const inBytes = (value) => value < 0 ? 0 : value > 255 ? 255 : value;

// Brightness of a plane's pixels: toned, then lifted away from its surroundings.
const brightness = (plane, around, tone, out) => {
  for (let i = 0; i < out.length; i++) out[i] = tone[plane[i]];
  if (!around) return;
  for (let i = 0; i < out.length; i++) {
    const here = out[i];
    out[i] = inBytes(here + ((here - tone[around[i]]) * 3 >> 1));
  }
};

// Dark lines where brightness changes, on white.
const outlined = (values, width, height) => {
  const out = new Uint8Array(values.length);
  for (let y = 0, i = 0; y < height; y++) {
    const up = y > 0 ? -width : 0, down = y < height - 1 ? width : 0;
    for (let x = 0; x < width; x++, i++) {
      const left = x > 0 ? -1 : 0, right = x < width - 1 ? 1 : 0;
      const slope = Math.abs(values[i + right] - values[i + left])
        + Math.abs(values[i + down] - values[i + up]);
      out[i] = 255 - Math.min(2 * slope, 255);
    }
  }
  return out;
};

export const luminance = (red, green, blue) => (77 * red + 150 * green + 29 * blue) >> 8;

export class PlainPainter {
  name = 'canvas';

  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext('2d', { alpha: false });
  }

  // `samples` from `sample.js`, `tables` = { tone, colours } from `tone.js`.
  leave() {}

  paint(samples, look, tables) {
    const { width, height } = samples, { canvas } = this;
    if (canvas.width !== width || canvas.height !== height || !this.image) {
      [canvas.width, canvas.height] = [width, height];
      this.image = this.context.createImageData(width, height);
      this.pixels = new Uint32Array(this.image.data.buffer);
      this.values = Array.from({ length: 3 }, () => new Uint8Array(width * height));
    }
    (samples.kind === 'picture' ? this.picture : this.planes).call(this, samples, look, tables);
    this.context.putImageData(this.image, 0, 0);
  }

  planes(samples, look, { tone, colours }) {
    const energy = Math.min(look.energy, samples.planes.length - 1);
    const plane = samples.planes[energy], { codes } = samples, { pixels } = this;
    if (!look.local && !look.outline) {  // the usual case, in one go
      for (let i = 0; i < pixels.length; i++) pixels[i] = colours[codes[i] << 8 | tone[plane[i]]];
      return;
    }
    let [values] = this.values;
    brightness(plane, look.local && samples.hasAround && samples.around[energy], tone, values);
    if (look.outline) values = outlined(values, samples.width, samples.height);
    for (let i = 0; i < pixels.length; i++) pixels[i] = colours[codes[i] << 8 | values[i]];
  }

  picture(samples, look, { tone, colours }) {
    const { codes } = samples, { pixels, values } = this;
    samples.planes.forEach((plane, n) =>
      brightness(plane, look.local && samples.hasAround && samples.around[n], tone, values[n]));
    const [red, green, blue] = values;
    const outside = colours[255 << 8], flip = look.negative ? LEVELS - 1 : 0;
    if (look.outline || look.palette < 0) {
      let grey = red.map((r, i) => luminance(r, green[i], blue[i]));
      if (look.outline) grey = outlined(grey, samples.width, samples.height);
      for (let i = 0; i < pixels.length; i++)
        pixels[i] = codes[i] === 255 ? outside : 0xff000000 | (grey[i] ^ flip) * 0x010101;
      return;
    }
    for (let i = 0; i < pixels.length; i++)
      pixels[i] = codes[i] === 255 ? outside
        : 0xff000000 | (blue[i] ^ flip) << 16 | (green[i] ^ flip) << 8 | red[i] ^ flip;
  }
}
