// What was said of a case and is not kept yet: one line of words for each case, whoever shows it. They
// go to the desk in order, each once; what cannot be sent waits, also where the page is loaded again
// or the case is closed and opened again meanwhile.

import { say } from './words.js';

const AGAIN_MS = 2000;  // before a word that did not get through is sent once more
const ANSWER_MS = 20_000;  // after which nobody answers; whatever came of it, said twice is kept once

const AWAY = say('The desk cannot be reached. What you mark is kept here and sent as soon as it can be.');
const OUT = say('Your session has ended. Sign in again in another tab: what you mark is kept here.');

const lines = new Map();  // address of a case's opinions → its line, while anything of it is sent

// Once nothing waits that was said of a case: whether all of it was kept.
export const kept = async (address) => {
  let all = true;
  while (lines.has(address)) all = await lines.get(address).going && all;
  return all;
};

export class Line {
  version = 0;    // of the case, as the desk said last
  passed = 0;     // words that the desk has kept: what it said before one of them is old
  going = null;   // whether all that is sent now was kept; null: nothing is sent
  shownBy = null;  // the Opinions that show the case now: what becomes of a word is told to them

  // The line of a case, with what was left in it when the page was loaded.
  static of(address) { return lines.get(address) ?? new Line(address); }

  constructor(address) {
    this.address = address;
    this.words = JSON.parse(sessionStorage.getItem(address) ?? '[]');
  }

  get busy() { return this.words.length > 0; }

  add(word) {
    this.words.push(word);
    this.#remember();
    this.send();
  }

  forget() {
    this.words.length = 0;
    this.#remember();
  }

  send() {
    if (this.going || !this.busy) return;
    lines.set(this.address, this);
    this.going = this.#sendAll();
  }

  #remember() {
    if (this.busy) sessionStorage.setItem(this.address, JSON.stringify(this.words));
    else sessionStorage.removeItem(this.address);
  }

  // Sends whatever waits; whether all of it was kept.
  async #sendAll() {
    let [away, all] = [false, true];
    try {
      while (this.busy) {
        const problem = await this.#sent(this.words[0]);
        away ||= problem === AWAY || problem === OUT;
        if (problem === AWAY || problem === OUT) {
          this.shownBy.told(problem, true);
          await new Promise((done) => setTimeout(done, AGAIN_MS));
        } else if (problem) {
          [away, all] = [false, false];
          this.forget();  // what followed rested on it
          await this.shownBy.refused(problem);
        }
      }
    } finally {
      lines.delete(this.address);
      this.going = null;
    }
    if (away) this.shownBy.told(say('The desk is back: what you marked is kept.'));
    return all;
  }

  // Sends one word: '' where it is kept, AWAY or OUT where it must wait, else why it was refused.
  async #sent(word) {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const answer = await fetch(this.address, { method: 'POST', keepalive: true, signal,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ version: this.version, ...word }) }).catch(() => null);
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
