// The page's language and direction, for whoever reads it aloud or lays it out.
const words = import(new URL('viewer/words.js', document.baseURI).href);
words.then(({ language, say }) => {
  Object.assign(document.documentElement, { lang: language.code, dir: language.direction });
  document.title = say('Inspection desk');
});

// A key presses the button that names it: what the open case offers comes first, also while it is not
// to be pressed. While a dialog is open, its own buttons alone; a closed one has none.
const keyNames = import(new URL('viewer/keys.js', document.baseURI).href);
const partOf = (key) => {
  const part = `[data-key="${CSS.escape(key)}"]:not(dialog *)`;
  return document.querySelector(`.work ${part}`) ?? document.querySelector(part);
};
addEventListener('keydown', async (event) => {
  if (event.repeat || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.target.closest('input, textarea, select')) return;
  const { named, raw } = await keyNames;
  const dialog = document.querySelector('dialog[open]');
  const key = dialog ? raw(event) : named(event);
  if (!key) return;
  const part = dialog ? dialog.querySelector(`[data-key="${CSS.escape(key)}"]`) : partOf(key);
  if (!part || part.disabled) return;
  if (!part.matches('input')) return part.click();
  event.preventDefault();  // the key is not part of what is written
  part.focus();
});

// Buttons are written with the usual keys; an officer may have others.
const ownKeys = import(new URL('viewer/own.js', document.baseURI).href);
addEventListener('panel-painted', async () => (await ownKeys).showKeys());

// The arrow keys walk through the queue, where the viewer has not taken them.
addEventListener('keydown', (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.repeat || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.target.closest('input, textarea, select, summary, dialog')) return;
  const entries = [...document.querySelectorAll('#desk-queue .entry')];
  const next = entries[entries.findIndex((entry) => entry.hasAttribute('aria-current')) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.click();
});

// The address leads to what is open: who copies it, or loads the page again, finds that. Where it is
// another's while they have a case of their own, it leads to theirs. Python reads it first.
const isOpened = () => !!document.querySelector('#desk-header [data-own]');
addEventListener('panel-painted', () => {
  if (!isOpened()) return;
  const address = new URL(location.href), hasOwn = !document.querySelector('#desk-queue .take');
  const open = document.querySelector('#desk-case .case')?.dataset.case;
  if (open && (!hasOwn || document.querySelector('#desk-case .codes'))) address.searchParams.set('case', open);
  else address.searchParams.delete('case');
  if (address.href !== location.href) history.replaceState(history.state, '', address);
});

// How long nobody has touched the page: its timer keeps no case for somebody who is gone. A browser
// tells of a pointer that rests, too, when something moves beneath it.
let touched = Date.now();
const touch = () => { touched = Date.now(); };
for (const name of ['keydown', 'pointerdown', 'wheel'])
  addEventListener(name, touch, { capture: true, passive: true });
addEventListener('pointermove', ({ movementX, movementY }) => (movementX || movementY) && touch(),
  { capture: true, passive: true });
window.idleSeconds = () => Math.max(0, (Date.now() - touched) / 1000);

// The pages beside this one count by the reader's days.
document.cookie = `xray_zone=${Intl.DateTimeFormat().resolvedOptions().timeZone}; path=/; max-age=31536000; samesite=lax`;

// Says when the session has ended: whatever the page asks for is refused then, its timer first. Whoever
// signs in again in another tab goes on here.
const presence = import(new URL('viewer/away.js', document.baseURI).href);
const reach = window.fetch;
let out = null;
const tellOut = async () => {
  const [{ tell }, { say }] = [await presence, await words];
  return tell(say('Your session has ended. Load this page again to sign in.'));
};
const unanswered = import(new URL('viewer/unanswered.js', document.baseURI).href);
window.fetch = async (asked, ...more) => {
  const answer = await reach(asked, ...more).catch(async (error) => {
    if (error.name !== 'AbortError') (await unanswered).check(asked, more[0], null);
    throw error;
  });
  if (answer.status >= 500) (await unanswered).check(asked, more[0], answer);
  if (answer.status === 401) out ??= tellOut();
  else if (out && answer.ok && !(await presence).isLook(asked)) {
    (await out).remove();
    out = null;
  }
  return answer;
};

// Says when the desk cannot be reached, and loads the page again once it can: the case is kept. So it
// does where the desk could not fill the page, or Gradio lost the stream of answers and takes up no
// other: nothing on it could be tried again.
const UNOPENED_MS = 5000;
const forms = import(new URL('viewer/once.js', document.baseURI).href);
Promise.all([presence, forms, words]).then(([{ watch }, { sendOnce }, { say }]) => {
  const look = watch(
    say('The desk cannot be reached. Your case and what you decided are kept; this page goes on by itself as soon as the desk is back.'),
    () => location.reload());
  sendOnce(look);
  let opens = 0, isLost = false;
  const open = () => {
    clearTimeout(opens);
    opens = setTimeout(async () =>
      (isLost || !isOpened()) && (await look()) && location.reload(), UNOPENED_MS);
  };
  addEventListener('unopened', open);
  addEventListener('unanswered', ({ detail: { isDeaf } }) => {
    isLost ||= isDeaf;
    if (isLost || !isOpened()) open();
  });
});
