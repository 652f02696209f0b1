// Whether a loudspeaker comes back in the microphone: a short, quiet sweep that
// is played, and how well what was heard agrees with it.

const from = 700; // Hz
const to = 3_500;
/** Seconds. */
export const chirpLasts = 0.25;

/** The sweep at a sampling rate, from -1 to 1, with soft ends. */
export function chirp(rate: number): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(Math.round(chirpLasts * rate));
  for (let i = 0; i < samples.length; i++) {
    const t = i / rate;
    const edge = Math.min(1, t / 0.02, (chirpLasts - t) / 0.02);
    samples[i] = edge * Math.sin(2 * Math.PI * (from * t + ((to - from) / (2 * chirpLasts)) * t * t));
  }
  return samples;
}

/** Means of neighbours: what a sweep below 3.5 kHz needs of a recording. */
function thinned(samples: Float32Array, by: number): Float32Array {
  const out = new Float32Array(Math.floor(samples.length / by));
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let k = 0; k < by; k++) sum += samples[i * by + k]!;
    out[i] = sum / by;
  }
  return out;
}

/** How well the best place of a recording agrees with the sweep, 0 to 1. */
export function agreement(heard: Float32Array, rate: number): number {
  const by = Math.max(1, Math.round(rate / 12_000));
  const x = thinned(heard, by);
  const h = thinned(chirp(rate), by);
  if (x.length < h.length) return 0;
  const energy = h.reduce((sum, v) => sum + v * v, 0);
  let inside = 0;
  for (let i = 0; i < h.length; i++) inside += x[i]! * x[i]!;
  let best = 0;
  for (let at = 0; at + h.length <= x.length; at++) {
    if (at > 0) inside += x[at + h.length - 1]! ** 2 - x[at - 1]! ** 2;
    if (inside < 1e-9 * h.length) continue; // below −90 dBFS there is nothing to hear
    let sum = 0;
    for (let i = 0; i < h.length; i++) sum += x[at + i]! * h[i]!;
    best = Math.max(best, Math.abs(sum) / Math.sqrt(inside * energy));
  }
  return best;
}

/** Noise agrees by chance to about 0.1; a loudspeaker across a room to 0.2 and more. */
export function cameBack(agrees: number): boolean {
  return agrees >= 0.18;
}
