// How an officer left the viewer with a scanner's scans: look, tool, magnifier, views. The next scan
// of that scanner opens so; Escape gives it as it came, and that is remembered too. Marks that were
// hidden show again: nobody should miss one for what they did to another case.

import { keepScanner, own } from './own.js';
import { plainState } from './tools.js';

const REST_MS = 600;  // after the last change
let timer = 0, last = null;

const kindOf = ({ kind, planes }) =>
  (kind === 'picture' ? kind : planes.length > 1 ? 'dual' : 'single');
const left = ({ kind, look, mode, lens, together }) =>
  ({ kind, look, mode: mode === 'draw' ? 'pan' : mode, lens, together });
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

const known = (scanner, source, palettes) => {
  const plain = plainState(source), kind = kindOf(source);
  const found = scanner && own().scanners.find((one) => one.scanner === scanner && one.kind === kind);
  if (!found || found.look.palette >= palettes) return plain;
  const { mode, lens, together } = found;
  return { ...plain, look: { ...plain.look, ...found.look }, mode, lens, together };
};

const keep = () => {
  clearTimeout(timer);
  if (!last) return;
  const { scanner, source, palettes, state } = last, kind = kindOf(source);
  last = null;
  const now = left({ kind, ...state });
  if (same(now, left({ kind, ...known(scanner, source, palettes) }))) return;
  keepScanner(scanner, same(now, left({ kind, ...plainState(source) })) ? null : now);
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
