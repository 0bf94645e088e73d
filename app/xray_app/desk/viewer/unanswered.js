// Gradio asks the desk for the page. Where the desk cannot take what is asked, or its answer is lost,
// Gradio would only say so in words of its own, and the page's parts would wait for ever. The event
// `unanswered` wakes them; its `detail.why` is what the officer is told, '' where nobody asked, and
// `detail.isDeaf` says that Gradio hears no answer on this page any more.

import { say } from './words.js';

const NOT_NOW = say('The desk could not do that just now; try again.');
const MAYBE = say('It may have been done; look before you press again.');
const NOT_TAKEN = [503, 507];  // nothing was done, by the desk's own word
const TOAST_MS = 12_000;       // Gradio's message stands for 10 s
let hidden = 0;

// Only what somebody does says what it is about: a timer's event, and a page that opens, say nothing.
const isAct = (body) => Object.keys(JSON.parse(body ?? '{}').event_data ?? {}).length > 0;

// Looks at what came of a fetch; `answer` is null where nothing did.
export const check = (asked, { body } = {}, answer) => {
  const part = new URL(asked.url ?? asked, document.baseURI).pathname.split('/gradio_api/queue/')[1];
  if (!['join', 'data'].includes(part) || answer?.status < 500) return;
  const asks = part === 'join' ? isAct(body) : document.querySelector('button[aria-busy]');
  const why = part === 'join' && NOT_TAKEN.includes(answer?.status) ? NOT_NOW : MAYBE;
  document.documentElement.dataset.unanswered = '';
  clearTimeout(hidden);
  hidden = setTimeout(() => delete document.documentElement.dataset.unanswered, TOAST_MS);
  const detail = { why: asks ? why : '', isDeaf: part === 'data' };
  dispatchEvent(new CustomEvent('unanswered', { detail }));
};
