// A part of the page that Python renders: shows the HTML it is given (escaped there) and tells
// Python which case was chosen, or which button was pressed.
const root = element.querySelector('.panel');
const STEADY_MS = 300;  // a scan stands this long before a key decides it: no double press does
const find = (what) => root.querySelector(what);

// The open case's note and reason are kept in this tab, so that neither loading the page again nor
// taking a decision back loses them; for their writer alone, whoever signs in here next.
const work = () => find('.work');
const placeOf = (what) => `${what} ${work()?.dataset.case} ${work()?.dataset.officer}`;
const draftKey = () => placeOf('draft');
const chosen = () => find('.code[aria-pressed=true]')?.dataset.code ?? '';
// `left`: the case's version when a hold, a release or a hand-over was asked for with it. Once that is
// done, the note was said of it, and is no reason for what is decided later; a decision can be undone.
const LEAVES = ['hold', 'release', 'hand_over'];
const atVersion = () => Number(find('.work [data-version]')?.dataset.version);
const keepDraft = (left = null) => sessionStorage.setItem(draftKey(),
  JSON.stringify({ note: find('.reason')?.value ?? '', code: chosen(), left }));
const choose = (code) => {
  for (const one of root.querySelectorAll('.code'))
    one.setAttribute('aria-pressed', String(one.dataset.code === code));
};
const recallDraft = () => {
  const draft = JSON.parse(sessionStorage.getItem(draftKey()) ?? 'null');
  if (!draft || !find('.codes')) return;
  if (atVersion() > (draft.left ?? Infinity)) return sessionStorage.removeItem(draftKey());
  find('.reason').value = draft.note;
  choose(draft.code);
};

// Times in the zone of whoever looks.
const told = import(new URL('viewer/words.js', document.baseURI).href).then(({ locale }) =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeStyle: 'short' }));
const tellTimes = async () => {
  const moment = await told;
  for (const time of root.querySelectorAll('time[datetime]'))
    time.textContent = time.dateTime ? moment.format(new Date(time.dateTime)) : '';
};
// Links to paper say in which zone its times are read.
const tellZone = () => {
  for (const link of root.querySelectorAll('a[data-zoned]')) {
    const address = new URL(link.href);
    address.searchParams.set('zone', Intl.DateTimeFormat().resolvedOptions().timeZone);
    link.href = address.href;
  }
};
let began = 0, counting = 0;
const tellSince = () => {
  const since = find('.since');
  if (!since) return clearInterval(counting);
  const seconds = Math.floor((Number(since.dataset.since) + performance.now() - began) / 1000);
  since.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};

// What decides waits until the scan of this very case stands. Where a view of it cannot be seen, only
// what needs no look at it can be done.
const arm = () => {
  const [here, section] = [work()?.dataset.case, work()];
  const { shown, unseen } = document.querySelector('#desk-scan')?.dataset ?? {};
  const hidden = find('.case.unread') || unseen === here;
  if (!hidden && shown !== here) return;
  setTimeout(() => {
    if (section !== work() || here !== work()?.dataset.case) return;
    const able = hidden ? '[data-decides=unseen]' : '[data-decides]';
    for (const button of root.querySelectorAll(able)) button.disabled = false;
  }, STEADY_MS);
};

const paint = () => {
  const focus = root.contains(document.activeElement) ? document.activeElement : null;
  const viewed = focus?.matches('.elsewhere:focus-visible, .work nav :focus-visible');
  root.innerHTML = props.value ?? '';
  dispatchEvent(new Event('panel-painted'));
  if (focus) find(viewed ? '.work nav [aria-pressed=true]' : '[aria-current]')?.focus();
  began = performance.now();
  clearInterval(counting);
  if (find('.since')) counting = setInterval(tellSince, 1000);
  tellSince();
  tellTimes();
  recallDraft();
  tellZone();
  if (find('[data-decides]')) arm();
  if (wait && wait.of !== work()?.dataset.case) drop();
  else if (wait?.told) tellWait();
  else tellUndone();
};

const needed = (button) => button.dataset.why && !chosen() && !find('.reason').value.trim();

// What was marked of a case goes before whatever ends the officer's time with it; who has waited
// long may go on without. Nothing is done to a case that is not open any more.
const MARKED_MS = 2000;
const module = (name) => import(new URL(`viewer/${name}.js`, document.baseURI).href);
const marks = module('opinions').catch(() => null);  // a script that is away stops nobody
const marked = async (key) =>
  (await marks)?.kept(`api/v1/cases/${key.split('-')[0]}/opinions`, work()?.dataset.officer)
    .catch(() => true) ?? true;
let wait = null;  // an act for the marks: of which case, how it ends, and the notice of it

const notice = (...parts) => {
  const told = document.createElement('p');
  told.className = 'notice';
  told.setAttribute('role', 'alert');
  told.append(...parts);
  (work() ?? root).prepend(told);
  return told;
};
const tellWait = async () => {
  const { say } = await module('words');
  if (!wait || wait.told?.isConnected) return;
  const without = document.createElement('button');
  without.className = 'act';
  without.textContent = say('Go on without it');
  without.addEventListener('click', () => wait?.end(true));
  wait.told = notice(say('What you marked is still being sent; this waits for it.'), ' ', without);
};
const drop = async () => {
  wait.end(false);
  wait = null;
  const { say } = await module('words');
  notice(say('Not done: you left the case while what you marked there was still being sent.'));
};

// What waits when the page goes is not done; the page says so where the case is open again.
const leaves = () => wait && work() && sessionStorage.setItem(placeOf('undone'), '1');
let undone = null;
const tellUndone = async () => {
  const isUndone = () => !wait && work() && sessionStorage.getItem(placeOf('undone'));
  if (!isUndone()) return;
  const { say } = await module('words');
  undone?.remove();
  if (isUndone()) undone = notice(
    say('Not done: this page was loaded again while what you marked was still being sent.'));
};

let pressed = null;  // the button of what Python does, or did last
let failure = null;  // says that it could not
const send = async (button, name) => {
  if (wait) return;  // a second click must not do it again
  button.disabled = true;
  failure?.remove();
  const { case: key = '', version, to = '' } = button.dataset;
  const said = { name, case: key, version: Number(version), code: chosen(), to,
    note: find('.reason')?.value.trim() ?? '', minutes: Number(find('.minutes')?.value ?? 30) };
  const mine = wait = { of: work()?.dataset.case };
  const ended = new Promise((done) => { mine.end = done; });
  const late = setTimeout(tellWait, MARKED_MS);
  const goes = await Promise.race([marked(key), ended]);
  clearTimeout(late);
  mine.told?.remove();
  const isOpen = wait === mine;
  if (isOpen) wait = null;
  if (isOpen) sessionStorage.removeItem(placeOf('undone'));
  if (!isOpen || !goes) button.disabled = false;
  else {
    pressed = button;
    button.ariaBusy = 'true';
    if (find('.codes')) keepDraft(LEAVES.includes(name) ? atVersion() : null);
    trigger('act', said);
  }
};

// It could not be done: everything stands as it was, and can be pressed again. The case says why.
const wake = (why) => {
  if (pressed) [pressed.disabled, pressed.ariaBusy] = [false, null];
  failure?.remove();
  failure = why ? notice(why) : null;
};
// Python could not do it: [which time, why]. A page that it could not even fill is loaded again.
const failed = () => {
  if (element.closest('#desk-header')) dispatchEvent(new Event('unopened'));
  else wake(JSON.parse(props.failed)[1]);
};
const unanswered = ({ detail: { why } }) => {
  if (!element.isConnected) removeEventListener('unanswered', unanswered);
  else if (why) wake(element.closest('#desk-case') ? why : '');
};

// Without a reason, a decision that needs one asks for it; the reason's key then decides.
const ask = (button) => {
  for (const one of root.querySelectorAll('[data-asking]')) one.removeAttribute('data-asking');
  button.setAttribute('data-asking', '');
  find('.codes').setAttribute('data-asked', '');
};

const act = (button) => {
  const { act: name, code, dialog } = button.dataset;
  if (dialog) return find(`dialog.${dialog}`).showModal();
  if (name === 'code') {
    choose(chosen() === code ? '' : code);
    keepDraft();
    const asking = find('[data-asking]');
    return chosen() && asking ? act(asking) : undefined;
  }
  return needed(button) ? ask(button) : send(button, name);
};

root.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (button?.classList.contains('close')) button.closest('dialog').close();
  else if (button?.dataset.pick) {
    button.closest('dialog').close();
    send(button, button.dataset.pick);
  } else if (button?.dataset.act) act(button);
  else if (button?.dataset.case) trigger('select', { case: button.dataset.case });
});
root.addEventListener('input', (event) => event.target.matches('.reason') && keepDraft());
root.addEventListener('keydown', (event) => {  // Enter and Esc leave the note; they decide nothing
  if (event.target.matches('.reason') && ['Enter', 'Escape'].includes(event.key)) event.target.blur();
});
const shown = () => (element.isConnected ? arm() : removeEventListener('scan-shown', shown));
addEventListener('scan-shown', shown);
addEventListener('pagehide', leaves);
addEventListener('unanswered', unanswered);

watch('failed', failed);
watch('value', paint);
paint();
