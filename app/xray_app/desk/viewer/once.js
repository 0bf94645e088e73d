// Forms that change something go once, and only to a desk that answers: the browser's own page for an
// error would take what was filled in. The buttons stay as they are, for what a disabled one says is
// left out.

const STOPPED_MS = 20_000;  // a page that stands so long after its form went was stopped

// look() says whether the desk answers. Returns whether any form is on its way.
export const sendOnce = (look) => {
  const going = new Map();  // form → 'asks' whether the desk answers, has 'asked', 'goes'
  const leave = (form) => {
    going.set(form, 'goes');
    setTimeout(() => { if (going.get(form) === 'goes') going.delete(form); }, STOPPED_MS);
    if (form.matches('.out')) sessionStorage.clear();  // nothing that was written stays behind
  };
  document.addEventListener('submit', async (event) => {
    const { target: form, submitter } = event;
    if (form.method !== 'post') return;
    const stands = going.get(form);
    if (stands === 'asked') return leave(form);
    event.preventDefault();
    if (stands) return;
    going.set(form, 'asks');
    if (await look()) {
      going.set(form, 'asked');
      form.requestSubmit(submitter);
      if (going.get(form) === 'asked') going.delete(form);  // it did not go: it is not valid by now
      return;
    }
    going.delete(form);
    if (form.querySelector('[data-send]')) form.reset();  // shows what is, where a choice sends itself
  });
  addEventListener('pageshow', ({ persisted }) => persisted && going.clear());
  return () => going.size > 0;
};
