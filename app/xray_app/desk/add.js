// Sends files to the desk. One, or a pair, goes to Python by its key and is opened once it was
// inspected; of many, each becomes a case, and a line says how it fares. props.most is the largest file
// in bytes, props.done what became of the one: [its number, its case, why there is none].
const root = element.querySelector('.panel');
root.innerHTML = props.value;
const [one, low, high] = ['one', 'low', 'high'].map((name) => root.querySelector(`#add-${name}`));
const pair = root.querySelector('#add-pair');
const sent = root.querySelector('.sent');
const busy = root.querySelector('.busy');
const refusal = root.querySelector('.refusal');

// Words come with the viewer's scripts; what Python rendered stands in English until then.
let words = (text) => text;
const spoken = import(new URL('viewer/words.js', document.baseURI).href);
spoken.then(({ say }) => {
  words = say;
  for (const part of root.querySelectorAll('[data-say]')) part.textContent = say(part.dataset.say);
});
for (const part of root.querySelectorAll('[data-say]')) part.dataset.say = part.textContent;

const tell = (where, text) => {
  where.textContent = text;
  where.hidden = !text;
};
const sending = import(new URL('viewer/sending.js', document.baseURI).href);

const send = async (file) => {
  const why = await (await sending).unsendable(file, props.most);
  if (why) throw new Error(why);
  const name = encodeURIComponent(file.name);
  const answer = await fetch(`uploads?name=${name}`, { method: 'POST', body: file }).catch(() => {
    throw new Error(words('The desk could not be reached; nothing was sent.'));
  });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(said.refused ?? words('The desk refused {name}.', file));
  return said.upload;
};

// What was sent opens by itself where nothing else is open once it was inspected, or still the same
// case, with nothing done since. Else it has a line, and whoever is at work goes on.
const going = new Map();  // number → what was sent: its name, what was open then, and when it went
let touched = 0, numbered = 0;
for (const name of ['keydown', 'pointerdown'])
  addEventListener(name, ({ target }) => { if (!root.contains(target)) touched = performance.now(); }, true);
const open = () => document.querySelector('#desk-case .case')?.dataset.case?.split('-')[0] ?? '';
const isFree = ({ was, began }) => !open() || (open() === was && touched < began
  && !document.querySelector('#desk-case .reason')?.value.trim());
const shown = async (id, one) => {
  if (isFree(one)) return trigger('select', { case: id });
  const { line } = await sending;
  sent.hidden = false;
  line(sent, one)(words('is in the queue'), 'done', id);
};

const add = async (...files) => {
  tell(refusal, '');
  const names = files.map((file) => file.name).join(', ');
  going.set(++numbered, { name: names, was: open(), began: performance.now() });
  const number = numbered;
  tell(busy, words('Inspecting {names} …', { names }));
  try {
    const uploads = [];
    for (const file of files) uploads.push(await send(file));
    trigger('sent', { uploads, sent: number });
  } catch (error) {
    going.delete(number);
    tell(busy, '');
    tell(refusal, error.message);
  }
};

let last = Promise.resolve();  // one batch is sent after the other
const addMany = async (files) => {
  if (files.length < 2) return files.length ? add(files[0]) : undefined;
  tell(refusal, '');
  const { sendAll } = await sending;
  last = last.then(async () => {
    sent.hidden = false;
    await sendAll(files, sent, props.most).sent;
  });
};

one.addEventListener('change', () => {
  addMany([...one.files]);
  one.value = '';
});
for (const half of [low, high])
  half.addEventListener('change', () => {
    half.parentElement.querySelector('b').textContent = half.files[0]?.name ?? words('choose a file');
    pair.disabled = !(low.files.length && high.files.length);
  });
pair.addEventListener('click', () => {
  add(low.files[0], high.files[0]);
  for (const half of [low, high]) {
    half.value = '';
    half.dispatchEvent(new Event('change'));
  }
});

// The whole page takes a dropped file; without this, the browser would leave the desk for it.
addEventListener('dragover', (event) => event.preventDefault());
addEventListener('drop', (event) => {
  event.preventDefault();
  const entries = [...(event.dataTransfer?.items ?? [])].filter(({ kind }) => kind === 'file')
    .map((item) => item.webkitGetAsEntry?.());
  const folder = entries.find((entry) => entry?.isDirectory);
  const files = [...(event.dataTransfer?.files ?? [])].filter((_, n) => !entries[n]?.isDirectory);
  take(event, files);
  if (folder) spoken.then(({ say }) =>
    tell(refusal, say('{name} is a folder; open it and drop the scans that lie in it.', folder)));
});
const take = (event, files) => {
  const half = event.target.closest?.('label.drop')?.control;
  if (half !== low && half !== high) return addMany(files);
  if (files.length > 1)  // which is which, nobody could tell
    return tell(refusal, words('This field takes one file; drop the low energy on one and the high energy on the other.'));
  if (!files.length) return undefined;
  const alone = new DataTransfer();
  alone.items.add(files[0]);
  half.files = alone.files;
  return half.dispatchEvent(new Event('change'));
};

const done = () => {
  const [number, id, why] = JSON.parse(props.done), one = going.get(number);
  going.delete(number);
  tell(busy, '');
  if (why) tell(refusal, why);
  if (id && one) shown(id, one);
};
addEventListener('unanswered', ({ detail: { why } }) => why && tell(busy, ''));
watch('done', done);
