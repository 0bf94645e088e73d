// What an officer can do with a scan: every tool's name, key, and what it changes. A state is
//   { look, mode, lens, together, marks }: look as in tone.js; mode 'pan', 'window', 'ruler' or
//   'draw'; lens: the magnifier follows the pointer; together: all views side by side; marks: shown.
// A tool either makes a new state from an old one (`next`) or moves panes (`act`).

import { PENETRATION, PLAIN } from './tone.js';
import { mirrored, turned, zoomedAt } from './transform.js';
import { say } from './words.js';

const STEP = 1.4;  // zoom of one press

// How a scan looks before anybody touches it.
export const plainLook = (source) => ({
  ...PLAIN,
  gamma: source?.kind === 'picture' ? 1 : PLAIN.gamma,
  palette: source?.kind === 'transmission' && source.planes.length < 2 ? -1 : 0,
});

export const plainState = (source) =>
  ({ look: plainLook(source), mode: 'pan', lens: false, together: false, marks: true });

const look = (change) => (state, about) =>
  ({ ...state, look: { ...state.look, ...change(state.look, about) } });

const toggled = (name) => look((l) => ({ [name]: !l[name] }));
const stripped = (what) => look((l) => ({ strip: l.strip === what ? '' : what }));

const penetrating = (which) => look((l) => {
  const { energy, black, white, gamma } = PLAIN;
  if (l.penetration === which) return { penetration: '', energy, black, white, gamma };
  return { penetration: which, ...PENETRATION[which] };
});

const mode = (name) => (state) => ({ ...state, mode: state.mode === name ? 'pan' : name });

const zoomed = (factor) => (pane) => {
  pane.view = zoomedAt(pane.view, pane.size, pane.scan, pane.size.map((side) => side / 2), factor);
};

// needs: what the scan must have; see `reason`.
export const TOOLS = [
  [
    { name: 'palette', key: 'p', label: say('Colours'), title: say('Next palette'), needs: 'energies',
      on: ({ look: l }) => l.palette > 0,
      next: look((l, about) => ({ palette: (l.palette + 1) % about.palettes.length })) },
    { name: 'grey', key: 'g', label: say('Grey'), title: say('Without colour'), needs: 'colour',
      on: ({ look: l }) => l.palette < 0, next: look((l) => ({ palette: l.palette < 0 ? 0 : -1 })) },
    { name: 'organic', key: 'o', label: say('No organic'), title: say('Strip organic matter'), needs: 'energies',
      on: ({ look: l }) => l.strip === 'organic', next: stripped('organic') },
    { name: 'inorganic', key: 'i', label: say('No metal'), title: say('Strip metal and other inorganic matter'),
      needs: 'energies', on: ({ look: l }) => l.strip === 'inorganic', next: stripped('inorganic') },
  ],
  [
    { name: 'dense', key: 'd', label: say('Dense'), title: say('High penetration: into dense things'),
      needs: 'transmission', on: ({ look: l }) => l.penetration === 'high', next: penetrating('high') },
    { name: 'light', key: 'l', label: say('Thin'), title: say('Low penetration: thin and light things'),
      needs: 'transmission', on: ({ look: l }) => l.penetration === 'low', next: penetrating('low') },
    { name: 'negative', key: 'v', label: say('Negative'), title: say('Negative'),
      on: ({ look: l }) => l.negative, next: toggled('negative') },
    { name: 'outline', key: 'u', label: say('Outline'), title: say('Outlines alone'),
      on: ({ look: l }) => l.outline, next: toggled('outline') },
    { name: 'local', key: 't', label: say('Detail'), title: say('Local contrast'),
      on: ({ look: l }) => l.local, next: toggled('local') },
    { name: 'window', key: 'w', label: say('Window'), on: (state) => state.mode === 'window',
      title: say('Window: drag for brightness and contrast, with Alt for gamma'), next: mode('window') },
  ],
  [
    { name: 'lens', key: 'z', label: say('Magnifier'), title: say('Magnifier under the pointer'),
      on: (state) => state.lens, next: (state) => ({ ...state, lens: !state.lens }) },
    { name: 'ruler', key: 'm', label: say('Measure'), title: say('Measure by dragging'),
      on: (state) => state.mode === 'ruler', next: mode('ruler') },
    { name: 'larger', key: '+', label: say('Larger'), title: say('Zoom in'), act: zoomed(STEP) },
    { name: 'smaller', key: '-', label: say('Smaller'), title: say('Zoom out'), act: zoomed(1 / STEP) },
    { name: 'fit', key: '0', label: say('Fit'), title: say('The whole scan'), act: (pane) => pane.fit() },
    { name: 'whole', key: '1', label: say('1 : 1'), title: say('A screen pixel to each of the scan’s'),
      act: (pane) => {
        const middle = pane.size.map((side) => side / 2);
        pane.view = zoomedAt(pane.view, pane.size, pane.scan, middle, 1 / pane.view.zoom);
      } },
    { name: 'turn', key: 'q', label: say('Turn'), title: say('Turn by a quarter'),
      act: (pane) => { pane.view = turned(pane.view, pane.scan, pane.size); } },
    { name: 'mirror', key: 'k', label: say('Mirror'), title: say('Left for right'),
      act: (pane) => { pane.view = mirrored(pane.view); } },
  ],
  [
    { name: 'draw', key: 'j', label: say('Draw box'), title: say('Draw a box around what was missed'),
      needs: 'held', on: (state) => state.mode === 'draw', next: mode('draw') },
    { name: 'undo', key: 'Ctrl+Z', label: say('Undo'), title: say('Take back what was last marked'),
      needs: 'said', undo: true },
  ],
  [
    { name: 'views', key: 'b', label: say('All views'), title: say('Every view, side by side'), needs: 'views',
      on: (state) => state.together, next: (state) => ({ ...state, together: !state.together }) },
    { name: 'marks', key: 'a', label: say('Marks'), needs: 'marks',
      title: say('Marks: press to show or hide, hold the key to hide'),
      on: (state) => state.marks, next: (state) => ({ ...state, marks: !state.marks }) },
    { name: 'reset', key: 'Escape', label: say('Reset'), title: say('Everything as it was'), reset: true },
    { name: 'keys', key: '?', label: say('Keys'), title: say('All keys'), help: true },
  ],
];

// What is said of the mark that is lit; see `marking.js`.
export const MARKING = [
  { name: 'next', key: '.', title: say('Light up the next mark') },
  { name: 'previous', key: ',', title: say('Light up the one before') },
  { name: 'confirm', key: 'y', title: say('Confirm the finding; once more takes it back') },
  { name: 'reject', key: 'Delete', title: say('Reject the finding, or take your own box away') },
  { name: 'relabel', key: '/', title: say('Call it something else') },
  { name: 'adjust', key: ';', title: say('Move or stretch your own box: arrow keys, with Shift, Enter') },
];

// Without a button: it is for whoever leaves the pointer alone.
const WALK = { name: 'view', key: ']', title: say('Next view, and the arrow keys on it'), walks: true };

export const ALL = [...TOOLS.flat(), WALK];
export const named = (name) => ALL.find((tool) => tool.name === name);

const PICTURE = say('This scan came as a pseudo-colour picture, which holds no transmission.');
const SINGLE = say('This scan has one energy; telling materials apart takes two.');

export const FREE = say('Only whoever has this case marks it.');

// Why a tool cannot be used here; empty where it can.
//   views: of the case; marked: whether anything is; mine, undoable: as in opinions.js.
export const reason = (tool, source, { views, marked, mine, undoable }) => {
  const isPicture = source?.kind === 'picture', energies = isPicture ? 0 : source?.planes.length;
  if (tool.needs === 'transmission') return isPicture ? PICTURE : '';
  if (tool.needs === 'energies') return isPicture ? PICTURE : energies < 2 ? SINGLE : '';
  if (tool.needs === 'colour') return energies === 1 ? say('This scan has no colours to take away.') : '';
  if (tool.needs === 'views') return views < 2 ? say('There is one view of this case.') : '';
  if (tool.needs === 'marks') return marked ? '' : say('Nothing is marked on this scan.');
  if (tool.needs === 'held') return mine ? '' : FREE;
  if (tool.needs === 'said') return undoable ? '' : say('You have marked nothing yet.');
  return '';
};
