// How an officer left the viewer with a scanner's scans: look, tool, magnifier, views. The next scan
// of that scanner opens so; Escape gives it as it came, and that is remembered too. Hidden marks show
// again, and so does what a look hid of the matter: nobody should miss a thing for what they did to
// another case.

import { keepScanner, own } from './own.js';
import { plainLook, plainState } from './tools.js';

const REST_MS = 600;  // after the last change
let timer = 0, last = null;

const kindOf = ({ kind, planes }) =>
  (kind === 'picture' ? kind : planes.length > 1 ? 'dual' : 'single');
// A look without what hides matter: stripping, a penetration, a window that cuts an end off.
const whole = (look, { strip, penetration, energy, black, white, gamma }) => {
  const isCut = look.black > black || look.white < white;
  return { ...look, strip, penetration, ...(isCut ? { black, white } : {}),
    ...(look.penetration ? { energy, black, white, gamma } : {}) };
};
const left = (source, { look, mode, lens, together }) => ({ kind: kindOf(source),
  look: whole(look, plainLook(source)), mode: mode === 'draw' ? 'pan' : mode, lens, together });
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

const known = (scanner, source, palettes) => {
  const plain = plainState(source), kind = kindOf(source);
  const found = scanner && own().scanners.find((one) => one.scanner === scanner && one.kind === kind);
  if (!found || found.look.palette >= palettes) return plain;
  const { mode, lens, together } = found;
  return { ...plain, look: whole({ ...plain.look, ...found.look }, plain.look), mode, lens, together };
};

const keep = () => {
  clearTimeout(timer);
  if (!last) return;
  const { scanner, source, palettes, state } = last;
  last = null;
  const now = left(source, state);
  if (same(now, left(source, known(scanner, source, palettes)))) return;
  keepScanner(scanner, same(now, left(source, plainState(source))) ? null : now);
};

// How a scan opens. `palettes`: how many there are.
export const recalled = (scanner, source, palettes) => {
  keep();
  return known(scanner, source, palettes);
};

// Something was changed; it is kept once nothing has for a moment, or when the next scan opens.
export const remember = (scanner, source, palettes, state) => {
  if (!scanner) return;
  last = { scanner, source, palettes, state };
  clearTimeout(timer);
  timer = setTimeout(keep, REST_MS);
};
