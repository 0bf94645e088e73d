// What the rooms' pages cannot do without a script: the reader's own time zone, no form sent twice or
// to nobody, lists that stay fresh while nobody types in them.
import { tell, watch } from './away.js';
import { sendOnce } from './once.js';
import { locale, say } from './words.js';

const FRESH_MS = 15_000;     // from one answer to the next question
const LONGEST_MS = 600_000;  // for an answer; the service ends each list of a page after a minute
const zone = new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'short', day: 'numeric',
  hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

const local = (root) => {
  for (const time of root.querySelectorAll('time[datetime]')) {
    time.textContent = zone.format(new Date(time.dateTime));
    time.title = `${time.dateTime.replace('T', ' ').replace('Z', '')} UTC`;
  }
};

// A page as the desk renders it now; null: it does not, and `gone` says whether the session is why.
const rendered = async (gone = () => null, signal = AbortSignal.timeout(LONGEST_MS)) => {
  const [address] = location.href.split('#');
  const answer = await fetch(address, { headers: { accept: 'text/html' }, signal });
  if (answer.redirected) gone();
  if (!answer.ok || answer.redirected) return null;
  return new DOMParser().parseFromString(await answer.text(), 'text/html');
};

const isUsed = (parts) => isSending() || !!document.activeElement?.closest(parts);

let out = null;  // says that the session has ended
const refresh = async (signal) => {
  const isBusy = () => document.visibilityState !== 'visible' || isUsed('form, [data-live]');
  if (isBusy()) return;
  const ended = () => { out ??= tell(say('Your session has ended. Load this page again to sign in.')); };
  const fresh = await rendered(ended, signal);
  if (!fresh) return;
  out = out?.remove() ?? null;
  if (isBusy()) return;
  for (const old of document.querySelectorAll('[data-live]')) {
    const now = fresh.getElementById(old.id);
    if (now) old.replaceWith(now);
  }
  local(document);
};

// One question at a time: the service works on one to its end, whether or not anybody still waits.
let asks = null, next = 0;  // aborts what is asked; asks for it again
const renew = async () => {
  asks?.abort();
  clearTimeout(next);
  const mine = asks = new AbortController(), late = setTimeout(() => mine.abort(), LONGEST_MS);
  if (document.querySelector('[data-live]')) await refresh(mine.signal).catch(() => {});
  clearTimeout(late);
  if (asks === mine) next = setTimeout(renew, FRESH_MS);
};
const look = watch(say('The desk cannot be reached. Lists may be old, and what you fill in stays here unsent; this page goes on by itself as soon as the desk is back.'), renew);

const isSending = sendOnce(look);
document.addEventListener('change', ({ target }) =>
  target.matches('[data-send]') && target.form.requestSubmit());
local(document);
next = setTimeout(renew, FRESH_MS);

// Days begin where the reader is: a page that counts or filters by days is fetched again once the desk
// knows where. In place, for to load it would take back what the reader has pressed meanwhile; not at
// all where they have begun to fill something in: then it stays in UTC, as it says.
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
const said = () => document.cookie.split('; ').includes(`xray_zone=${here}`);
const filled = (form) => {
  const plain = form.cloneNode(true);
  plain.reset();
  const [now, before] = [form, plain].map((one) => String(new URLSearchParams(new FormData(one))));
  return now !== before;
};
const inZone = async () => {
  const fresh = (await rendered())?.querySelector('main'), main = document.querySelector('main');
  if (!fresh || isUsed('main') || [...main.querySelectorAll('form')].some(filled)) return;
  main.replaceWith(fresh);
  local(fresh);
};
if (here && !said()) {
  document.cookie = `xray_zone=${here}; path=/; max-age=31536000; samesite=lax`;
  if (said() && document.querySelector('[data-days]')) inZone().catch(() => {});
}

// What another threshold would do: between two measured points, Pd and Pfa lie between the two.
const percent = (share) => (share >= 0.095 || !share ? (100 * share).toFixed(0) : String(Number((100 * share).toPrecision(2))));
const between = (one, other) => {
  const [low, high] = [percent(one), percent(other)];
  return low === high ? low : say('{low} to {high}', { low, high });
};
const expected = (points, threshold) => {
  const below = points.filter(([at]) => at <= threshold), above = points.filter(([at]) => at >= threshold);
  if (!points.length) return say('not measured');
  const of = ([, pd, pfa]) => ({ pd: percent(pd), pfa: percent(pfa) });
  if (!above.length) return say('Pd at most {pd} %, Pfa at most {pfa} %', of(below.at(-1)));
  if (!below.length) return say('Pd at least {pd} %, Pfa at least {pfa} %', of(above[0]));
  return say('Pd {pd} %, Pfa {pfa} %', { pd: between(above[0][1], below.at(-1)[1]),
    pfa: between(above[0][2], below.at(-1)[2]) });
};
const sliders = [...document.querySelectorAll('.thresholds input[type=range]')];
const boxes = [...document.querySelectorAll('.thresholds input[type=checkbox]')];
const limits = document.forms['profile-form']?.elements;
const write = () => {
  const place = document.getElementById('profile'), base = JSON.parse(place.dataset.base);
  const thresholds = { ...base.thresholds };  // what nobody moved is as exact as in force
  for (const { dataset: { label, given }, value } of sliders)
    thresholds[label] = Math.abs(value - given) > 0.005 ? Number(value) : Number(given);
  const elsewhere = base.alarming.filter((label) => !boxes.some(({ value }) => value === label));
  const alarming = [...elsewhere, ...boxes.filter(({ checked }) => checked).map(({ value }) => value)];
  const limit = (field, n, own, unit) => field.value === base.shown[n] ? own : field.value * unit;
  place.textContent = [`name = ${JSON.stringify(place.dataset.name)}`,
    `alarming = ${JSON.stringify(alarming.sort())}`, `default_threshold = ${base.default_threshold}`,
    `max_opaque_mm2 = ${limit(limits.opaque_cm2, 0, base.max_opaque_mm2, 100)}`,
    `max_opaque_share = ${limit(limits.opaque_percent, 1, base.max_opaque_share, 0.01)}`, '', '[thresholds]',
    ...Object.entries(thresholds).map(([label, at]) => `${JSON.stringify(label)} = ${at}`)].join('\n');
};
for (const slider of sliders) {
  const row = slider.closest('tr');
  const points = row.dataset.points.split(' ').filter(Boolean).map((point) => point.split(',').map(Number));
  const tell = () => {
    row.querySelector('output').textContent = Number(slider.value).toFixed(2);
    row.querySelector('.expected').textContent = expected(points, Number(slider.value));
  };
  slider.addEventListener('input', tell);
  const box = row.querySelector('input[type=checkbox]');
  const mark = () => {
    const other = box.checked !== (box.dataset.given === '1');
    row.classList.toggle('moved', other || Math.abs(slider.value - slider.dataset.given) > 0.005);
    write();
  };
  row.addEventListener('input', mark);
  tell();  // a slider may have been moved before this file came, or kept its place over a reload
  mark();
}
for (const limit of sliders.length ? [limits.opaque_cm2, limits.opaque_percent] : []) limit.addEventListener('input', write);
