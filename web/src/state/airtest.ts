// The interpreter's test before going on air: what a recording of the microphone
// says of it, and what will not do. It hears samples and knows no device.

import type { AirTest } from "../protocol/wall";
import { decibels, Spectra, windowOf } from "./fourier";

/** Seconds that are recorded. */
export const testLasts = 5;

export const faults = ["silent", "not-spoken", "clipped", "processed", "narrow", "hum", "noise", "quiet"] as const;
/** What will not do. */
export type Fault = (typeof faults)[number];

/** What a recording comes to. Levels are dBFS; voice and noise are A-weighted. */
export interface Heard {
  readonly peak: number;
  readonly voice: number;
  readonly noise: number;
  /** In Hz, where speech is cut off; 0 when it is not. */
  readonly edge: number;
  /** The mains that is heard: its frequency in Hz and the level of all its lines. */
  readonly hum: { readonly hertz: 50 | 60; readonly level: number } | undefined;
  /** Of voice and of the room, in steps of a sixth of an octave from 50 Hz to 20 kHz. */
  readonly spectrum: readonly Step[];
  /** The gravest first. */
  readonly faults: readonly Fault[];
}

export interface Step {
  readonly hertz: number;
  readonly voice: number;
  readonly noise: number;
}

/** The limits, in one place: decibels, dBFS, counts and seconds. */
const limits = {
  silent: -70, // the highest peak of a microphone that is dead
  voiceOverNoise: 30,
  spokenOverNoise: 10,
  loudRoom: -55,
  quiet: -42,
  hum: -62,
  line: 12, // by how much a line of the mains stands out
  comes: 10, // by how much what is carried comes and goes
  faint: 50, // below the voice: what filters leave of what they take away
  flatTops: 4,
  holes: 3,
  hole: 0.01,
  tooClean: 68, // no room is as still as this against a voice
} as const;

/** Hears a recording; treated says that the browser owns to have cleaned the sound. */
export function hear(samples: Float32Array, rate: number, treated = false): Heard {
  const size = windowOf(rate, 0.04);
  const hertz = rate / size;
  const frames = new Spectra(size).all(samples);
  const weights = Float64Array.from({ length: size / 2 + 1 }, (_, k) => weight(k * hertz));
  const levels = frames.map((f) => decibels(f.reduce((sum, p, k) => sum + p * weights[k]!, 0)));
  const order = levels.toSorted((a, b) => a - b);
  const [noise, loudest] = [share(order, 0.1), share(order, 0.95)];
  const spoken = loudest - noise >= limits.spokenOverNoise;
  const loud = frames.filter((_, i) => levels[i]! > loudest - 16 && levels[i]! > noise + 6);
  const calm = frames.filter((_, i) => levels[i]! <= noise + 1);
  const [of, off] = [mean(loud, size), mean(calm, size)];
  const voice = spoken ? decibels(of.reduce((sum, p, k) => sum + p * weights[k]!, 0)) : noise;
  const measured = {
    peak: 2 * decibels(samples.reduce((most, s) => Math.max(most, Math.abs(s)), 0)),
    voice,
    noise,
    edge: spoken ? edge(frames, hertz, voice) : 0,
    hum: hum(samples, rate),
    spectrum: steps(of, off, hertz),
  };
  const cleaned = treated || holes(samples, rate) >= limits.holes || voice - noise > limits.tooClean;
  return { ...measured, faults: judge(measured, spoken, flatTops(samples) >= limits.flatTops, cleaned) };
}

type Measured = Omit<Heard, "faults">;

function judge(m: Measured, spoken: boolean, clipped: boolean, cleaned: boolean): Fault[] {
  if (m.peak < limits.silent) return ["silent"];
  const noisy = spoken ? m.voice - m.noise < limits.voiceOverNoise : m.noise >= limits.loudRoom;
  const all: readonly (readonly [Fault, boolean])[] = [
    ["not-spoken", !spoken && m.noise < limits.loudRoom],
    ["clipped", clipped],
    ["processed", spoken && cleaned],
    ["narrow", m.edge > 0 && !noisy], // noise hides where a voice ends
    ["hum", m.hum !== undefined],
    ["noise", noisy],
    ["quiet", spoken && m.voice < limits.quiet],
  ];
  return all.filter(([, is]) => is).map(([fault]) => fault);
}

/** The A-weighting of a frequency, as a factor of power (IEC 61672-1, annex E). */
function weight(hertz: number): number {
  const f = hertz * hertz;
  const a = (12_194 ** 2 * f * f) / ((f + 20.6 ** 2) * Math.sqrt((f + 107.7 ** 2) * (f + 737.9 ** 2)) * (f + 12_194 ** 2));
  return (1.2589 * a) ** 2;
}

/** The value below which such a share of sorted values lies. */
function share(sorted: readonly number[], part: number): number {
  return sorted[Math.floor((sorted.length - 1) * part)] ?? -200;
}

function mean(frames: readonly Float64Array[], size: number): Float64Array {
  const out = new Float64Array(size / 2 + 1);
  for (const f of frames) for (let k = 0; k < out.length; k++) out[k]! += f[k]! / frames.length;
  return out;
}

/** Where speech ends, in Hz: it is there below the edge and never above it. 0 when it has none. */
function edge(frames: readonly Float64Array[], hertz: number, voice: number): number {
  const nyquist = (frames[0]!.length - 1) * hertz;
  if (nyquist < 16_000) return nyquist;
  const sounds = (from: number, to: number) => {
    const levels = frames.map((f) => decibels(f.slice(Math.round(from / hertz), Math.round(to / hertz)).reduce((sum, p) => sum + p, 0)));
    levels.sort((a, b) => a - b);
    return share(levels, 0.98) > Math.max(voice - limits.faint, share(levels, 0.1) + limits.comes);
  };
  return [4_000, 8_000].find((at) => sounds(0.7 * at, 0.92 * at) && !sounds(1.12 * at, 13_000)) ?? 0;
}

function steps(voice: Float64Array, noise: Float64Array, hertz: number): Step[] {
  const out: Step[] = [];
  const within = (power: Float64Array, from: number, to: number) => {
    // A step that is narrower than a bin has its share of it.
    const [first, last] = [Math.max(1, Math.round(from / hertz)), Math.min(power.length - 1, Math.max(Math.round(from / hertz), Math.round(to / hertz) - 1))];
    let sum = 0;
    for (let k = first; k <= last; k++) sum += power[k]!;
    return decibels(sum * Math.min(1, (to - from) / hertz));
  };
  for (let step = 0; step <= 52; step++) {
    const centre = 50 * 2 ** (step / 6);
    const [from, to] = [centre * 2 ** (-1 / 12), centre * 2 ** (1 / 12)];
    out.push({ hertz: centre, voice: within(voice, from, to), noise: within(noise, from, to) });
  }
  return out;
}

/**
 * The mains and its harmonics: lines that stand still, in the pauses too. A
 * voice comes and goes, so of each line what is there nearly always counts.
 */
function hum(samples: Float32Array, rate: number): Heard["hum"] {
  const size = windowOf(rate, 0.34);
  const hertz = rate / size;
  const frames = new Spectra(size).all(samples);
  const steady = new Float64Array(Math.ceil(660 / hertz) + 1).map((_, k) => share(frames.map((f) => f[k]!).sort((a, b) => a - b), 0.2));
  const around = (at: number, from: number, to: number) => [...steady.subarray(Math.round((at + from) / hertz), Math.round((at + to) / hertz) + 1)];
  const found = ([50, 60] as const).map((base) => {
    const lines = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => {
      const power = around(n * base, -4, 4).reduce((sum, p) => sum + p, 0);
      const beside = [...around(n * base, -20, -9), ...around(n * base, 9, 20)].sort((a, b) => a - b);
      return { power, out: decibels(power) - decibels(3 * share(beside, 0.5)) > limits.line };
    });
    const standing = lines.filter((l) => l.out);
    const level = decibels(standing.reduce((sum, l) => sum + l.power, 0));
    return { hertz: base, level, is: (lines[0]!.out || lines[1]!.out) && level > limits.hum };
  });
  const [loudest] = found.filter((h) => h.is).sort((a, b) => b.level - a.level);
  return loudest && { hertz: loudest.hertz, level: loudest.level };
}

/** How many tops of waves are cut off flat: three samples and more at one height near the highest. */
function flatTops(samples: Float32Array): number {
  const most = samples.reduce((m, s) => Math.max(m, Math.abs(s)), 0);
  if (most < 0.25) return 0;
  let [tops, run] = [0, 0];
  for (const s of samples) {
    run = Math.abs(s) >= Math.min(most * 0.998, 0.9985) ? run + 1 : 0;
    if (run === 3) tops++;
  }
  return tops;
}

/**
 * How many holes there are between what sounds: stretches of nothing at all.
 * A microphone in a room is never without noise; what takes away echo or noise
 * leaves them.
 */
function holes(samples: Float32Array, rate: number): number {
  const least = Math.round(limits.hole * rate);
  let [count, run, sounded] = [0, 0, false];
  for (const s of samples) {
    if (Math.abs(s) < 2e-5) run++;
    else {
      if (run >= least && sounded) count++;
      [run, sounded] = [0, true];
    }
  }
  return count;
}

/** For so long, in milliseconds, a microphone that has passed needs no other test. */
const holds = 12 * 3_600_000;
const place = "liqa/airtest";
const offeredPlace = "liqa/airtest/offered";

/** Keeps that a microphone, by its name, has passed or not. */
export function keepTested(shelf: Pick<Storage, "setItem" | "removeItem">, microphone: string, passed: boolean, now: number): void {
  if (passed) shelf.setItem(place, JSON.stringify({ microphone, at: now }));
  else shelf.removeItem(place);
}

/** Whether this microphone has passed of late. */
export function passed(shelf: Pick<Storage, "getItem">, microphone: string, now: number): boolean {
  try {
    const kept = JSON.parse(shelf.getItem(place) ?? "{}") as { readonly microphone?: unknown; readonly at?: unknown };
    return kept.microphone === microphone && typeof kept.at === "number" && now - kept.at < holds;
  } catch {
    return false;
  }
}

const foundPlace = "liqa/airtest/found";

/** Keeps what a seat's test has found, for the technician: figures and no sound. */
export function keepFound(shelf: Pick<Storage, "setItem">, seat: string, microphone: string, heard: Heard, now: number): void {
  const { faults, peak, voice, noise, edge, hum } = heard;
  shelf.setItem(foundPlace, JSON.stringify({ seat, at: now, test: { microphone, faults, peak, voice, noise, edge: Math.round(edge), hum: hum?.hertz ?? 0 } }));
}

/** What a seat's test has found of late. */
export function found(shelf: Pick<Storage, "getItem">, seat: string | undefined, now: number): AirTest | undefined {
  try {
    const kept = JSON.parse(shelf.getItem(foundPlace) ?? "{}") as { readonly seat?: unknown; readonly at?: unknown; readonly test?: Omit<AirTest, "ago"> };
    if (seat === undefined || kept.seat !== seat || typeof kept.at !== "number" || now - kept.at >= holds || !kept.test) return undefined;
    return { ...kept.test, ago: Math.max(0, Math.round((now - kept.at) / 1000)) };
  } catch {
    return undefined;
  }
}

/** Whether the test is to be offered before going on air: once in a session, to who has not passed. */
export function offers(session: Pick<Storage, "getItem" | "setItem">, hasPassed: boolean): boolean {
  if (hasPassed || session.getItem(offeredPlace) !== null) return false;
  session.setItem(offeredPlace, "yes");
  return true;
}
