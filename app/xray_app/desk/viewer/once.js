// Forms that change something go once, and only to a desk that answers: the browser's own page for an
// error would take what was filled in. The buttons stay as they are, for what a disabled one says is
// left out.

import { tell } from './away.js';
import { say } from './words.js';

const STOPPED_MS = 20_000;  // a page that stands so long after its form went was stopped
const SLOWEST = 32;         // bytes in a millisecond, of a line on which files still travel meanwhile
const UNSENT = /^api\/v1\/cases\/\w+\/opinions /;  // where `unsent.js` keeps what waits

const isWaiting = () => Object.keys(sessionStorage).some((name) => UNSENT.test(name));

// How long the files of a form may be on their way, in milliseconds.
const travels = (form) => [...form.querySelectorAll('input[type=file]')]
  .flatMap(({ files }) => [...files]).reduce((sum, { size }) => sum + size, 0) / SLOWEST;

// Says something for a while, in place of what was said before.
let told = null, telling = 0;
const tellAWhile = (text) => {
  told?.remove();
  clearTimeout(telling);
  told = tell(text);
  telling = setTimeout(() => { told = told.remove() ?? null; }, STOPPED_MS);
};

// Nothing that was written stays behind once somebody is out; all of it stays where they did not get
// out.
const signOut = async (form, look) => {
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.action, { method: 'POST', body }).catch(() => null);
  if (answer?.ok) {
    sessionStorage.clear();
    location.assign(answer.url);
  } else if (await look()) tellAWhile(say('The desk could not do that just now; try again.'));
};

// look() says whether the desk answers. Returns whether any form is on its way.
export const sendOnce = (look) => {
  const going = new Map();  // form → 'asks' whether the desk answers, has 'asked', 'goes'
  let warned = 0;  // when they were told what they leave behind
  const isWarned = () => {
    if (!isWaiting() || Date.now() - warned < STOPPED_MS) return true;
    warned = Date.now();
    tellAWhile(say('What you marked is not sent yet, and is lost when you sign out. Press again to sign out all the same.'));
    return false;
  };
  const leave = (form) => {
    going.set(form, 'goes');
    const longest = STOPPED_MS + travels(form);
    setTimeout(() => { if (going.get(form) === 'goes') going.delete(form); }, longest);
  };
  document.addEventListener('submit', async (event) => {
    const { target: form, submitter } = event;
    if (form.method !== 'post') return;
    const stands = going.get(form);
    if (stands === 'asked') return leave(form);
    event.preventDefault();
    if (stands || form.matches('.out') && !isWarned()) return;
    going.set(form, 'asks');
    if (!await look()) {
      going.delete(form);
      if (form.querySelector('[data-send]')) form.reset();  // shows what is, where a choice sends itself
    } else if (form.matches('.out')) {
      await signOut(form, look);
      going.delete(form);
    } else {
      going.set(form, 'asked');
      form.requestSubmit(submitter);
      if (going.get(form) === 'asked') going.delete(form);  // it did not go: it is not valid by now
    }
  });
  addEventListener('pageshow', ({ persisted }) => persisted && going.clear());
  return () => going.size > 0;
};
