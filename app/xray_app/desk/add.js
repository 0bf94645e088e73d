// Sends files to the desk and tells Python their keys. props.most is the largest file in bytes.
const root = element.querySelector('.panel');
root.innerHTML = props.value;
const [one, low, high] = ['one', 'low', 'high'].map((name) => root.querySelector(`#add-${name}`));
const pair = root.querySelector('#add-pair');
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
const inMegabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 20 ? 1 : 0)} MB`;

const send = async (file) => {
  if (file.size > props.most)
    throw new Error(words('{name} is {size}; the desk takes at most {most}.',
      { name: file.name, size: inMegabytes(file.size), most: inMegabytes(props.most) }));
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

one.addEventListener('change', () => {
  if (one.files.length) add(one.files[0]);
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
  if (files.length === 1 && (half === low || half === high)) {
    half.files = event.dataTransfer.files;
    half.dispatchEvent(new Event('change'));
  } else if (files.length === 1) add(files[0]);
  else if (files.length) tell(refusal, words('Drop one scan at a time; for a pair, use the fields.'));
});

watch('done', () => tell(busy, ''));
