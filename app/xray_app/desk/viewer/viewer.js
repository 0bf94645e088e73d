// The viewer: panes, tools and keys around one case. Python says what the case is (`desk/scene.py`);
// everything that an officer does to the picture is answered here, in the browser.

import { ByKeys } from './by_keys.js';
import { Frames } from './frames.js';
import { listen as listenToKeys } from './keys.js';
import { Lights } from './lights.js';
import { Marking } from './marking.js';
import { Pane } from './pane.js';
import { listen as listenToPointer } from './pointer.js';
import { Status, shownAs } from './status.js';
import { tablesOf } from './tables.js';
import { colours, tones } from './tone.js';
import { KeysPage } from './keys_page.js';
import { recalled, remember } from './remembered.js';
import { columnsFor } from './together.js';
import { Toolbar } from './toolbar.js';
import { ALL, MARKING, named, plainLook, plainState, reason } from './tools.js';
import { say } from './words.js';

export class Viewer {
  panes = [];
  state = plainState(null);
  isPartial = false;  // whether a view of the case cannot be had
  #scene = null;
  #loading = null;  // aborts what is on its way when another case is opened
  #tables = {};     // tone and colours of the look that they were made for

  constructor(root) {
    this.root = root;
    root.classList.add('viewer');
    this.toolbar = new Toolbar(root, (tool, event) => this.run(tool, event));
    this.stage = root.appendChild(document.createElement('div'));
    this.stage.className = 'panes';
    Object.assign(this.stage.dataset, { loading: say('Loading the scan …'), failed: say('The scan cannot be shown') });
    this.status = new Status(root);
    const keys = new KeysPage(root);
    this.help = () => keys.toggle();
    this.frames = new Frames((moving, since) => this.draw(moving, since));
    this.lights = new Lights(this);
    this.marking = new Marking(this);
    this.byKeys = new ByKeys(this);
    new ResizeObserver(() => this.resized()).observe(this.stage);
    root.addEventListener('stale', () => this.frames.moved());
    const down = (key, event) => this.pressed(key, event), up = (key) => this.released(key);
    listenToKeys(root, { down, up });
  }

  // Shows a case; null: none.
  async show(scene) {
    if (this.#shows(scene)) return this.#again(scene);
    this.#loading?.abort();
    const { signal } = this.#loading = new AbortController();
    this.#scene = scene;
    this.root.dataset.state = scene ? 'loading' : 'empty';
    this.status.say('');
    this.status.tell('');
    this.isPartial = false;
    if (!scene) return this.#arrange([]);
    try {
      const about = await tablesOf(scene.tables);
      if (signal.aborted) return;
      const panes = scene.views.map((view) => new Pane(view, about));
      this.#arrange(panes);
      this.marking.open(scene.opinions, scene.officer, scene);
      await this.#load(panes, signal);
      if (signal.aborted) return;
      this.about = about;
      this.state = recalled(scene.scanner, this.pane.source, about.palettes.length);
      this.root.dataset.state = 'ready';
      this.changed();
      this.lights.renew();
    } catch (error) {
      if (signal.aborted) return;
      this.root.dataset.state = 'failed';
      this.status.say(say('Not shown: {why}. Load this page again.', { why: error.message }));
    }
  }

  // One view that cannot be had does not hide the others, but for the one that is open.
  async #load(panes, signal) {
    const tried = await Promise.allSettled(panes.map((pane) => pane.load(signal)));
    if (signal.aborted) return;
    const { current, views } = this.#scene, lost = tried.filter(({ reason }) => reason);
    if (tried[current].reason) throw tried[current].reason;
    if (!lost.length) return;
    this.isPartial = true;
    this.panes = panes.filter((pane, n) => !tried[n].reason || pane.leave());
    const stands = views.filter((view, n) => !tried[n].reason);
    this.#scene = { ...this.#scene, views: stands, current: stands.indexOf(views[current]) };
    const why = lost.map(({ reason }) => reason.message).join('; ');
    this.status.tell(say('Not shown: {why}. Load this page again.', { why }), true);
  }

  // Whether these very pixels stand already, for the same officer.
  #shows(scene) {
    const pixels = (one) => one?.views.map(({ planes, picture }) => planes || picture).join();
    return scene && this.root.dataset.state === 'ready' && scene.officer === this.#scene.officer
      && pixels(scene) === pixels(this.#scene);
  }

  // The same case, of which something has changed: who has it, which view is open, or that the
  // machine's opinion may be seen now.
  #again(scene) {
    this.#scene = scene;
    this.panes.forEach((pane, n) => pane.marks.renew(scene.views[n]));
    this.marking.changed();
    return this.marking.opinions.refresh();
  }

  get pane() { return this.panes[this.#scene?.current ?? 0] ?? this.panes[0]; }

  get shownPanes() { return this.state.together || !this.pane ? this.panes : [this.pane]; }

  #arrange(panes) {
    this.byKeys.leave();
    for (const pane of this.panes) pane.leave();
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
    if (!source) return;
    const why = reason(tool, source, this.facts);
    if (why) return tool.needs === 'held' ? this.marking.refused(why) : this.status.tell(why);
    if (tool.walks) return this.byKeys.next();
    if (tool.undo) this.marking.undo();
    else if (tool.reset) {
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

  // What the tools need to know of the case; see `reason`.
  get facts() {
    const { mine, undoable } = this.marking.opinions;
    const marked = this.panes.some((pane) => !pane.marks.empty);
    return { views: this.panes.length, marked, mine, undoable };
  }

  changed(since) {
    const { state } = this, { source } = this.pane;
    this.toolbar.show(state, source, this.facts);
    if (this.root.dataset.state === 'ready')
      remember(this.#scene.scanner, source, this.about.palettes.length, state);
    const plain = plainLook(source);
    this.status.say(shownAs(state.look, plain, this.about));
    this.root.dataset.mode = state.mode;
    this.root.toggleAttribute('data-lens', state.lens);
    this.root.toggleAttribute('data-unmarked', !state.marks);
    this.root.toggleAttribute('data-mine', this.marking.opinions.mine);
    for (const pane of this.panes) pane.element.hidden = !this.shownPanes.includes(pane);
    this.#place();
    for (const pane of this.panes) {  // once all have their places: they share the room
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

  // In rows and columns as they are seen largest.
  #place() {
    const sizes = this.shownPanes.flatMap(({ source }) => (source ? [[source.width, source.height]] : []));
    const { clientWidth, clientHeight } = this.stage;
    this.stage.style.setProperty('--columns', columnsFor(sizes, [clientWidth, clientHeight]));
  }

  resized() {
    if (!this.panes.length || !this.stage.clientWidth) return;
    this.#place();
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
    if (event) this.lights.under(pane, event);
    else this.lights.light(null);
  }

  pressed(key, event) {
    const tool = [...ALL, ...MARKING].find((one) => one.key === (key === '=' ? '+' : key));
    if (!tool || !this.root.checkVisibility()) return;
    if (event.key === '/') event.preventDefault();  // some browsers search then
    if (tool.name === 'marks') {  // held, it hides; let go at once, it toggles
      this.heldSince = event.timeStamp;
      this.root.toggleAttribute('data-unmarked', true);
    } else if (!MARKING.includes(tool)) this.run(tool, event);
    else if (this.root.dataset.state === 'ready') this.marking.run(tool);
  }

  released(key) {
    if (key !== named('marks').key || !this.heldSince) return;
    const brief = performance.now() - this.heldSince < 250;
    this.heldSince = 0;
    if (brief) this.run(named('marks'));
    else this.root.toggleAttribute('data-unmarked', !this.state.marks);
  }
}
