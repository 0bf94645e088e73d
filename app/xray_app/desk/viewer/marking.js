// Marking: what keys, buttons and the pointer make of the machine's findings and of boxes of one's
// own. What is said goes to `opinions.js`, which keeps it.

import { Labels } from './labels.js';
import { listenFirst } from './keys.js';
import { Opinions, newName } from './opinions.js';
import { keyFor, written } from './own.js';
import { Rows } from './rows.js';
import { FREE, MARKING } from './tools.js';
import { labelled, say } from './words.js';

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const TAKES_BACK = say('Ctrl+Z takes it back.');

export class Marking {
  #last = '';  // the label that was given last
  #stood = null;  // the box that is being changed, as it stood

  constructor(viewer) {
    this.viewer = viewer;
    this.labels = new Labels(viewer.root, viewer.stage);
    this.rows = new Rows(viewer);
    this.open(null);
    listenFirst(viewer.root, (key, event) => this.#first(key, event));
    viewer.root.addEventListener('marking', ({ detail, target }) => {
      viewer.lights.light(detail.number, viewer.panes.find((pane) => pane.element.contains(target)));
      this.run(MARKING.find((tool) => tool.name === detail.name));
    });
  }

  // Another case: where its opinions are; null: nothing keeps them. `officer`: whose marks go there;
  // `about`: its ID and what people call it.
  open(address, officer, about) {
    this.cancel();
    const opinions = this.opinions = new Opinions({
      changed: () => this.opinions === opinions && this.changed(),
      told: (text, isTrouble) => this.viewer.status.tell(text, isTrouble),
    });
    return opinions.open(address, officer, about);
  }

  changed() {
    for (const pane of this.viewer.panes) pane.marks.show(this.opinions, pane.said.position);
    this.rows.tell();
    if (this.viewer.root.dataset.state === 'ready') this.viewer.changed();
  }

  // Every mark that shows, with its pane.
  get #marks() {
    return this.viewer.shownPanes.flatMap((pane) => pane.marks.all.map((mark) => [pane, mark]));
  }

  get #lit() {
    return this.#marks.find(([pane, mark]) => String(mark.number) === String(pane.marks.lit)) ?? [];
  }

  // Runs what a key or a button at the lit mark says.
  run({ name }) {
    if (name === 'next' || name === 'previous') return this.#walk(name === 'next' ? 1 : -1);
    if (!this.opinions.mine) return this.refused(FREE);
    const [pane, mark] = this.#lit;
    if (!mark) return this.viewer.status.tell(
      say('Point at a mark first, or press {key} for the next one.', { key: written(keyFor('.')) }));
    const about = { view: pane.said.position, finding: mark.finding ?? null,
      drawn: mark.drawn ?? null, xyxy_px: mark.xyxy };
    if (name === 'relabel') return this.#relabel(mark, about);
    if (name === 'adjust') return this.#adjust(pane, mark);
    if (mark.drawn && name === 'confirm') return this.viewer.status.tell(say('That box is an officer’s own.'));
    const says = mark.drawn ? 'withdrawn' : name === 'confirm' ? 'confirmed' : 'rejected';
    const again = mark.says === says;
    this.#say(mark, { ...about, says: again ? 'withdrawn' : says, label: null },
      say(`became|${mark.drawn ? 'taken away' : again ? 'left open' : says}`));
  }

  #relabel(mark, about) {
    const node = document.querySelector(`.viewer .mark.lit[data-number="${mark.number}"]`);
    const says = mark.drawn ? 'drawn' : 'confirmed';
    this.labels.ask({ around: node.getBoundingClientRect(), labels: this.opinions.labels,
      lit: mark.label.replaceAll(' ', '_'),
      take: (label) => this.#say(mark, { ...about, says, label }, say('called {label}', { label: labelled(label) })) });
  }

  #say({ number, label }, word, became) {
    this.opinions.say(word);
    this.viewer.status.tell(`${number} ${labelled(label)}: ${became}. ${TAKES_BACK}`);
  }

  #walk(step) {
    const marks = this.#marks, { viewer } = this;
    if (!marks.length) return viewer.status.tell(say('Nothing is marked on this scan.'));
    if (!viewer.state.marks) viewer.state = { ...viewer.state, marks: true };
    const [, lit] = this.#lit, place = marks.findIndex(([, mark]) => mark === lit);
    const next = place < 0 && step < 0 ? marks.length - 1 : (place + step + marks.length) % marks.length;
    const [pane, mark] = marks[next];
    viewer.lights.light(mark.number, pane);
    pane.reveal(mark.xyxy);
    viewer.status.tell([mark.number, labelled(mark.label),
      mark.says && say(`says|${mark.says}`)].filter(Boolean).join(' '));
    viewer.changed();
  }

  undo() {
    if (!this.opinions.undoable) return false;
    this.opinions.undo();
    this.viewer.status.tell(say('Taken back.'));
    return true;
  }

  // Nobody marks a case that is not theirs; it may have been taken since the desk was asked.
  async refused(why) {
    this.viewer.status.tell(why);
    await this.opinions.refresh();
    if (this.opinions.mine) this.viewer.status.tell(say('The case is yours now.'));
  }

  // Drawing

  get #drawing() { return this.viewer.panes.find((pane) => pane.sketch.ends); }

  begin(pane, point) {
    this.cancel();
    pane.sketch.ends = [point, point];
  }

  drag(pane, point) {
    if (pane.sketch.ends) pane.sketch.ends = [pane.sketch.ends[0], point];
  }

  // A box of one's own is changed: by keys, from where it stands.
  #adjust(pane, mark) {
    if (!mark.drawn) return this.viewer.status.tell(say('The machine’s box stays as it is: reject it and draw another.'));
    this.#change(pane, mark);
    this.viewer.state = { ...this.viewer.state, mode: 'draw' };
    this.viewer.status.tell(say('Arrow keys move it, with Shift they stretch it; Enter keeps it, Esc leaves it as it was.'));
    this.viewer.changed();
  }

  // Or by the corner that the pointer holds.
  grip(pane, corner) {
    this.#change(pane, pane.marks.named(corner.closest('.mark').dataset.number));
    pane.sketch.hold(pane, corner.classList.contains('right'), corner.classList.contains('lower'));
  }

  #change(pane, mark) {
    this.cancel();
    this.#stood = this.opinions.drawnOn(pane.said.position).find((one) => one.drawn === mark.drawn);
    pane.sketch.take(pane, mark.xyxy);
    pane.marks.hide(mark.number);
  }

  // The box stands; what is in it?
  drawn(pane) {
    const box = pane.sketch.box(pane);
    if (!box) return this.cancel();
    if (this.#stood) return this.#changed(pane, box);
    pane.sketch.place(pane.view, pane.size, pane.ratio);
    this.labels.ask({
      around: pane.sketch.element.getBoundingClientRect(),
      labels: this.opinions.labels, lit: this.#last,
      take: (label) => {
        const word = { view: pane.said.position, says: 'drawn', finding: null, drawn: newName(),
          label, xyxy_px: box };
        this.#last = label;
        pane.sketch.ends = null;
        this.viewer.state = { ...this.viewer.state, mode: 'pan', marks: true };
        this.#say({ number: this.opinions.letter(word.drawn), label }, word, say('became|drawn'));
      },
      left: () => this.cancel(),
    });
  }

  #changed(pane, xyxy_px) {
    const stood = this.#stood, number = this.opinions.letter(stood.drawn);
    this.cancel();
    this.#say({ number, label: stood.label }, { ...stood, xyxy_px }, say('became|changed'));
  }

  // Gives up whatever is being drawn; whether there was anything.
  cancel() {
    const pane = this.#drawing;
    if (!pane) return false;
    pane.sketch.ends = null;
    if (this.#stood) {
      this.#stood = null;
      pane.marks.hide(null);
      this.viewer.state = { ...this.viewer.state, mode: 'pan' };
      this.viewer.changed();
    }
    this.labels.close();
    this.viewer.frames.moved();
    return true;
  }

  #first(key, event) {
    const { viewer } = this;
    if (!viewer.root.checkVisibility() || viewer.root.dataset.state !== 'ready') return false;
    if (event.ctrlKey || event.metaKey) return key === 'z' && !event.shiftKey && this.undo();
    if (viewer.state.mode !== 'draw') return false;
    if (key === 'Escape') {
      if (!this.cancel()) viewer.state = { ...viewer.state, mode: 'pan' };
      viewer.changed();
      return true;
    }
    const pane = this.#drawing ?? viewer.pane;
    if (key === 'Enter' && pane.sketch.ends) this.drawn(pane);
    else if (ARROWS[key]) this.#nudge(pane, ARROWS[key], event);
    else return false;
    return true;
  }

  #nudge(pane, by, event) {
    if (!pane.sketch.ends) pane.sketch.begin(pane);
    else pane.sketch.nudge(pane, by, event.shiftKey);
    this.viewer.frames.moved(event.timeStamp);
  }
}
