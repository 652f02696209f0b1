import { describe, expect, test } from "vitest";
import { scenes, view, type Scene } from "../src/fixtures/scenes";
import type { View } from "../src/protocol/view.gen";
import { banner, reducedByLine, type Banner, type BannerCode, type Situation } from "../src/state/banner";
import { blank, settle, settlesIn, type Settled } from "../src/state/settle";

const scene = (name: string, change: Partial<Scene> = {}): View => view({ ...scenes[name]!, ...change });

const situation = (name: string, change: Partial<Situation> = {}): Situation => ({
  link: { at: "live" },
  sending: "up",
  receiving: "up",
  speaking: true,
  reduced: false,
  device: "ok",
  soundHeld: false,
  view: scene(name),
  ...change,
});
const code = (name: string, change: Partial<Situation> = {}) => banner(situation(name, change))?.code;
const waiting = { at: "waiting", attempt: 1, retryAt: 0 } as const;

describe("the banner", () => {
  test("says nothing when all is well", () => expect(code("principal")).toBeUndefined());

  test("says when the network is gone, and to who speaks that they are not heard", () => {
    const gone = { link: waiting, sending: "lost", receiving: "lost" } as const;
    expect(code("principal", gone)).toBe("network-gone-unheard");
    expect(code("principal", { ...gone, speaking: false })).toBe("network-gone");
    // A reporter sends nothing: what they have is gone all the same.
    expect(code("reporter-open", { ...gone, sending: "off", speaking: false })).toBe("network-gone");
    expect(code("principal", { ...gone, link: { at: "connecting", attempt: 4 } })).toBe("network-gone-unheard");
  });

  test("says that the server is full, and not that the network is gone", () => {
    expect(banner(situation("reporter-open", { receiving: "full", sending: "off", speaking: false }))).toEqual({ code: "server-full", tone: "attention" });
  });

  test("says who hears whom when one way is lost", () => {
    expect(code("principal", { receiving: "lost" })).toBe("receiving-lost-heard");
    expect(code("principal", { receiving: "lost", sending: "lost" })).toBe("media-lost-unheard");
    expect(code("principal", { receiving: "lost", speaking: false })).toBe("receiving-lost");
    expect(code("principal", { sending: "lost" })).toBe("sending-lost");
    // What is heard does not depend on the connection of the buttons.
    expect(code("principal", { receiving: "lost", link: waiting })).toBe("receiving-lost-heard");
  });

  test("says that sound and picture go on when only the buttons do not work", () => {
    expect(banner(situation("principal", { link: waiting }))).toEqual({ code: "controls-lost", tone: "attention" });
    // Who waits at the door has no media connection: the link is all there is.
    expect(code("waiting-room", { link: waiting, sending: "off", receiving: "off" })).toBe("link-lost");
  });

  test("says calmly that the picture is reduced, and why", () => {
    expect(banner(situation("principal", { reduced: true }))).toEqual({ code: "picture-reduced", tone: "calm" });
    const [slot] = scene("principal").slots;
    expect(reducedByLine({ slots: [{ ...slot!, reduced: "hand" }] })).toBe(false);
    expect(reducedByLine({ slots: [slot!, { ...slot!, reduced: "line" }] })).toBe(true);
  });

  test("says the gravest thing of several", () => {
    expect(code("principal-recess", { soundHeld: true, reduced: true })).toBe("sound-held");
    expect(code("principal-recess", { soundHeld: true, device: "microphone-lost" })).toBe("microphone-lost");
    expect(code("principal-recess", { link: { at: "ended", why: "withdrawn" }, receiving: "lost" })).toBe("withdrawn");
  });

  test("says how the meeting stands", () => {
    expect(code("principal-recess")).toBe("recess");
    expect(code("principal", { view: scene("principal", { item: 0 }) })).toBe("not-begun");
    const away = scene("delegate");
    expect(code("delegate", { view: { ...away, me: { ...away.me, inRoom: false } } })).toBe("not-for-you");
  });
});

describe("the banner over time", () => {
  const bad = (code: BannerCode): Banner => ({ code, tone: "bad" });
  const calm = (code: BannerCode): Banner => ({ code, tone: "calm" });

  /** What is shown, and from when, while this is wanted from these instants on. */
  function timeline(wanted: readonly (readonly [at: number, banner: Banner | undefined])[], until: number) {
    let s: Settled = blank;
    const shown: [number, string][] = [];
    for (let now = 0; now <= until; now += 50) {
      const last = wanted.filter(([at]) => at <= now).at(-1)?.[1];
      const before = s.shown?.code;
      s = settle(s, last, now);
      if (s.shown?.code !== before) shown.push([now, s.shown?.code ?? ""]);
    }
    return shown;
  }

  test("an interruption of a moment is not said", () => {
    expect(timeline([[0, undefined], [1000, bad("receiving-lost")], [1400, undefined]], 5000)).toEqual([]);
  });

  test("of two connections that fail together only the whole is said", () => {
    const said = timeline([[0, bad("receiving-lost-heard")], [200, bad("media-lost-unheard")], [400, bad("network-gone-unheard")], [9000, undefined]], 15_000);
    expect(said).toEqual([[700, "network-gone-unheard"], [9000, ""]]);
  });

  test("what is said stands until it can be read", () => {
    expect(timeline([[0, bad("sending-lost")], [600, undefined]], 5000)).toEqual([[500, "sending-lost"], [2500, ""]]);
  });

  test("what is graver does not wait until what is calm has been read", () => {
    expect(timeline([[0, calm("picture-reduced")], [4000, bad("network-gone")]], 8000)).toEqual([[3000, "picture-reduced"], [4300, "network-gone"]]);
  });

  test("a picture that is reduced by turns is said to be so once", () => {
    const turns = Array.from({ length: 10 }, (_, i) => [i * 4000, i % 2 === 0 ? calm("picture-reduced") : undefined] as const);
    const said = timeline(turns, 20_000);
    expect(said.length).toBeLessThanOrEqual(4);
    for (const [i, [at, what]] of said.entries()) {
      if (what === "") expect(at - said[i - 1]![0]).toBeGreaterThanOrEqual(5000);
    }
  });

  test("how the meeting stands is said at once", () => {
    expect(timeline([[0, calm("recess")], [1000, undefined]], 3000)).toEqual([[0, "recess"], [1000, ""]]);
  });

  test("tells when to look again", () => {
    const s = settle(blank, bad("sending-lost"), 0);
    expect(settlesIn(s, 100)).toBe(400);
    expect(settlesIn(settle(s, s.wanted, 500), 500)).toBeUndefined();
  });
});
