// Whether the desk answers, and the word that stands over the page while it does not.

const LOOK_MS = 3000;
const ANSWERS_MS = 8000;  // a desk that takes a look's call and says nothing for so long is away
// Both answer strangers too. Every page looks whether there is a desk; what is to be sent, or waits for
// the desk to be back, asks for its database as well.
const [ALIVE, READY] = ['live', 'ready'].map((what) => new URL(`../health/${what}`, import.meta.url).href);

export const isLook = (address) => [ALIVE, READY].includes(String(address));

// Says something that concerns the whole page, over it.
export const tell = (text) => {
  const told = document.body.appendChild(document.createElement('p'));
  told.className = 'away';
  told.setAttribute('role', 'alert');
  told.textContent = text;
  return told;
};

// Looks from now on; `text` stands over the page while nothing answers, back() is called once
// something does again. Returns a look at this moment: whether the desk takes what is sent.
export const watch = (text, back) => {
  let told = null;
  const look = async (address = READY) => {
    const signal = AbortSignal.timeout(ANSWERS_MS);
    const answers = await fetch(address, { cache: 'no-store', signal }).then((a) => a.ok, () => false);
    if (!answers) told ??= tell(text);
    else if (told && address === READY) {
      told.remove();
      told = null;
      back();
    }
    return answers;
  };
  const again = () => setTimeout(() => look(told ? READY : ALIVE).then(again), LOOK_MS);
  again();
  return () => look();
};
