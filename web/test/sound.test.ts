import { describe, expect, test, vi } from "vitest";
import { ceiling, Limiter, sudden } from "../src/media/limiter";
import { Exposure, over } from "../src/state/loudness";
import { bassShelf, response, shelfGain, trebleShelf } from "../src/state/tone";
import { sources } from "./sources";

// Some seconds of sound are some seconds of work on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const rate = 48_000;
const block = 128;

/** What a limiter makes of a sound, both channels of it, from the instant that it was put in. */
function through(limiter: Limiter, sound: (t: number) => number | readonly [number, number], seconds: number): [Float32Array, Float32Array] {
  const blocks = Math.ceil((seconds * rate) / block);
  const out: [Float32Array, Float32Array] = [new Float32Array(blocks * block), new Float32Array(blocks * block)];
  const put = [new Float32Array(block), new Float32Array(block)] as const;
  for (let k = 0; k < blocks; k++) {
    for (let i = 0; i < block; i++) {
      const s = sound((k * block + i) / rate);
      [put[0][i], put[1][i]] = typeof s === "number" ? [s, s] : s;
    }
    limiter.process(put[0], put[1], out[0].subarray(k * block, (k + 1) * block), out[1].subarray(k * block, (k + 1) * block));
  }
  const late = (x: Float32Array) => x.subarray(limiter.delay) as Float32Array<ArrayBuffer>;
  return [late(out[0]), late(out[1])];
}

const sine = (hertz: number, amplitude: number) => (t: number) => amplitude * Math.sin(2 * Math.PI * hertz * t + 0.7);
const dB = (x: number) => 20 * Math.log10(x + 1e-12);

/** The highest true peak between two instants, dBFS: by eight places between two samples, sixteen samples to each side. */
function truePeak(sound: Float32Array, from: number, to: number): number {
  let peak = 0;
  for (let n = Math.max(16, Math.round(from * rate)); n < Math.min(sound.length - 16, to * rate); n++) {
    peak = Math.max(peak, Math.abs(sound[n]!));
    if (Math.abs(sound[n]!) < 0.1) continue;
    for (let place = 1; place < 16; place += 2) {
      let sum = 0;
      for (let i = -15; i <= 16; i++) {
        const x = place / 16 - i;
        sum += sound[n + i]! * (Math.sin(Math.PI * x) / (Math.PI * x)) * (0.5 + 0.5 * Math.cos((Math.PI * x) / 17));
      }
      peak = Math.max(peak, Math.abs(sum));
    }
  }
  return dB(peak);
}

describe("the limiter", () => {
  test("is late by less than 5 ms and leaves ordinary sound as it was, to the last bit", () => {
    const limiter = new Limiter(rate);
    expect(limiter.delay / rate).toBeLessThan(0.005);
    const speech = (t: number) => 0.2 * Math.sin(2 * Math.PI * 220 * t) * (0.5 + 0.5 * Math.sin(2 * Math.PI * 4 * t));
    const [left] = through(limiter, speech, 2);
    for (let i = 0; i < left.length; i++) if (left[i] !== Math.fround(speech(i / rate))) throw new Error(`sample ${i} is ${left[i]}`);
    expect(limiter.take().held).toBeCloseTo(0);
  });

  test("holds a burst after quiet from its first sample, between the samples too", () => {
    // 11 kHz at this phase has its peaks between the samples.
    for (const hertz of [90, 1_000, 11_000]) {
      const [left] = through(new Limiter(rate), (t) => (t < 0.3 ? sine(300, 0.03)(t) : sine(hertz, 4)(t)), 0.6);
      expect(truePeak(left, 0.28, 0.42)).toBeLessThan(sudden + 0.1);
      expect(truePeak(left, 0.42, 0.6)).toBeLessThan(ceiling + 0.1);
      expect(truePeak(left, 0.35, 0.42)).toBeGreaterThan(sudden - 3); // held, not cut off
    }
  });

  test("never exceeds its ceiling, whatever comes: clicks, clipped noise, a step", () => {
    let chance = 1;
    const noise = () => ((chance = (chance * 48_271) % 2_147_483_647) / 2_147_483_647) * 2 - 1;
    for (const sound of [(t: number) => (Math.round(t * rate) % 2_400 === 0 ? 3 : 0), () => Math.sign(noise()) * 2, (t: number) => (t > 0.1 ? 1 : 0), () => 6 * noise()]) {
      const [left] = through(new Limiter(rate), sound, 0.3);
      expect(truePeak(left, 0, 0.3)).toBeLessThan(ceiling + 0.1);
    }
  });

  test("grows used to what stays loud, and lets go soon after", () => {
    const limiter = new Limiter(rate);
    const [left] = through(limiter, (t) => (t < 6 ? sine(500, 1)(t) : sine(500, 0.1)(t)), 7);
    expect(truePeak(left, 5.5, 6)).toBeCloseTo(ceiling - 0.2, 0);
    expect(dB(Math.max(...left.subarray(6.8 * rate)))).toBeCloseTo(-20, 0);
    expect(limiter.take().held).toBeGreaterThan(8);
  });

  test("holds both ears by the same gain", () => {
    const [left, right] = through(new Limiter(rate), (t) => [sine(500, 2)(t), sine(500, 0.2)(t)], 1);
    expect(Math.max(...left.map((l, i) => Math.abs(right[i]! - l / 10)))).toBeLessThan(1e-6);
  });
});

describe("bass and treble", () => {
  test("reach 12 dB each way at 125 Hz and at 8 kHz, and leave the middle alone", () => {
    for (const dial of [-12, 12]) {
      expect(Math.abs(response(bassShelf, shelfGain(dial), 125, rate))).toBeGreaterThanOrEqual(12);
      expect(Math.abs(response(trebleShelf, shelfGain(dial), 8_000, rate))).toBeGreaterThanOrEqual(12);
      expect(Math.abs(response(bassShelf, shelfGain(dial), 1_000, rate))).toBeLessThan(0.5);
      expect(Math.abs(response(trebleShelf, shelfGain(dial), 1_000, rate))).toBeLessThan(0.5);
    }
    expect(Math.sign(response(bassShelf, shelfGain(-12), 125, rate))).toBe(-1);
    expect(Math.sign(response(trebleShelf, shelfGain(12), 8_000, rate))).toBe(1);
  });

  test("change nothing at 0", () => {
    for (const hertz of [125, 1_000, 8_000]) expect(response(bassShelf, shelfGain(0), hertz, rate) + response(trebleShelf, shelfGain(0), hertz, rate)).toBeCloseTo(0);
  });
});

describe("long loudness", () => {
  const listen = (...parts: readonly (readonly [minutes: number, dBFS: number])[]) => {
    const exposure = new Exposure();
    let now = 0;
    for (const [minutes, level] of parts) {
      for (const end = now + minutes * 60_000; now < end; now += 500) exposure.add(10 ** (level / 10), 500, now);
    }
    return exposure;
  };

  test("is the energy of the last ten minutes", () => {
    expect(listen([20, -20]).level).toBeCloseTo(-20, 0);
    expect(listen([10, -10], [10, -30]).level).toBeCloseTo(-30, 0);
    expect(listen([5, -20], [5, -90]).level).toBeCloseTo(-23, 0); // half the time is 3 dB less
    expect(over).toBe(600_000);
  });

  test("is warned of by what the interpreter called comfortable, and not before minutes of it", () => {
    expect(listen([10, -24]).tooLoud(-24)).toBe(false);
    expect(listen([10, -17]).tooLoud(-24)).toBe(true);
    expect(listen([1, -10]).tooLoud(-24)).toBe(false);
    expect(listen([10, -17]).tooLoud(undefined)).toBe(false);
    expect(listen([10, -12]).tooLoud(undefined)).toBe(true);
  });

  test("knows the level of the speech just now, and that there was none", () => {
    expect(listen([3, -40], [1, -22]).speech).toBe(-22);
    expect(listen([3, -22], [1, -90]).speech).toBeUndefined();
  });
});

test("what is played is led to a loudspeaker and into no connection", () => {
  // The test of a line sends a sound of its own, before anybody is in the room.
  const streams = sources(["src/media", "src/state", "src/protocol", "src/ui", "src/screens"], [".ts", ".svelte"]).filter(({ text }) =>
    /createMediaStreamDestination|MediaStreamAudioDestinationNode|captureStream/.test(text),
  );
  expect(streams.map(({ path }) => path)).toEqual(["src/media/linetest.ts", "src/media/listening.ts"]);
  const chain = streams.find(({ path }) => path.endsWith("listening.ts"))!.text;
  expect(chain).not.toMatch(/RTCPeerConnection|replaceTrack|addTrack|Sending/);
});
