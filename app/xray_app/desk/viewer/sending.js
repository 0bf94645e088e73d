// Many scans at once: each file becomes a case of its own, with a line that says where it stands. A
// file that cannot be sent or read costs the others nothing.

import { element } from './element.js';
import { say } from './words.js';

const AT_ONCE = 2;      // files on their way: the rest of the desk needs the line too
const LOOK_MS = 1000;   // between two looks at what became of them
const TIRED = 30;       // times that a full desk is asked again for one file
const MOST_ASKED = 50;  // cases in one question
const BEFORE = ['received', 'inspecting'];  // of the states of `cases/states.py`

const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });
export const inMegabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 20 ? 1 : 0)} MB`;

// Why a file cannot be sent; empty where it can. `most`: bytes. What cannot be read here would only
// look as if the desk were away.
export const unsendable = async (file, most) => {
  const { name, size } = file;
  if (size > most) return say('{name} is {size}; the desk takes at most {most}.',
    { name, size: inMegabytes(size), most: inMegabytes(most) });
  return file.slice(0, 1).arrayBuffer().then(() => '',
    () => say('{name} cannot be read: it is a folder, or was moved or is locked.', { name }));
};

// Sends one file; its case's id. Throws a sentence.
const send = async (file, most) => {
  const why = await unsendable(file, most);
  if (why) throw new Error(why);
  const form = new FormData();
  form.append('scan', file, file.name);
  form.append('about', JSON.stringify({ scanner: 'desk' }));
  for (let tries = 1; ; tries++) {
    const answer = await fetch('api/v1/scans', { method: 'POST', body: form }).catch(() => {
      throw new Error(say('The desk could not be reached; nothing was sent.'));
    });
    const said = await answer.json().catch(() => ({}));
    if (answer.ok) return said.id;
    if (answer.status !== 503 || tries === TIRED)
      throw new Error(said.error ?? say('The desk refused {name}.', file));
    await wait(1000 * Math.min(Number(answer.headers.get('retry-after')) || 1, 10));
  }
};

export const line = (list, { name }) => {
  const row = list.appendChild(element('li')), state = element('span', 'state', say('waits'));
  row.append(element('b', '', name), state);
  return (text, style = '', id = '') => {
    [state.textContent, row.className] = [text, style];
    if (!id) return;
    const link = element('a', '', name);
    link.href = `?case=${id}`;
    row.firstChild.replaceChildren(link);
  };
};

// What became of the cases that were sent, until all are inspected; `waiting`: id → its lines, more
// than one where the same file was chosen twice. A case may be older than any list is long.
const follow = async (waiting, isOver) => {
  while (waiting.size || !isOver()) {
    await wait(LOOK_MS);
    if (!waiting.size) continue;
    const asked = [...waiting.keys()].slice(0, MOST_ASKED).map((id) => `id=${encodeURIComponent(id)}`);
    const answer = await fetch(`api/v1/cases/progress?${asked.join('&')}`).then((a) => (a.ok ? a.json() : null)).catch(() => null);
    for (const { id, state, problem } of answer ?? []) {
      if (!waiting.has(id) || BEFORE.includes(state)) continue;
      for (const tell of waiting.get(id))
        tell(problem ? say('Not read') : say('inspected'), problem ? 'refused' : 'done', id);
      waiting.delete(id);
    }
  }
};

// Sends files and says on `list` how each fares. `sent` resolves once all are at the desk, `ended` once
// every one is inspected. Lines of an earlier batch stay while they wait.
export const sendAll = (files, list, most) => {
  for (const row of list.querySelectorAll('.done, .refused')) row.remove();
  const waiting = new Map(), left = files.map((file) => [file, line(list, file)]);
  let open = AT_ONCE;
  const worker = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const [file, tell] = next;
      tell(say('is sent …'));
      try {
        const id = await send(file, most);
        tell(say('is inspected …'), '', id);
        waiting.set(id, [...waiting.get(id) ?? [], tell]);
      } catch (error) {
        tell(error.message, 'refused');
      }
    }
    open--;
  };
  const sent = Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { sent, ended: Promise.all([sent, follow(waiting, () => !open)]) };
};
