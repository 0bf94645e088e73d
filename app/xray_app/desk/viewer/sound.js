// Two short tones for a case with an alarm, made here: no file is fetched.

const TONES = [[880, 0], [660, 0.16]];  // Hz, and seconds from the first
const LASTS_S = 0.14, LOUD = 0.2;
let context = null;

export const alarm = () => {
  context ??= new AudioContext();
  context.resume();
  for (const [pitch, after] of TONES) {
    const tone = context.createOscillator(), loud = context.createGain();
    const from = context.currentTime + after;
    tone.frequency.value = pitch;
    loud.gain.setValueAtTime(LOUD, from);
    loud.gain.exponentialRampToValueAtTime(0.001, from + LASTS_S);  // no click at its end
    tone.connect(loud).connect(context.destination);
    tone.start(from);
    tone.stop(from + LASTS_S);
  }
};
