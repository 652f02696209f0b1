// What the speaker says, over and over: a mark, a sweep, pink noise, a tone,
// nothing, a quiet room, and chirps to time.
import { writeFileSync } from 'node:fs';
import { wavOf } from '../support/media.ts';

export const rate = 48_000;

/** A part of the signal, in seconds from its beginning. */
export interface Part {
  readonly from: number;
  readonly to: number;
}

export const parts = {
  mark: { from: 0.1, to: 0.4 },
  sweep: { from: 0.8, to: 6.8 },
  pink: { from: 7.2, to: 10.2 },
  tone: { from: 10.6, to: 13 },
  nothing: { from: 13.2, to: 15.2 },
  room: { from: 15.4, to: 17.6 },
  chirps: { from: 18, to: 20.5 },
} as const satisfies Record<string, Part>;

/** Seconds after which it begins again. */
export const period = 21;
/** Where the chirps begin, and how long one is, in seconds: in a frame of 20 ms each begins at another place. */
export const chirpsAt = [0, 1, 2, 3, 4].map((n) => parts.chirps.from + 0.504 * n);
export const chirpLasts = 0.06;
/** In Hz. */
export const tone = 1_000;
const loud = 10 ** (-12 / 20); // below what the listener's limiter ever touches

/** Samples of a chirp from one frequency to another, with soft ends. */
export function chirp(from: number, to: number, seconds: number): Float32Array {
  return Float32Array.from({ length: Math.round(seconds * rate) }, (_, i) => {
    const t = i / rate;
    const edge = Math.min(1, t / 0.005, (seconds - t) / 0.005);
    return loud * edge * Math.sin(2 * Math.PI * (from * t + ((to - from) / (2 * seconds)) * t * t));
  });
}

export const mark = chirp(500, 5_000, parts.mark.to - parts.mark.from);
export const click = chirp(1_000, 5_500, chirpLasts);

/** From 40 Hz to 20 kHz, each octave as long as the next. */
function sweep(t: number): number {
  const long = parts.sweep.to - parts.sweep.from;
  const k = Math.log(20_000 / 40);
  return loud * Math.min(1, t / 0.05, (long - t) / 0.01) * Math.sin(((2 * Math.PI * 40 * long) / k) * (Math.exp((t * k) / long) - 1));
}

/** Pink noise of a level (RMS, dBFS), the same in every run (Kellet's filter). */
function pink(seconds: number, level: number): Float32Array {
  let chance = 5;
  const b = new Float64Array(7);
  const out = Float32Array.from({ length: Math.round(seconds * rate) }, () => {
    chance = (chance * 48_271) % 2_147_483_647;
    const white = (chance / 2_147_483_647) * 2 - 1;
    const [poles, gains] = [[0.99886, 0.99332, 0.969, 0.8665, 0.55, -0.7616], [0.0555179, 0.0750759, 0.153852, 0.3104856, 0.5329522, -0.016898]];
    let sum = b[6]! + white * 0.5362;
    for (let k = 0; k < 6; k++) sum += b[k] = poles[k]! * b[k]! + white * gains[k]!;
    b[6] = white * 0.115926;
    return sum;
  });
  const rms = Math.sqrt(out.reduce((s, x) => s + x * x, 0) / out.length);
  return out.map((x) => Math.max(-loud, Math.min(loud, (x / rms) * 10 ** (level / 20))));
}

/** One round of the signal. */
export function signal(): Float32Array {
  const all = new Float32Array(period * rate);
  const put = (from: number, samples: Float32Array) => all.set(samples, Math.round(from * rate));
  const made = ({ from, to }: Part, of: (t: number) => number) => put(from, Float32Array.from({ length: Math.round((to - from) * rate) }, (_, i) => of(i / rate)));
  put(parts.mark.from, mark);
  made(parts.sweep, sweep);
  put(parts.pink.from, pink(parts.pink.to - parts.pink.from, -26));
  made(parts.tone, (t) => loud * Math.min(1, t / 0.02) * Math.sin(2 * Math.PI * tone * t));
  put(parts.room.from, pink(parts.room.to - parts.room.from, -60));
  for (const at of chirpsAt) put(at, click);
  return all;
}

/** Writes the signal as the file of a microphone. */
export function write(path: string): void {
  const all = signal();
  writeFileSync(path, wavOf(all.length, (i) => all[i]!));
}
