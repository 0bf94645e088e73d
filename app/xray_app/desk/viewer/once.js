// Forms that change something go once, and only to a desk that answers: the browser's own page for an
// error would take what was filled in. The buttons stay as they are, for what a disabled one says is
// left out.

// look() says whether the desk answers. Returns whether any form is on its way.
export const sendOnce = (look) => {
  const going = new Map();  // form → 'asks' whether the desk answers, has 'asked', 'goes'
  document.addEventListener('submit', async (event) => {
    const { target: form, submitter } = event;
    if (form.method !== 'post') return;
    const stands = going.get(form);
    if (stands === 'asked') return void going.set(form, 'goes');
    event.preventDefault();
    if (stands) return;
    going.set(form, 'asks');
    if (await look()) {
      going.set(form, 'asked');
      return form.requestSubmit(submitter);
    }
    going.delete(form);
    if (form.querySelector('[data-send]')) form.reset();  // shows what is, where a choice sends itself
  });
  addEventListener('pageshow', ({ persisted }) => persisted && going.clear());
  return () => going.size > 0;
};
