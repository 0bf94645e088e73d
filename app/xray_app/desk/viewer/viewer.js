// The viewer: panes, tools and keys around one case. Python says what the case is (`desk/scene.py`);
// everything that an officer does to the picture is answered here, in the browser.

import { Frames } from './frames.js';
import { listen as listenToKeys } from './keys.js';
import { Pane } from './pane.js';
import { listen as listenToPointer } from './pointer.js';
import { Status, shownAs } from './status.js';
import { tablesOf } from './tables.js';
import { colours, tones } from './tone.js';
import { Toolbar, keysDialog } from './toolbar.js';
import { ALL, named, plainLook, plainState, reason } from './tools.js';

export class Viewer {
  panes = [];
  state = plainState(null);
  #scene = null;
  #loading = null;  // aborts what is on its way when another case is opened
  #tables = {};     // tone and colours of the look that they were made for

  constructor(root) {
    this.root = root;
    root.classList.add('viewer');
    this.toolbar = new Toolbar(root, (tool, event) => this.run(tool, event));
    this.stage = root.appendChild(document.createElement('div'));
    this.stage.className = 'panes';
    this.status = new Status(root);
    this.help = keysDialog(root);
    this.frames = new Frames((moving, since) => this.draw(moving, since));
    new ResizeObserver(() => this.resized()).observe(this.stage);
    root.addEventListener('stale', () => this.frames.moved());
    const down = (key, event) => this.pressed(key, event), up = (key) => this.released(key);
    listenToKeys(root, { down, up });
    this.followTable();
  }

  // Shows a case; null: none.
  async show(scene) {
    this.#loading?.abort();
    const { signal } = this.#loading = new AbortController();
    this.#scene = scene;
    this.root.dataset.state = scene ? 'loading' : 'empty';
    this.status.say('');
    if (!scene) return this.#arrange([]);
    try {
      const about = await tablesOf(scene.tables);
      if (signal.aborted) return;
      const panes = scene.views.map((view) => new Pane(view, about));
      this.#arrange(panes);
      await Promise.all(panes.map((pane) => pane.load(signal)));
      if (signal.aborted) return;
      this.about = about;
      this.state = plainState(this.pane.source);
      this.root.dataset.state = 'ready';
      this.changed();
      this.lit = undefined;  // the pointer may have waited on a finding
      this.light(document.querySelector('tr[data-number]:hover')?.dataset.number ?? null);
    } catch (error) {
      if (signal.aborted) return;
      this.root.dataset.state = 'failed';
      this.status.say(`${error.message}; open it again.`);
    }
  }

  get pane() { return this.panes[this.#scene?.current ?? 0] ?? this.panes[0]; }

  get shownPanes() { return this.state.together || !this.pane ? this.panes : [this.pane]; }

  #arrange(panes) {
    this.panes = panes;
    this.stage.replaceChildren(...panes.map((pane) => pane.element));
    for (const pane of panes) {
      pane.element.hidden = pane !== this.pane;
      listenToPointer(pane, this);
    }
  }

  // Runs a tool, unless this scan cannot feed it.
  run(tool, event) {
    if (tool.help) return this.help();
    const source = this.about && this.pane?.source;
    if (!source || reason(tool, source, this.panes.length, this.hasMarks)) return;
    if (tool.reset) {
      this.state = { ...plainState(source), together: this.state.together };
      for (const pane of this.panes) {
        pane.view = null;
        pane.ruler.ends = null;
        pane.fit();
      }
    } else if (tool.next) this.state = tool.next(this.state, this.about);
    else this.shownPanes.forEach(tool.act);
    this.changed(event?.timeStamp);
  }

  // The look changed by dragging.
  look(look, event) {
    this.state = { ...this.state, look };
    this.changed(event.timeStamp);
  }

  get hasMarks() { return this.panes.some((pane) => !pane.marks.empty); }

  changed(since) {
    const { state } = this, { source } = this.pane;
    this.toolbar.show(state, source, this.panes.length, this.hasMarks);
    const plain = plainLook(source);
    this.status.say(shownAs(state.look, plain, this.about));
    this.root.dataset.mode = state.mode;
    this.root.toggleAttribute('data-lens', state.lens);
    this.root.toggleAttribute('data-unmarked', !state.marks);
    for (const pane of this.panes) {
      pane.element.hidden = !this.shownPanes.includes(pane);
      if (!state.lens) pane.lens.at = null;
      pane.measure();
    }
    this.frames.moved(since);
  }

  draw(moving, since) {
    if (this.root.dataset.state !== 'ready') return;
    const { look } = this.state;
    for (const pane of this.shownPanes) pane.draw(moving, look, this.tablesFor(pane, look));
    const detail = { moving, since, took: performance.now() - since };
    this.root.dispatchEvent(new CustomEvent('painted', { detail }));
  }

  // The brightness and colours of a look; a dragged window changes one of the two alone.
  tablesFor({ source }, look) {
    const count = source.kind === 'picture' ? 256 : 65536;
    const tone = JSON.stringify([count, look.black, look.white, look.gamma]);
    const colour = JSON.stringify([look.palette, look.strip, look.negative]);
    if (this.#tables.toneOf !== tone)
      this.#tables = { ...this.#tables, toneOf: tone, tone: tones(look, count) };
    if (this.#tables.colourOf !== colour) {
      const rgb = look.palette < 0 ? null : this.about.palettes[look.palette].rgb;
      this.#tables = { ...this.#tables, colourOf: colour, colours: colours(look, rgb, this.about) };
    }
    return this.#tables;
  }

  resized() {
    if (!this.panes.length || !this.stage.clientWidth) return;
    for (const pane of this.panes) pane.measure();
    this.frames.moved();
  }

  // The pointer is over a pane, or has left it.
  pointed(pane, event) {
    if (!pane.source) return;
    const point = event && pane.scanPoint(event);
    this.status.under(pane, point);
    pane.lens.at = event && this.state.lens ? pane.pointOf(event) : null;
    if (!event && this.state.lens) this.frames.moved();
    for (const other of this.panes)
      if (other.source) other.follow(other === pane || !point ? null : point[0] / pane.source.width);
    this.light(event && pane.marks.under(pane.pointOf(event).map((at) => at / pane.ratio)));
  }

  // Lights up a finding's mark and its row in the table.
  light(number) {
    if (this.lit === number) return;
    this.lit = number;
    for (const one of document.querySelectorAll('[data-number]'))
      one.classList.toggle('lit', one.dataset.number === String(number));
  }

  followTable() {
    const over = (event) => {
      if (!this.root.isConnected) return stop.abort();
      if (!event.target.closest?.('.viewer'))
        this.light(event.target.closest?.('[data-number]')?.dataset.number ?? null);
    };
    const stop = new AbortController();
    for (const kind of ['pointerover', 'focusin']) addEventListener(kind, over, { signal: stop.signal });
  }

  pressed(key, event) {
    const letter = key.length === 1 ? key.toLowerCase() : key;  // Caps Lock changes nothing
    const tool = ALL.find((one) => one.key === letter || (one.key === '+' && letter === '='));
    if (!tool || !this.root.checkVisibility()) return;
    if (tool.name === 'marks') {  // held, it hides; let go at once, it toggles
      this.heldSince = event.timeStamp;
      this.root.toggleAttribute('data-unmarked', true);
      return;
    }
    this.run(tool, event);
  }

  released(key) {
    if (key.toLowerCase() !== named('marks').key || !this.heldSince) return;
    const brief = performance.now() - this.heldSince < 250;
    this.heldSince = 0;
    if (brief) this.run(named('marks'));
    else this.root.toggleAttribute('data-unmarked', !this.state.marks);
  }
}

