// What an officer said of a case and is not kept yet: one line of words for each case, whatever shows
// it. They go to the desk in order, each once; what cannot be sent waits, also where the page is loaded
// again or the case is closed and opened again meanwhile. Another who signs in here has their own.

import { say } from './words.js';

export const AGAIN_MS = 2000;  // before what did not get through is tried once more
// After which nobody answers; whatever came of it, what is said twice is kept once.
export const ANSWER_MS = 20_000;

const AWAY = say('The desk cannot be reached. What you mark is kept here and sent as soon as it can be.');
export const OUT = say('Your session has ended. Sign in again in another tab: what you mark is kept here.');

const lines = new Map();  // where a line is kept → that line, until nothing of it waits or is sent
const placeOf = (address, officer) => `${address} ${officer}`;

// Once nothing waits that an officer said of a case: whether all of it was kept. What was left when the
// page was loaded goes as soon as the case is shown, and is waited for too.
export const kept = async (address, officer) => {
  const place = placeOf(address, officer);
  let all = true;
  Line.of(address, officer);
  while (lines.has(place)) all = await lines.get(place).over && all;
  return all;
};

export class Line {
  version = 0;    // of the case, as the desk said last
  passed = 0;     // words that the desk has kept: what it said before one of them is old
  going = false;  // whether anything is being sent
  away = false;   // whether the officer was told that what they say waits
  over = null;    // resolves once nothing waits or is sent: whether all of it was kept
  shownBy = null;  // the Opinions that show the case now: what becomes of a word is told to them
  #all = true;
  #end = null;

  // An officer's line of a case, with what was left in it when the page was loaded.
  static of(address, officer) {
    const place = placeOf(address, officer);
    return lines.get(place) ?? new Line(address, place, officer);
  }

  constructor(address, place, officer) {
    [this.address, this.place, this.officer] = [address, place, officer];
    this.words = JSON.parse(sessionStorage.getItem(place) ?? '[]');
    if (this.busy) this.#begin();
  }

  get busy() { return this.words.length > 0; }

  add(word) {
    this.#begin();
    this.words.push(word);
    this.#remember();
    this.send();
  }

  forget() {
    this.words.length = 0;
    this.#remember();
    this.#all = false;
    this.#finish();
  }

  send() {
    if (!this.going && this.busy) this.#sendAll();
  }

  #begin() {
    if (lines.get(this.place) === this) return;
    lines.set(this.place, this);
    this.#all = true;
    this.over = new Promise((end) => { this.#end = end; });
  }

  #finish() {
    if (this.busy || this.going || lines.get(this.place) !== this) return;
    lines.delete(this.place);
    this.#end(this.#all);
  }

  #remember() {
    if (this.busy) sessionStorage.setItem(this.place, JSON.stringify(this.words));
    else sessionStorage.removeItem(this.place);
  }

  // Sends whatever waits.
  async #sendAll() {
    this.going = true;
    try {
      while (this.busy) {
        const problem = await this.#sent(this.words[0]);
        if (problem === AWAY || problem === OUT) {
          this.away = true;
          this.shownBy.told(problem, true);
          await new Promise((done) => setTimeout(done, AGAIN_MS));
        } else if (problem) {
          this.away = false;
          this.forget();  // what followed rested on it
          await this.shownBy.refused(problem);
        }
      }
    } finally {
      this.going = false;
      this.#finish();
    }
    if (this.away) this.shownBy.told(say('The desk is back: what you marked is kept.'));
    this.away = false;
  }

  // Sends one word, by the name of whoever said it: '' where it is kept, AWAY or OUT where it must wait
  // (another may have signed in meanwhile), else why it was refused.
  async #sent(word) {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const answer = await fetch(this.address, { method: 'POST', keepalive: true, signal,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ version: this.version, officer: this.officer, ...word }) }).catch(() => null);
    if (!answer || answer.status >= 500) return AWAY;
    if (answer.status === 401) return OUT;
    const said = await answer.json().catch(() => null);
    if (!said) return AWAY;
    if (!answer.ok) return said.error ?? say('the desk answered {status}', answer);
    this.passed++;
    this.words.shift();
    this.#remember();
    if (!this.busy) this.shownBy.take(said);
    return '';
  }
}
