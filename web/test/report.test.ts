import { describe, expect, test } from "vitest";
import { Stretch } from "../src/media/ownsound";
import { browserOf, deviceKind, Growth, received, sends, type Entry } from "../src/media/report";
import { edge } from "../src/media/spectrum";

const hertz = 48_000 / 2048;

/** A spectrum that falls off as speech does, with a wall at some frequency. */
function speech(wall: number, noise = -105): Float32Array {
  return Float32Array.from({ length: 1024 }, (_, bin) => {
    const f = bin * hertz;
    const level = -40 - 12 * Math.log2(Math.max(1, f / 800));
    return f > wall ? Math.min(level, -125) : Math.max(level, noise);
  });
}

describe("the edge of a spectrum", () => {
  test("speech that goes on to 20 kHz has none", () => expect(edge(speech(20_000), hertz)).toBe(0));
  test("a headset at 16 kHz ends at 8", () => expect(edge(speech(8000), hertz)).toBe(8000));
  test("a telephone at 8 kHz ends at 4", () => expect(edge(speech(4000), hertz)).toBe(4000));
  test("a dull microphone that falls off steeply has none", () => {
    const dull = Float32Array.from({ length: 1024 }, (_, bin) => -40 - 18 * Math.log2(Math.max(1, (bin * hertz) / 800)));
    expect(edge(dull, hertz)).toBe(0);
  });
  test("a tone has none", () => {
    for (const tone of [440, 3000, 6500]) {
      const spectrum = new Float32Array(1024).fill(-130);
      spectrum[Math.round(tone / hertz)] = -20;
      expect(edge(spectrum, hertz)).toBe(0);
    }
  });
  test("silence has none", () => expect(edge(new Float32Array(1024).fill(-180), hertz)).toBe(0));
});

describe("a stretch of sound", () => {
  const tone = (size: number) => Float32Array.from({ length: 2048 }, (_, i) => Math.max(-1, Math.min(1, size * Math.sin(i / 7))));
  const none = () => new Float32Array(1024).fill(-180);

  test("says how loud it is, and begins again", () => {
    const s = new Stretch();
    for (let i = 0; i < 20; i++) s.add(tone(0.1), () => speech(8000));
    const first = s.take(hertz);
    expect(first.level).toBeCloseTo(-23, 0);
    expect(first.clipped).toBe(0);
    expect(first.edge).toBe(8000);
    expect(s.take(hertz)).toMatchObject({ level: -127, peak: -127, edge: -1 });
  });
  test("is clipped when it stands at full scale", () => {
    const s = new Stretch();
    s.add(tone(2), none);
    const got = s.take(hertz);
    expect(got.clipped).toBeGreaterThan(0.5);
    expect(got.peak).toBe(0);
  });
  test("cannot be told by a word or two", () => {
    const s = new Stretch();
    for (let i = 0; i < 3; i++) s.add(tone(0.1), () => speech(8000));
    for (let i = 0; i < 30; i++) s.add(tone(0), none);
    expect(s.take(hertz).edge).toBe(-1);
  });
});

/** Two sights of the same entries, two seconds apart. */
function twice(before: Record<string, unknown>[], after: Record<string, unknown>[]): [readonly Entry[], Growth] {
  const grown = new Growth();
  grown.begin(before.map((e) => ({ timestamp: 1000, ...e })) as unknown as Entry[]);
  grown.end();
  return [grown.begin(after.map((e) => ({ timestamp: 3000, ...e })) as unknown as Entry[]), grown];
}

describe("the browser's statistics", () => {
  test("of sound", () => {
    const [[e], grown] = twice(
      [{ id: "a", type: "inbound-rtp", kind: "audio", packetsReceived: 100, packetsLost: 0, bytesReceived: 0, totalSamplesReceived: 0 }],
      [{ id: "a", type: "inbound-rtp", kind: "audio", packetsReceived: 190, packetsLost: 10, bytesReceived: 16_000, totalSamplesReceived: 96_000,
         concealedSamples: 1960, silentConcealedSamples: 1000, jitterBufferDelay: 5760, jitterBufferEmittedCount: 96_000 }],
    );
    expect(received(e!, grown)).toEqual({ rate: 64, lost: 0.1, concealed: 0.01, buffer: 60 });
  });
  test("of a picture that stands still", () => {
    const still = { id: "v", type: "inbound-rtp", kind: "video", framesDecoded: 300, frameWidth: 640, frameHeight: 360, packetsReceived: 900 };
    const [[e], grown] = twice([still], [still]);
    expect(received(e!, grown)).toMatchObject({ fps: 0, frozen: 2, width: 640 });
  });
  test("say nothing at the first sight", () => {
    const grown = new Growth();
    const [e] = grown.begin([{ id: "v", type: "inbound-rtp", timestamp: 5 } as unknown as Entry]);
    expect(received(e!, grown)).toBeUndefined();
  });
  test("of what is sent, the smallest layer first", () => {
    const layer = (rid: string, width: number, bytesSent: number) =>
      ({ id: rid, type: "outbound-rtp", kind: "video", rid, frameWidth: width, bytesSent, codecId: "c", qualityLimitationReason: "bandwidth" });
    const [all, grown] = twice(
      [layer("f", 1280, 0), layer("q", 320, 0), { id: "m", type: "outbound-rtp", kind: "audio", bytesSent: 0 }],
      [layer("f", 1280, 250_000), layer("q", 320, 25_000), { id: "m", type: "outbound-rtp", kind: "audio", bytesSent: 16_000 },
       { id: "c", type: "codec", mimeType: "video/H264" }, { id: "r", type: "remote-inbound-rtp", roundTripTime: 0.031, fractionLost: 0.02 }],
    );
    const got = sends(all, grown)!;
    expect(got).toMatchObject({ rate: 1164, delay: 31, lost: 0.02, codec: "H264" });
    expect(got.layers?.map((l) => [l.rid, l.rate, l.limited])).toEqual([["q", 100, "bandwidth"], ["f", 1000, "bandwidth"]]);
  });
});

test("microphones by their names", () => {
  expect(deviceKind("Headset (WH-1000XM4 Hands-Free AG Audio)")).toBe("bluetooth");
  expect(deviceKind("AirPods Pro")).toBe("bluetooth");
  expect(deviceKind("Jabra Evolve2 30 Mono")).toBe("headset");
  expect(deviceKind("Microphone Array (Realtek Audio)")).toBe("built-in");
  expect(deviceKind("Fake Default Audio Input")).toBe("virtual");
  expect(deviceKind("C922 Pro Stream Webcam")).toBe("other");
});

test("browsers by what they call themselves", () => {
  expect(browserOf("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36")).toEqual({ name: "Chromium", version: "156.0", system: "Linux" });
  expect(browserOf("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:153.0) Gecko/20100101 Firefox/153.0")).toEqual({ name: "Firefox", version: "153.0", system: "Windows" });
  expect(browserOf("Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15").name).toBe("Safari");
});
