// What the page says, in its reader's language: English is said in the scripts and is the key, as in
// `xray_app.languages`, whose words these are. They are there before anything that imports this runs;
// where they cannot be had, the page speaks English.

const ENGLISH = { code: 'en', direction: 'ltr', words: {} };
export const language = await fetch(new URL('words.json', import.meta.url))
  .then((answer) => (answer.ok ? answer.json() : ENGLISH)).catch(() => ENGLISH);

const filled = (text, values) => text.replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);

// A text in the reader's language; `values` by the names in its braces.
export const say = (text, values = {}) =>
  filled(language.words[text] ?? text.slice(text.lastIndexOf('|') + 1), values);

// A label of data, as people write it.
export const labelled = (label) => {
  const code = label.replaceAll(' ', '_');
  return language.words[`label|${code}`] ?? code.replaceAll('_', ' ');
};

// Numbers and moments as the reader writes them: by the browser's own region where it speaks the
// same language.
export const locale = navigator.language?.startsWith(language.code) ? navigator.language : language.code;
