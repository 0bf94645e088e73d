// What officers say of a case: the newest word on each finding, and the boxes that they drew. Every
// word goes to the desk at once, by way of `unsent.js`: one that cannot be sent waits there.
//
// A word is { view, says, finding, drawn, label, xyxy_px }, as the interface has it: `finding` is a
// number of the machine's, `drawn` the name of a box of the officer's own.

import { fetched } from './fetched.js';
import { AGAIN_MS, ANSWER_MS, Line, OUT } from './unsent.js';
import { say } from './words.js';

export { kept } from './unsent.js';

const about = ({ view, finding, drawn }) => drawn ?? `${view}/${finding}`;

export class Opinions {
  standing = [];
  labels = [];
  mine = false;    // whether this officer holds the case: nobody else may write
  #letters = new Map();
  #before = [];    // what stood before each word, for taking it back
  #line = null;    // what is not kept yet of what was said of this case
  #again = 0;      // timer: what could not be read is asked for once more
  #about = {};     // the case: its ID, by which the desk's interface names it, and its name

  // changed(): something else stands; told(text, isTrouble): what the officer should know.
  constructor({ changed, told }) {
    [this.changed, this.told] = [changed, told];
  }

  // Whose opinions these are, and what stands; asked for again when the case has changed. `officer`:
  // who has the page open; what waits here and is another's stays theirs. `about`: { case, name }.
  async open(address, officer, about = {}) {
    if (!address) return;  // no case is open yet
    this.#about = about;
    this.#line = Line.of(address, officer);
    this.#line.shownBy = this;
    await this.refresh();
  }

  // What waits rests on what is said: while it cannot be read, or is told to another who signed in
  // meanwhile, it is asked for again and again.
  async refresh() {
    const line = this.#line;
    if (!line) return;
    clearTimeout(this.#again);
    let before, said;
    try {
      do {
        before = line.passed;
        said = await fetched(line.address, 'json', AbortSignal.timeout(ANSWER_MS));
      } while (before !== line.passed);  // a word was kept meanwhile
    } catch (error) {
      return this.#waits(say('What was said of this case cannot be read: {why}', { why: error.message }));
    }
    if (said.reader !== line.officer) this.#waits(OUT);
    else if (line.shownBy === this) this.take(said);
  }

  #waits(why) {
    const line = this.#line;
    if (line.shownBy !== this) return;
    this.told(why, true);
    if (!line.busy || line.going) return;
    line.away = true;
    this.#again = setTimeout(() => this.refresh(), AGAIN_MS);
  }

  get busy() { return this.#line?.busy ?? false; }

  get undoable() { return this.mine && this.#before.length > 0; }

  // What stands of a finding of a view, and the boxes that were drawn on it.
  of(view, finding) {
    return this.standing.find((one) => one.view === view && one.finding === finding) ?? null;
  }

  drawnOn(view) { return this.standing.filter((one) => one.view === view && one.drawn); }

  // A drawn box's letter: in the order in which they were drawn, of which the desk knows; no other box
  // gets it once it was taken away. Paper has the same.
  letter(drawn) {
    if (!this.#letters.has(drawn)) this.#letters.set(drawn, lettered(this.#letters.size));
    return this.#letters.get(drawn);
  }

  say(word) {
    const before = this.standing.find((one) => about(one) === about(word));
    this.#before.push(before ?? { ...word, says: 'withdrawn' });
    this.#put(word);
  }

  // Takes the last word back; what it was about.
  undo() {
    const before = this.#before.pop();
    if (before) this.#put(before);
    return before;
  }

  #put(word) {
    const plain = this.#lay(word);
    this.changed();
    this.#line.add(word.drawn ? plain : { ...plain, xyxy_px: null });
  }

  // Lays a word over what stands.
  #lay(word) {
    const { view, says, finding = null, drawn = null, label, xyxy_px } = word;
    const plain = { view, says, finding, drawn, label, xyxy_px };
    const place = this.standing.findIndex((one) => about(one) === about(word));
    if (place >= 0 && says === 'withdrawn') this.standing.splice(place, 1);
    else if (place >= 0) this.standing[place] = plain;
    else if (says !== 'withdrawn') this.standing.push(plain);
    return plain;
  }

  // What the desk says stands, and over it what it has not kept yet.
  take({ version, mine, labels, standing, drawn: boxes = [] }) {
    const line = this.#line;
    Object.assign(this, { mine, labels, standing });
    line.version = version;
    if (!mine) this.#before.length = 0;
    if (line.busy && !mine && !line.going) {
      line.forget();
      this.told(say('What you marked last was not kept: the case is no longer yours.'), true);
    }
    for (const word of line.words) this.#lay(word);
    const names = [...boxes, ...[...line.words, ...standing].map(({ drawn }) => drawn)];
    for (const drawn of names) if (drawn) this.letter(drawn);
    this.changed();
    line.send();
  }

  // What was said last was not kept, nor what followed it.
  refused(said) {
    const { case: id, name } = this.#about, why = name ? said.replaceAll(id, () => name) : said;
    this.#before.length = 0;
    this.told(say('Not kept: {why}.', { why }), true);
    return this.refresh();
  }
}

const lettered = (n) => (n < 26 ? '' : lettered(Math.floor(n / 26) - 1)) + String.fromCharCode(65 + n % 26);

export const newName = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
