// Palettes and the table of materials, fetched from Python once for all cases.

import { say } from './words.js';

const known = new Map();

const inBytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

export const tablesFrom = (said) => ({
  ...said,
  beams: Object.fromEntries(Object.entries(said.beams).map(([name, codes]) => [name, inBytes(codes)])),
  palettes: said.palettes.map(({ name, rgb }) => ({ name, rgb: inBytes(rgb) })),
});

export const tablesOf = async (address) => {
  if (!known.has(address)) {
    const coming = fetch(address).then(async (answer) => {
      if (!answer.ok) throw new Error(say('the desk answered {status} for its palettes', answer));
      return tablesFrom(await answer.json());
    });
    known.set(address, coming);
    coming.catch(() => known.delete(address));  // the next case tries again
  }
  return known.get(address);
};
