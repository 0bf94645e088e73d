// Decisions that can still be taken back: a bar that runs out beside each, and a key.
const root = element.querySelector('.panel');
const SETTLED_MS = 400;  // after the bar has run out, the service has written it down
const AGAIN_MS = 5000;  // before the service is asked once more, where it could not say
let waiting = 0;

const settle = (ms) => {
  clearTimeout(waiting);
  waiting = setTimeout(() => trigger('settled', {}), ms);
};
const paint = () => {
  root.innerHTML = props.value ?? '';
  dispatchEvent(new Event('panel-painted'));
  clearTimeout(waiting);
  const left = [...root.querySelectorAll('[data-left]')].map((one) => Number(one.dataset.left));
  if (left.length) settle(Math.min(...left) + SETTLED_MS);
};

root.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-act]');
  if (!button) return;
  button.disabled = true;
  button.ariaBusy = 'true';
  trigger('act', { name: 'undo', case: button.dataset.case, version: Number(button.dataset.version),
    note: '', code: '', to: '', minutes: 30 });
});

// What became of something is not known here: what can be taken back is asked for again, also where
// nothing stands that could be.
const failed = () => {
  for (const button of root.querySelectorAll('button')) {
    button.disabled = false;
    button.ariaBusy = null;
  }
  settle(AGAIN_MS);
};
const unanswered = ({ detail: { why } }) => {
  if (!element.isConnected) removeEventListener('unanswered', unanswered);
  else if (why) failed();
  else settle(AGAIN_MS);
};
addEventListener('unanswered', unanswered);

watch('failed', failed);
watch('value', paint);
paint();
