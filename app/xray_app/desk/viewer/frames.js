// When to paint: at the next frame while something moves, quick and coarse; once more, in full,
// when nothing has moved for a moment.

const REST_MS = 90;  // so that the full picture stands within 200 ms

export class Frames {
  #asked = 0;  // the frame that is on its way
  #moving = false;  // how that frame will be painted; what was last asked for counts
  #rest = 0;
  #since = 0;

  // draw(moving, since): since is when the event came that it answers, as performance.now() counts.
  constructor(draw) {
    this.draw = draw;
  }

  moved(since = performance.now()) {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#ask(false), REST_MS);
    if (!this.#asked) this.#since = since;
    this.#ask(true);
  }

  #ask(moving) {
    this.#moving = moving;
    this.#asked ||= requestAnimationFrame(() => {
      this.#asked = 0;
      this.draw(this.#moving, this.#since);
    });
  }

  stop() {
    clearTimeout(this.#rest);
    cancelAnimationFrame(this.#asked);
    this.#asked = 0;
  }
}
