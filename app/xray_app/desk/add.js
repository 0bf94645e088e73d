// Sends files to the desk. One, or a pair, goes to Python by its key and is opened at once; of many,
// each becomes a case, and a line says how it fares. props.most is the largest file in bytes.
const root = element.querySelector('.panel');
root.innerHTML = props.value;
const [one, low, high] = ['one', 'low', 'high'].map((name) => root.querySelector(`#add-${name}`));
const pair = root.querySelector('#add-pair');
const sent = root.querySelector('.sent');
const busy = root.querySelector('.busy');
const refusal = root.querySelector('.refusal');

// Words come with the viewer's scripts; what Python rendered stands in English until then.
let words = (text) => text;
import(new URL('viewer/words.js', document.baseURI).href).then(({ say }) => {
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
  const why = (await sending).tooLarge(file, props.most);
  if (why) throw new Error(why);
  const name = encodeURIComponent(file.name);
  const answer = await fetch(`uploads?name=${name}`, { method: 'POST', body: file }).catch(() => {
    throw new Error(words('The desk could not be reached; nothing was sent.'));
  });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(said.refused ?? words('The desk refused {name}.', file));
  return said.upload;
};

const add = async (...files) => {
  tell(refusal, '');
  const names = files.map((file) => file.name).join(', ');
  tell(busy, words('Inspecting {names} …', { names }));
  try {
    const uploads = [];
    for (const file of files) uploads.push(await send(file));
    trigger('sent', { uploads });
  } catch (error) {
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
  const files = [...(event.dataTransfer?.files ?? [])];
  const half = event.target.closest?.('label.drop')?.control;
  if (half !== low && half !== high) return addMany(files);
  if (files.length > 1)  // which is which, nobody could tell
    return tell(refusal, words('This field takes one file; drop the low energy on one and the high energy on the other.'));
  half.files = event.dataTransfer.files;
  half.dispatchEvent(new Event('change'));
});

const done = () => tell(busy, '');
addEventListener('unanswered', ({ detail: { why } }) => why && done());
watch('done', done);
