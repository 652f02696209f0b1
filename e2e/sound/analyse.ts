// What recordings of mouth and ear say of the way between them.
import { execFileSync } from 'node:child_process';
import { decibels, Spectra } from '../../web/src/state/fourier.ts';
import { chirpsAt, click, mark, parts, period, rate, signal, tone, type Part } from './signal.ts';

/** A recording as a page hands it over. */
export interface Taken {
  readonly rate: number;
  /** The wall clock, in milliseconds, at the context's frame 0. */
  readonly zero: number;
  readonly frame: number;
  readonly samples: string;
}

/** A recording at 48 kHz. */
export interface Tape {
  readonly samples: Float32Array;
  /** The wall clock at its first sample, in milliseconds. */
  readonly from: number;
}

export function tape(taken: Taken): Tape {
  let raw: Buffer = Buffer.from(taken.samples, 'base64');
  if (taken.rate !== rate) {
    raw = execFileSync('ffmpeg', ['-v', 'error', '-f', 'f32le', '-ar', String(taken.rate), '-ac', '1', '-i', '-', '-ar', String(rate), '-f', 'f32le', '-'], { input: raw, maxBuffer: 1 << 30 });
  }
  const samples = new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + (raw.length & ~3)));
  return { samples, from: taken.zero + (1000 * taken.frame) / taken.rate };
}

const file = signal();
const thin = 4;

function thinned(samples: Float32Array): Float32Array {
  const out = new Float32Array(Math.floor(samples.length / thin));
  for (let i = 0; i < out.length; i++) for (let k = 0; k < thin; k++) out[i]! += samples[i * thin + k]! / thin;
  return out;
}

/** Where in a stretch a pattern agrees best, as a place in the samples, and how well, 0 to 1. */
function best(samples: Float32Array, pattern: Float32Array, from: number, to: number): { at: number; agrees: number } {
  const energy = pattern.reduce((s, x) => s + x * x, 0);
  let found = { at: -1, agrees: 0 };
  const first = Math.max(0, from);
  let inside = 1e-9;
  for (let i = 0; i < pattern.length; i++) inside += (samples[first + i] ?? 0) ** 2;
  for (let at = first; at < Math.min(to, samples.length - pattern.length); at++) {
    if (at > first) inside += samples[at + pattern.length - 1]! ** 2 - samples[at - 1]! ** 2;
    let sum = 0;
    for (let i = 0; i < pattern.length; i++) sum += samples[at + i]! * pattern[i]!;
    const agrees = sum / Math.sqrt(inside * energy);
    if (agrees > found.agrees) found = { at, agrees };
  }
  return found;
}

/** The place of a pattern between two places, found coarsely first. */
export function find(samples: Float32Array, pattern: Float32Array, from: number, to: number): { at: number; agrees: number } {
  const first = Math.max(0, Math.floor(from / thin));
  const coarse = best(thinned(samples.subarray(first * thin, to + pattern.length)), thinned(pattern), 0, Math.ceil((to - from) / thin));
  const near = (first + coarse.at) * thin;
  return best(samples, pattern, near - 2 * thin, near + 2 * thin);
}

const bands = Array.from({ length: 56 }, (_, i) => 31.25 * 2 ** (i / 6)).filter((h) => h >= 60 && h <= 19_500);
const size = 8192;
const hertz = rate / size;
const spectra = new Spectra(size);

function stretch(samples: Float32Array, start: number, { from, to }: Part, margin = 0.15): Float32Array {
  return samples.subarray(Math.round(start + (from + margin) * rate), Math.round(start + (to - margin) * rate));
}

/** Power by bands of a sixth of an octave. */
function powers(samples: Float32Array): number[] {
  const sum = new Float64Array(size / 2 + 1);
  const all = spectra.all(samples);
  for (const f of all) for (let k = 0; k < sum.length; k++) sum[k]! += f[k]! / all.length;
  return bands.map((h) => {
    let power = 0;
    for (let k = Math.floor((h * 2 ** (-1 / 12)) / hertz); k <= Math.ceil((h * 2 ** (1 / 12)) / hertz); k++) power += sum[k] ?? 0;
    return power;
  });
}

export type Curve = readonly (readonly [hertz: number, dB: number])[];

/** What became of each frequency, 0 dB being the middle from 500 Hz to 2 kHz. */
function response(heard: Float32Array, said: Float32Array): Curve {
  const [h, s] = [powers(heard), powers(said)];
  const all = bands.map((band, i) => [Math.round(band), decibels(h[i]!) - decibels(s[i]!)] as const);
  const middle = all.filter(([b]) => b >= 500 && b <= 2_000);
  const level = middle.reduce((sum, [, dB]) => sum + dB, 0) / middle.length;
  return all.map(([b, dB]) => [b, Math.round((dB - level) * 100) / 100]);
}

function level(samples: Float32Array): number {
  return decibels(samples.reduce((s, x) => s + x * x, 0) / samples.length);
}

/** Everything but the tone against all of it, from 20 Hz to 20 kHz, dB, of each sixth of a second. */
function distortions(samples: Float32Array): number[] {
  const [low, high] = [Math.ceil(20 / hertz), Math.floor(20_000 / hertz)];
  const side = 60 / hertz;
  return spectra.all(samples).map((power) => {
    let [rest, all] = [0, 0];
    for (let k = low; k <= high; k++) {
      all += power[k]!;
      if (Math.abs(k - tone / hertz) > side) rest += power[k]!;
    }
    return decibels(rest / all);
  });
}

export const median = (all: readonly number[]) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? NaN;

/** What a way does to sound. Levels are dBFS. */
export interface Way {
  readonly sweep: Curve;
  readonly pink: Curve;
  /** The greatest deviations from 125 Hz to 15 kHz, dB, of both curves. */
  readonly low: number;
  readonly high: number;
  /** What is heard of digital silence, of a room of −60 dBFS, and the share of its 20 ms in which nothing is heard. */
  readonly nothing: number;
  readonly room: number;
  readonly gone: number;
  /** Distortion and noise of the tone, dB, heard, at its worst moment, and as the microphone gave it. */
  readonly thdn: number;
  readonly thdnWorst: number;
  readonly thdnAtMouth: number;
  /** From mouth to ear, milliseconds. */
  readonly delay: { readonly median: number; readonly least: number; readonly most: number };
}

const beginnings = new WeakMap<Tape, number>();

/** The signal's first whole beginning in a recording. */
function beginning(t: Tape): number {
  const known = beginnings.get(t);
  if (known !== undefined) return known;
  const found = find(t.samples, mark, 0, period * rate);
  if (found.agrees < 0.7) throw new Error(`the signal was not found: ${found.agrees}`);
  const at = found.at - parts.mark.from * rate;
  beginnings.set(t, at);
  return at;
}

/** Both recordings, and where the signal begins in each. */
interface Aligned {
  readonly start: number;
  readonly heardFrom: number;
}

function aligned(mouth: Tape, ear: Tape): Aligned {
  const start = beginning(mouth);
  const said = mouth.from + (1000 * (start + parts.mark.from * rate)) / rate;
  const from = Math.round(((said - ear.from) / 1000) * rate);
  // A third of the mark is enough: a jitter buffer that leaves out some samples within it spoils the agreement of the whole.
  const third = mark.length / 3;
  const thirds = [0, 1, 2].map((n) => {
    const { at, agrees } = find(ear.samples, mark.subarray(n * third, (n + 1) * third), from, from + 2.5 * rate);
    return { at: at - n * third, agrees };
  });
  const marked = thirds.reduce((a, b) => (b.agrees > a.agrees ? b : a));
  if (marked.agrees < 0.7) throw new Error(`the mark was not heard (${marked.agrees.toFixed(2)}); the ear had ${level(ear.samples).toFixed(0)} dBFS`);
  return { start, heardFrom: marked.at - parts.mark.from * rate };
}

/** When each chirp was said and when it was heard, in milliseconds since 1970. */
export function chirps(mouth: Tape, ear: Tape): { readonly said: number; readonly heard: number }[] {
  const { start, heardFrom } = aligned(mouth, ear);
  const near = (samples: Float32Array, about: number) => find(samples, click, Math.round(about - 0.2 * rate), Math.round(about + 0.2 * rate));
  const at = (t: Tape, place: number) => t.from + (1000 * place) / rate;
  return chirpsAt.flatMap((after) => {
    const [said, heard] = [near(mouth.samples, start + after * rate), near(ear.samples, heardFrom + after * rate)];
    return heard.agrees > 0.5 ? [{ said: at(mouth, said.at), heard: at(ear, heard.at) }] : [];
  });
}

/** By how much each chirp is heard after it is said, in milliseconds. */
export function delay(mouth: Tape, ear: Tape): Way['delay'] {
  const all = chirps(mouth, ear)
    .map(({ said, heard }) => heard - said)
    .sort((a, b) => a - b);
  return { median: median(all), least: all[0] ?? NaN, most: all.at(-1) ?? NaN };
}

/** How the ear heard what the mouth said; the file in the microphone is what was meant. */
export function way(mouth: Tape, ear: Tape): Way {
  const { start, heardFrom } = aligned(mouth, ear);
  const of = (part: Part, margin?: number) => stretch(ear.samples, heardFrom, part, margin);
  const curve = (part: Part, margin?: number) => response(of(part, margin), stretch(file, 0, part, margin));
  const [sweep, pink] = [curve(parts.sweep, -0.2), curve(parts.pink)];
  const carried = [...sweep, ...pink].filter(([h]) => h >= 125 && h <= 15_000).map(([, dB]) => dB);
  const room = of(parts.room);
  const frames = Array.from({ length: Math.floor(room.length / 960) }, (_, i) => level(room.subarray(960 * i, 960 * (i + 1))));
  return {
    sweep,
    pink,
    low: Math.min(...carried),
    high: Math.max(...carried),
    nothing: level(of(parts.nothing, 0.5)),
    room: level(room),
    gone: frames.filter((l) => l < -85).length / frames.length,
    thdn: median(distortions(of(parts.tone))),
    thdnWorst: Math.max(...distortions(of(parts.tone))),
    thdnAtMouth: median(distortions(stretch(mouth.samples, start, parts.tone))),
    delay: delay(mouth, ear),
  };
}
