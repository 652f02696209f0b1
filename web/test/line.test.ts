import { describe, expect, test } from "vitest";
import { iceServers } from "../src/protocol/iceservers";
import { agreement, cameBack, chirp } from "../src/state/echo";
import type { Findings } from "../src/state/greenroom";
import { browserName, fresh, Levels, measureOver, noWays, step, told, type Result, type Step, type Ways } from "../src/state/line";

const after = (...steps: Step[]): Ways => steps.reduce(step, noWays);

describe("the two ways to the server", () => {
  test("UDP is measured as soon as it is there, whatever TCP does", () => {
    expect(measureOver(after({ is: "begun" }))).toBe("not-yet");
    expect(measureOver(after({ is: "connected", over: "udp" }))).toBe("udp");
    expect(measureOver(after({ is: "blocked", over: "tcp" }, { is: "connected", over: "udp" }))).toBe("udp");
  });

  test("TCP is measured only once UDP is known to be blocked", () => {
    expect(measureOver(after({ is: "connected", over: "tcp" }))).toBe("not-yet");
    expect(measureOver(after({ is: "connected", over: "tcp" }, { is: "blocked", over: "udp" }))).toBe("tcp");
    expect(measureOver(after({ is: "blocked", over: "udp" }))).toBe("not-yet");
    expect(measureOver(after({ is: "blocked", over: "udp" }, { is: "blocked", over: "tcp" }))).toBe("none");
  });

  test("a new test forgets the one before", () => {
    expect(after({ is: "busy" }, { is: "blocked", over: "udp" }, { is: "begun" })).toEqual(noWays);
  });
});

describe("a microphone's levels", () => {
  const found = (...levels: number[]) => {
    const l = new Levels();
    for (let i = 0; i < 100; i++) l.add(levels[i % levels.length]!);
    return l.found;
  };

  test("tell the voice from the room", () => {
    expect(found(-20, -22, -58, -59, -60)).toEqual({ voice: -20, noise: -60 });
  });

  test("say nothing of a voice when nobody speaks", () => {
    expect(found(-57, -58, -59)).toEqual({ noise: -59 });
    expect(found(-25, -26)).toEqual({ noise: -26 });
  });

  test("say nothing at all at first", () => {
    const l = new Levels();
    l.add(-20);
    expect(l.found).toEqual({});
  });
});

describe("the echo", () => {
  const rate = 48_000;
  /** A recording of 0.7 s: noise, and the sweep from some moment on. */
  function recording(loud: number, noise: number, at = 0.21): Float32Array {
    let seed = 7;
    const random = () => ((seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 1_073_741_824) - 1;
    const out = new Float32Array(32_768).map(() => noise * random());
    const sweep = chirp(rate);
    for (let i = 0; i < sweep.length && i + at * rate < out.length; i++) out[Math.round(i + at * rate)]! += loud * sweep[i]!;
    return out;
  }

  test("is found when it comes back, also faint and in noise", () => {
    expect(cameBack(agreement(recording(0.1, 0), rate))).toBe(true);
    expect(cameBack(agreement(recording(0.005, 0.004), rate))).toBe(true);
    expect(cameBack(agreement(recording(0.01, 0.02), rate))).toBe(true);
  });

  test("is not found in silence, in noise or in a tone", () => {
    expect(agreement(new Float32Array(32_768), rate)).toBe(0);
    expect(cameBack(agreement(recording(0, 0.1), rate))).toBe(false);
    expect(cameBack(agreement(new Float32Array(32_768).map((_, i) => 0.2 * Math.sin((2 * Math.PI * 500 * i) / rate)), rate))).toBe(false);
  });

  test("does not depend on the rate of the sound card", () => {
    const sweep = chirp(44_100);
    const out = new Float32Array(30_000);
    out.set(sweep.map((v) => v / 20), 9_000);
    expect(agreement(out, 44_100)).toBeGreaterThan(0.9);
  });
});

describe("what is handed in", () => {
  const found: Findings = {
    secure: true, webrtc: true, capture: true, codec: true,
    microphone: "ready", camera: "none", heard: true, headset: true, microphoneName: "WH-1000 Hands-Free", rate: 16_000,
  };
  const of = {
    session: "abc",
    ways: after({ is: "blocked", over: "udp" }, { is: "connected", over: "tcp" }),
    found,
    names: { browser: "Firefox 150, Linux", microphone: "WH-1000 Hands-Free", camera: "" },
    levels: { noise: -50 },
  };

  test("is what was found, and nothing that was not", () => {
    expect(told("principal", of)).toEqual({
      session: "abc", udp: "blocked", tcp: "reached", browser: "Firefox 150, Linux",
      microphone: "WH-1000 Hands-Free", telephone: true, headset: true, noise: -50,
    });
  });

  test("says nothing of devices that a role does not use", () => {
    expect(told("reporter", of)).toEqual({ session: "abc", udp: "blocked", tcp: "reached", browser: "Firefox 150, Linux" });
  });
});

test("a result is believed for ten minutes, on the browser that it was found with", () => {
  const result: Result = { at: "2026-12-01T10:00:00Z", colour: "green", says: "good", measured: {} };
  const at = Date.parse(result.at);
  expect(fresh({ ...result, browser: "A 1" }, "A 1", at + 60_000)).toBe(true);
  expect(fresh({ ...result, browser: "A 1" }, "A 1", at + 3_600_000)).toBe(false);
  expect(fresh({ ...result, browser: "A 1" }, "B 2", at)).toBe(false);
  expect(fresh({ ...result, browser: "A 1", says: "unmeasured" }, "A 1", at)).toBe(false);
  expect(fresh(undefined, "", at)).toBe(false);
});

test("browsers are named as people name them", () => {
  const chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
  expect(browserName(chrome)).toBe("Chrome 140, Linux");
  expect(browserName(`${chrome} Edg/140.0.0.0`)).toBe("Edge 140, Linux");
  expect(browserName("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0")).toBe("Firefox 143, Windows");
  expect(browserName("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15")).toBe("Safari 18, macOS");
  expect(browserName("curl")).toBe("");
});

test("the TURN server is read from Link headers, and nothing else is", () => {
  const links =
    '<turn:turn.example.org:3478?transport=udp>; rel="ice-server"; username="1796:a.b"; credential="x+/="; credential-type="password", ' +
    '<https://example.org/>; rel="next", <stun:stun.example.org>; rel="ice-server", <turn:evil>; rel="other"';
  expect(iceServers(links)).toEqual([
    { urls: "turn:turn.example.org:3478?transport=udp", username: "1796:a.b", credential: "x+/=" },
    { urls: "stun:stun.example.org" },
  ]);
  expect(iceServers(null)).toEqual([]);
});
