// What officers say of a case: the newest word on each finding, and the boxes that they drew. Every
// word goes to the desk at once; one that cannot be sent waits here, in order, until it can, also
// where the page is loaded again meanwhile.
//
// A word is { view, says, finding, drawn, label, xyxy_px }, as the interface has it: `finding` is a
// number of the machine's, `drawn` the name of a box of the officer's own.

import { fetched } from './fetched.js';
import { say } from './words.js';

const AGAIN_MS = 2000;  // before a word that did not get through is sent once more

const AWAY = say('The desk cannot be reached. What you mark is kept here and sent as soon as it can be.');
const OUT = say('Your session has ended. Sign in again in another tab: what you mark is kept here.');

const about = ({ view, finding, drawn }) => drawn ?? `${view}/${finding}`;

const underWay = new Map();  // address of a case's opinions → whether what is sent now was kept

// Once nothing waits that was said of a case: whether all of it was kept.
export const kept = async (address) => {
  let all = true;
  while (underWay.has(address)) all = await underWay.get(address) && all;
  return all;
};

export class Opinions {
  standing = [];
  labels = [];
  mine = false;    // whether this officer holds the case: nobody else may write
  version = 0;
  #letters = new Map();
  #before = [];    // what stood before each word, for taking it back
  #waiting = [];
  #sending = false;
  #address = '';

  // changed(): something else stands; told(text, isTrouble): what the officer should know.
  constructor({ changed, told }) {
    [this.changed, this.told] = [changed, told];
  }

  // Whose opinions these are, and what stands; asked for again when the case has changed.
  async open(address) {
    this.#address = address;
    if (!address) return;  // no case is open yet
    await this.refresh();
    const left = JSON.parse(sessionStorage.getItem(address) ?? '[]');
    if (left.length && this.mine) left.forEach((word) => this.#put(word));
    else if (left.length && this.version) {
      sessionStorage.removeItem(address);
      this.told(say('What you marked last was not kept: the case is no longer yours.'), true);
    }
  }

  async refresh() {
    if (!this.#address) return;
    try {
      const said = await fetched(this.#address, 'json');
      if (!this.busy) this.#take(said);  // an answer to what waits is on its way
    } catch (error) {
      this.told(say('What was said of this case cannot be read: {why}', { why: error.message }), true);
    }
  }

  get busy() { return this.#waiting.length > 0; }

  get undoable() { return this.mine && this.#before.length > 0; }

  // What stands of a finding of a view, and the boxes that were drawn on it.
  of(view, finding) {
    return this.standing.find((one) => one.view === view && one.finding === finding) ?? null;
  }

  drawnOn(view) { return this.standing.filter((one) => one.view === view && one.drawn); }

  // A drawn box's letter; it stays with the box while the case is open.
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
    const { view, says, finding = null, drawn = null, label, xyxy_px } = word;
    const plain = { view, says, finding, drawn, label, xyxy_px };
    const place = this.standing.findIndex((one) => about(one) === about(word));
    if (place >= 0 && says === 'withdrawn') this.standing.splice(place, 1);
    else if (place >= 0) this.standing[place] = plain;
    else if (says !== 'withdrawn') this.standing.push(plain);
    this.changed();
    this.#waiting.push(drawn ? plain : { ...plain, xyxy_px: null });
    this.#remember();
    this.#send();
  }

  #remember() {
    if (this.busy) sessionStorage.setItem(this.#address, JSON.stringify(this.#waiting));
    else sessionStorage.removeItem(this.#address);
  }

  #send() {
    if (this.#sending) return;
    const address = this.#address;
    underWay.set(address, this.#sendAll().finally(() => underWay.delete(address)));
  }

  // Sends whatever waits; whether all of it was kept.
  async #sendAll() {
    this.#sending = true;
    let [away, all] = [false, true];
    while (this.busy) {
      const problem = await this.#sent(this.#waiting[0]);
      away ||= problem === AWAY || problem === OUT;
      if (problem === AWAY || problem === OUT) {
        this.told(problem, true);
        await new Promise((done) => setTimeout(done, AGAIN_MS));
        continue;
      }
      if (problem) this.#waiting.length = this.#before.length = 0;  // what followed rested on it
      else this.#waiting.shift();
      this.#remember();
      if (!problem) continue;
      [away, all] = [false, false];
      this.told(say('Not kept: {why}.', { why: problem }), true);
      await this.refresh();
    }
    this.#sending = false;
    if (away) this.told(say('The desk is back: what you marked is kept.'));
    return all;
  }

  // Sends one word: '' where it is kept, AWAY or OUT where it must wait, else why it was refused.
  async #sent(word) {
    try {
      const answer = await fetch(this.#address, { method: 'POST', keepalive: true,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ version: this.version, ...word }) });
      if (answer.status >= 500) return AWAY;
      if (answer.status === 401) return OUT;
      const said = await answer.json();
      if (!answer.ok) return said.error ?? say('the desk answered {status}', answer);
      if (this.#waiting.length === 1) this.#take(said);
      return '';
    } catch {
      return AWAY;
    }
  }

  #take({ version, mine, labels, standing }) {
    Object.assign(this, { version, mine, labels, standing });
    for (const { drawn } of standing) if (drawn) this.letter(drawn);
    if (!mine) this.#before.length = 0;
    this.changed();
  }
}

const lettered = (n) => (n < 26 ? '' : lettered(Math.floor(n / 26) - 1)) + String.fromCharCode(65 + n % 26);

export const newName = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
