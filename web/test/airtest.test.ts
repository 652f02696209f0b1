import { describe, expect, test } from "vitest";
import { found, hear, keepFound, keepTested, offers, passed, type Fault } from "../src/state/airtest";
import { decibels, Spectra } from "../src/state/fourier";

const rate = 48_000;
const length = 5 * rate;

/** The same numbers in every run, from −1 to 1. */
function chance(seed: number): () => number {
  let at = seed;
  return () => ((at = (at * 48_271) % 2_147_483_647) / 2_147_483_647) * 2 - 1;
}

const hiss = chance(7);
const breath = chance(11);

/** Keeps what lies below a frequency: a windowed sinc. */
function below(samples: Float32Array, hertz: number): Float32Array {
  const half = 100;
  const taps = Float64Array.from({ length: 2 * half + 1 }, (_, i) => {
    const x = i - half;
    const sinc = x === 0 ? (2 * hertz) / rate : Math.sin((2 * Math.PI * hertz * x) / rate) / (Math.PI * x);
    return sinc * (0.42 + 0.5 * Math.cos((Math.PI * x) / half) + 0.08 * Math.cos((2 * Math.PI * x) / half));
  });
  const out = new Float32Array(samples.length);
  for (let i = half; i < samples.length - half; i++) {
    let sum = 0;
    for (let k = 0; k <= 2 * half; k++) sum += taps[k]! * samples[i + k - half]!;
    out[i] = sum;
  }
  return out;
}

/** Syllables of a voice that rises and falls, each with a consonant that reaches 16 kHz; a pause after every fourth. */
function voice(loud = 0.25): Float32Array {
  let phase = 0;
  return new Float32Array(length).map((_, i) => {
    const t = i / rate;
    const syllable = Math.floor(t / 0.22);
    const within = (t % 0.22) / 0.22;
    if (t < 0.6 || syllable % 5 === 4) return 0;
    phase += (2 * Math.PI * (118 + 22 * Math.sin(2.3 * t) + 3 * (syllable % 4))) / rate;
    const shape = Math.sin(Math.PI * within) ** 2;
    let sum = 0;
    for (let n = 1; n <= 30; n++) sum += Math.sin(n * phase) / n;
    return loud * shape * (0.5 * sum + (within < 0.3 ? 0.35 * breath() : 0));
  });
}

const room = (loud: number) => new Float32Array(length).map(() => loud * hiss());
const sum = (...parts: Float32Array[]) => new Float32Array(length).map((_, i) => parts.reduce((s, p) => s + p[i]!, 0));
const mains = (hertz: number, loud: number) =>
  new Float32Array(length).map((_, i) => [1, 0.8, 0.5, 0.1, 0.3].reduce((s, a, n) => s + loud * a * Math.sin((2 * Math.PI * hertz * (n + 1) * i) / rate), 0));
/** To the nearest of 16 bits, as a microphone gives it. */
const sampled = (s: Float32Array) => s.map((x) => Math.round(Math.max(-1, Math.min(1, x)) * 32_767) / 32_768);
const still = room(0.0006);
const spoken = sum(voice(), still);
const wireless = below(sum(voice(), room(0.0003)), 7_800);

describe("the test before going on air", () => {
  const cases: readonly (readonly [string, Float32Array, readonly Fault[]])[] = [
    ["a clean recording", spoken, []],
    ["a louder one, near the limit", sum(voice(0.5), still), []],
    ["a dead microphone", new Float32Array(length), ["silent"]],
    ["nobody speaks in a quiet room", still, ["not-spoken"]],
    ["nobody speaks beside a machine", room(0.05), ["noise"]],
    ["a voice from afar", sum(voice(0.01), room(0.0001)), ["quiet"]],
    ["a voice that is clipped", spoken.map((s) => Math.max(-0.999, Math.min(0.999, 6 * s))), ["clipped"]],
    ["one that was clipped before it was turned down", spoken.map((s) => Math.max(-0.4, Math.min(0.4, 4 * s))), ["clipped"]],
    ["hum of 50 Hz", sum(spoken, mains(50, 0.004)), ["hum"]],
    ["hum of 60 Hz", sum(spoken, mains(60, 0.004)), ["hum"]],
    ["a telephone's 4 kHz", below(sum(voice(), room(0.0003)), 3_800), ["narrow"]],
    ["a wireless headset's 8 kHz", wireless, ["narrow"]],
    ["a fan", sum(spoken, room(0.02)), ["noise"]],
    ["speech with holes, as echo cancellation leaves", spoken.map((s, i) => (i % 9_000 < 1_200 ? 0 : s)), ["processed"]],
    ["pauses in which there is no room", sum(voice(0.5), room(0.00004)), ["processed"]],
  ];
  for (const [name, samples, faults] of cases) {
    test(name, () => expect(hear(sampled(samples), rate).faults).toEqual(faults));
  }

  test("says what it found: levels, the edge, the mains", () => {
    expect(hear(sampled(spoken), rate)).toMatchObject({ edge: 0, hum: undefined });
    expect(hear(sampled(wireless), rate).edge).toBe(8_000);
    const hum = hear(sampled(sum(spoken, mains(60, 0.004))), rate).hum;
    expect(hum?.hertz).toBe(60);
    // The root of the sum of the lines' squares: 0.004 · √(1.99 / 2).
    expect(hum?.level).toBeGreaterThan(-50);
    expect(hum?.level).toBeLessThan(-46);
  });

  test("takes a device of 16 kHz for what it is, and one that the browser says it cleans", () => {
    const low = Float32Array.from({ length: 5 * 16_000 }, (_, i) => spoken[3 * i]!);
    expect(hear(low, 16_000).faults).toContain("narrow");
    expect(hear(sampled(spoken), rate, true).faults).toEqual(["processed"]);
  });

  test("draws the spectrum to 20 kHz", () => {
    const { spectrum } = hear(sampled(sum(spoken, mains(1_000, 0))), rate);
    expect(spectrum[0]?.hertz).toBe(50);
    expect(spectrum.at(-1)?.hertz).toBeGreaterThan(20_000);
    const at = (hertz: number) => spectrum.find((s) => s.hertz >= hertz)!;
    expect(at(240).voice).toBeGreaterThan(at(240).noise + 30);
  });
});

test("a tone's power stands at its frequency, and the sum of all bins is its mean square", () => {
  const tone = Float32Array.from({ length: 4_096 }, (_, i) => 0.5 * Math.sin((2 * Math.PI * 3_000 * i) / rate));
  const power = new Spectra(4_096).at(tone, 0);
  expect(power.indexOf(Math.max(...power))).toBe(256);
  expect(decibels(power.reduce((s, p) => s + p, 0))).toBeCloseTo(decibels(0.125), 1);
});

/** What a browser keeps, for a test. */
function shelf(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, to: string) => void kept.set(key, to),
    removeItem: (key: string) => void kept.delete(key),
  } as Storage;
}

test("the test is offered once, to who has not passed with this microphone of late", () => {
  const [kept, session] = [shelf(), shelf()];
  expect(passed(kept, "Desk", 0)).toBe(false);
  keepTested(kept, "Desk", true, 1_000);
  expect([passed(kept, "Desk", 2_000), passed(kept, "Lapel", 2_000), passed(kept, "Desk", 13 * 3_600_000)]).toEqual([true, false, false]);
  expect(offers(session, true)).toBe(false);
  expect([offers(session, false), offers(session, false)]).toEqual([true, false]);
  keepTested(kept, "Desk", false, 3_000);
  expect(passed(kept, "Desk", 4_000)).toBe(false);
  kept.setItem("liqa/airtest", "{");
  expect(passed(kept, "Desk", 4_000)).toBe(false);
});

test("what a seat's test has found is kept for the technician, without its sound, and not for ever", () => {
  const kept = shelf();
  const heard = { peak: -6, voice: -23, noise: -48, edge: 8_000.4, hum: { hertz: 50 as const, level: -44 }, spectrum: [], faults: ["hum" as const] };
  expect(found(kept, "ru-1", 0)).toBeUndefined();
  keepFound(kept, "ru-1", "Desk", heard, 1_000);
  expect(found(kept, "ru-1", 41_000)).toEqual({ ago: 40, microphone: "Desk", faults: ["hum"], peak: -6, voice: -23, noise: -48, edge: 8000, hum: 50 });
  expect([found(kept, "ru-2", 41_000), found(kept, undefined, 41_000), found(kept, "ru-1", 13 * 3_600_000)]).toEqual([undefined, undefined, undefined]);
});
