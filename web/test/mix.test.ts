import { describe, expect, test } from "vitest";
import type { Channel, Instant, View } from "../src/protocol/view.gen";
import { along, channelAlone, decibels, ducked, gains, heard, incomingGains, keepUnder, placeOf, places, rampTime, steady, toldInsufficient, toward, underAt, underBefore, wayHeard } from "../src/state/mix";

const channel = (carries: Channel["carries"]): Channel[] => [
  { language: "en", carries },
  { language: "ru", carries: "original" },
];
const mix = (carries: Channel["carries"], under = ducked) => gains(channel(carries), { hears: "en", under });

describe("what a listener hears", () => {
  test("through a speech, an interpretation, a cough and its end", () => {
    const story = ["original", "direct", "silence", "direct", "original"] as const;
    expect(story.map((carries) => mix(carries))).toEqual([
      { original: 1, channel: 0 },
      { original: 0.2, channel: 1 },
      { original: 0.2, channel: 1 }, // a cough does not bring the original back
      { original: 0.2, channel: 1 },
      { original: 1, channel: 0 },
    ]);
  });

  test("is ducked by 14 dB unless they choose otherwise, to nothing at all if they like", () => {
    expect(decibels(ducked)).toBeCloseTo(-14, 1);
    expect(mix("direct", 0).original).toBe(0);
    expect(mix("direct", 7).original).toBe(1);
  });

  test("is the channel whatever it carries, where nothing else comes", () => {
    for (const carries of ["original", "direct", "silence"] as const) {
      expect(gains(channel(carries), { hears: "en", under: ducked, alone: true })).toEqual({ original: 0, channel: 1 });
    }
    const slots = [{ slot: "channel", eligible: [{ kind: "channel", language: "en" }] }];
    const who = (role: string, pictures: string, has = slots) => channelAlone({ me: { role, pictures }, slots: has } as unknown as Pick<View, "me" | "slots">);
    expect(who("reporter", "least")).toBe(true);
    expect(who("reporter", "none")).toBe(false);
    expect(who("reporter", "least", [])).toBe(false);
    expect(who("interpreter", "least")).toBe(false);
  });

  test("is the original when they have chosen it, or when their channel is not there", () => {
    expect(heard(channel("direct"), undefined)).toEqual({ kind: "original" });
    expect(heard([], "fr")).toEqual({ kind: "original" });
    expect(heard(channel("direct"), "en")).toEqual({ kind: "interpreted", language: "en", how: "direct" });
  });
});

test("a listener is told by how many interpreters it comes", () => {
  const ways = ["original", "direct", "relayed-once", "relayed-twice", "silence"] as const;
  expect(ways.map((carries) => wayHeard(heard(channel(carries), "en")))).toEqual(["original", "direct", "relayed-once", "relayed-twice", "pause"]);
});

test("a listener is told that the interpreters cannot hear once it has lasted ten seconds", () => {
  const since = "2026-11-23T09:00:00Z" as Instant;
  const told = (seconds: number) => toldInsufficient([{ language: "en", carries: "direct", insufficient: since }], "en", Date.parse(since) + seconds * 1000);
  expect([0, 9, 10, 60].map(told)).toEqual([false, false, true, true]);
  expect(toldInsufficient(channel("direct"), "en", Date.parse(since))).toBe(false);
});

test("an interpreter hears one thing at a time", () => {
  expect(incomingGains({ from: "floor" }, 0.8)).toEqual({ original: 0.8, channel: 0 });
  expect(incomingGains({ from: "channel", language: "ru" }, 0.8)).toEqual({ original: 0, channel: 0.8 });
});

describe("the listener's slider", () => {
  test("goes from the interpreter alone to the original as loud, and begins at −14 dB", () => {
    expect([places.least, placeOf(ducked), places.most].map((place) => [place, underAt(place)])).toEqual([[-32, 0], [-14, 0.2], [0, 1]]);
    for (let place: number = places.least; place <= places.most; place += places.step) expect(placeOf(underAt(place))).toBe(place);
  });

  test("is kept on the device, and nonsense is not", () => {
    const store = new Map<string, string>();
    const shelf = { getItem: (k: string) => store.get(k) ?? null, setItem: (k: string, v: string) => void store.set(k, v) };
    expect(underBefore(shelf)).toBe(ducked);
    keepUnder(shelf, 0);
    expect(underBefore(shelf)).toBe(0);
    for (const nonsense of ["loud", "7", "-1"]) {
      store.set("liqa/under", nonsense);
      expect(underBefore(shelf)).toBe(ducked);
    }
  });
});

describe("a ramp", () => {
  test("takes 300 ms and never steps", () => {
    const down = toward(steady(1), 0.2, 1000);
    expect(along(down, 1000)).toBe(1);
    expect(along(down, 1000 + rampTime / 2)).toBeCloseTo(0.6);
    expect(along(down, 1000 + rampTime)).toBe(0.2);
  });

  test("turns round from where it is", () => {
    const down = toward(steady(1), 0.2, 1000);
    const up = toward(down, 1, 1000 + rampTime / 2);
    expect(along(up, 1000 + rampTime / 2)).toBeCloseTo(0.6);
    expect(along(up, 2000)).toBe(1);
  });

  test("is left alone by the same wish again", () => {
    const down = toward(steady(1), 0.2, 1000);
    expect(toward(down, 0.2, 1200)).toBe(down);
  });
});
