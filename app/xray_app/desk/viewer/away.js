// Whether the desk answers, and the word that stands over the page while it does not.

const LOOK_MS = 3000;
const ANSWERS_MS = 8000;  // a desk that takes a look's call and says nothing for so long is away
const ALIVE = new URL('../health/live', import.meta.url).href;  // answers strangers too

export const isLook = (address) => String(address) === ALIVE;

// Says something that concerns the whole page, over it.
export const tell = (text) => {
  const told = document.body.appendChild(document.createElement('p'));
  told.className = 'away';
  told.setAttribute('role', 'alert');
  told.textContent = text;
  return told;
};

// Looks from now on; `text` stands over the page while nothing answers, back() is called once
// something does again. Returns a look at this moment: whether the desk answers.
export const watch = (text, back) => {
  let told = null;
  const look = async () => {
    const signal = AbortSignal.timeout(ANSWERS_MS);
    const answers = await fetch(ALIVE, { cache: 'no-store', signal }).then((a) => a.ok, () => false);
    if (!answers) told ??= tell(text);
    else if (told) {
      told.remove();
      told = null;
      back();
    }
    return answers;
  };
  const again = () => setTimeout(() => look().then(again), LOOK_MS);
  again();
  return look;
};
