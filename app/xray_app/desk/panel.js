// A part of the page that Python renders: shows the HTML it is given (escaped there) and tells
// Python which case was chosen, or which button was pressed.
const root = element.querySelector('.panel');

const paint = () => {
  const within = root.contains(document.activeElement);
  root.innerHTML = props.value ?? '';
  if (within) root.querySelector('[aria-current]')?.focus();
};

const act = (button) => {
  const reason = root.querySelector('.reason');
  if (button.dataset.reason && !reason.value.trim()) return reason.focus();
  button.disabled = true;  // a second click must not do it again
  const { act: name, case: key, version } = button.dataset;
  trigger('act', { name, case: key, version: Number(version), reason: reason?.value.trim() ?? '' });
};

root.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (button?.dataset.act) act(button);
  else if (button?.dataset.case) trigger('select', { case: button.dataset.case });
});

watch('value', paint);
paint();
