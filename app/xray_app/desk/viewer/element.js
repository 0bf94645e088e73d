// A new element of the page: its name, its class, its text.

export const element = (name, className = '', text = '') => {
  const node = document.createElement(name);
  if (className) node.className = className;
  node.textContent = text;
  return node;
};
