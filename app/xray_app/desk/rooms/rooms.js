// What the rooms' pages cannot do without a script: the reader's own time zone, no form sent twice,
// lists that stay fresh while nobody types in them.
const FRESH_MS = 15_000;
const zone = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short' });

const local = (root) => {
  for (const time of root.querySelectorAll('time[datetime]')) {
    time.textContent = zone.format(new Date(time.dateTime));
    time.title = `${time.dateTime.replace('T', ' ').replace('Z', '')} UTC`;
  }
};

const refresh = async () => {
  const busy = document.activeElement?.closest('form, [data-live]');
  if (document.visibilityState !== 'visible' || busy) return;
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const old of document.querySelectorAll('[data-live]')) {
    const now = fresh.getElementById(old.id);
    if (now) old.replaceWith(now);
  }
  local(document);
};

for (const form of document.querySelectorAll('form[data-once]')) {
  form.addEventListener('submit', () => {
    for (const button of form.querySelectorAll('button')) button.disabled = true;
  });
}
for (const choice of document.querySelectorAll('[data-send]')) {
  choice.addEventListener('change', () => choice.form.requestSubmit());
}
local(document);
if (document.querySelector('[data-live]')) setInterval(() => refresh().catch(() => {}), FRESH_MS);
