// From transmission to brightness, and from brightness to colour: the tables that a screen pixel
// goes through. Brightness runs 0 to 255; `look` says what the officer has chosen:
//   palette: number of the palette, -1 for grey; strip: '', 'organic' or 'inorganic' is hidden;
//   energy: 0 low, 1 high; black, white: transmission shown darkest and brightest; gamma: exponent;
//   negative, outline, local: switched on or not.

export const PLAIN = Object.freeze({
  palette: 0, strip: '', energy: 0, black: 0, white: 1, gamma: 0.6,
  negative: false, outline: false, local: false, penetration: '',
});
export const LEVELS = 256;
const GROUND = 0xff120d0a;  // outside the scan; the page's own dark, as ABGR
const FAINT = 0.14;         // how much of a hidden material still shows, so that nobody feels lost

// Brightness of every number that a plane can hold.
export const tones = ({ black, white, gamma }, count) => {
  const out = new Uint8Array(count), most = count - 1, span = Math.max(white - black, 1e-4);
  for (let n = 0; n < count; n++) {
    const share = Math.min(Math.max((n / most - black) / span, 0), 1);
    out[n] = Math.round(255 * share ** gamma);
  }
  return out;
};

// Pixels as ABGR by code << 8 | brightness. `rgb` is a palette from Python, null for grey.
export const colours = (look, rgb, about) => {
  const out = new Uint32Array(LEVELS * LEVELS);
  for (let code = 0; code < LEVELS; code++) {
    const row = Math.min(code, about.codes - 1);
    const faint = isHidden(look.strip, about.least + about.step * row, about);
    for (let level = 0; level < LEVELS; level++) {
      const shown = look.negative ? 255 - level : level;
      const at = 3 * (row * LEVELS + shown);
      const colour = rgb ? [rgb[at], rgb[at + 1], rgb[at + 2]] : [shown, shown, shown];
      const air = look.negative ? 0 : 255;
      out[code << 8 | level] = pixel(faint ? colour.map((c) => air + (c - air) * FAINT) : colour);
    }
  }
  out.fill(GROUND, 255 << 8);
  return out;
};

const pixel = ([red, green, blue]) => (0xff000000 | blue << 16 | green << 8 | red) >>> 0;

const isHidden = (strip, number, about) =>
  strip === 'organic' ? number < about.organicBelow
    : strip === 'inorganic' ? number >= about.organicBelow : false;

// Presets of how far to look in: dense things at the energy that gets through, thin ones at the
// other. Ends are transmissions.
export const PENETRATION = {
  high: { energy: 1, black: 0.002, white: 0.22, gamma: 0.55 },
  low: { energy: 0, black: 0.35, white: 1, gamma: 1.3 },
};

// Dragging: sideways moves the window, up and down changes its width; `steep` drags the gamma.
export const dragged = (look, [dx, dy], steep) => {
  if (steep) return { ...look, gamma: between(look.gamma * Math.exp(dy / 200), 0.15, 4) };
  const span = between((look.white - look.black) * Math.exp(dy / 200), 0.01, 1.6);
  const middle = between((look.white + look.black) / 2 - dx * span / 600, 0, 1);
  return { ...look, black: middle - span / 2, white: middle + span / 2 };
};

const between = (value, least, most) => Math.min(Math.max(value, least), most);
