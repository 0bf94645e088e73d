// Palettes and the table of materials, fetched from Python once for all cases.

import { fetched } from './fetched.js';

const known = new Map();

const inBytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

export const tablesFrom = (said) => ({
  ...said,
  beams: Object.fromEntries(Object.entries(said.beams).map(([name, codes]) => [name, inBytes(codes)])),
  palettes: said.palettes.map(({ name, rgb }) => ({ name, rgb: inBytes(rgb) })),
});

export const tablesOf = async (address) => {
  if (!known.has(address)) {
    const coming = fetched(address, 'json').then(tablesFrom);
    known.set(address, coming);
    coming.catch(() => known.delete(address));  // the next case tries again
  }
  return known.get(address);
};
