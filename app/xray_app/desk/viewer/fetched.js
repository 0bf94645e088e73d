// Fetches what the viewer shows. What can go wrong is said in the reader's language: a browser's own
// sentences are English.

import { say } from './words.js';

const away = () => { throw new Error(say('the desk cannot be reached')); };

// The body of what stands at an address, as `kind` of a Response has it: 'json', 'blob' …
export const fetched = async (address, kind, signal) => {
  const answer = await fetch(address, { signal }).catch(away);
  if (!answer.ok) throw new Error(say('the desk answered {status}', answer));
  return answer[kind]().catch(away);
};
