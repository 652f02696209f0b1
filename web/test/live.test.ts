import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { backoff, LiveLink, merged, type LinkState } from "../src/protocol/live";
import { Refusal } from "../src/protocol/problem";
import type { SeatId, View } from "../src/protocol/view.gen";

// The live link as a timeline: a server that is told to answer, fall silent or
// close, and a clock that is moved by hand.

class FakeSocket {
  static all: FakeSocket[] = [];
  static get last(): FakeSocket {
    return FakeSocket.all.at(-1)!;
  }

  onopen?: () => void;
  onmessage?: (m: { data: string }) => void;
  onclose?: (c: { code: number }) => void;
  readonly sent: { [k: string]: unknown }[] = [];
  closed = false;

  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }

  send(text: string) {
    this.sent.push(JSON.parse(text) as { [k: string]: unknown });
  }

  close() {
    this.closed = true;
  }

  says(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  comesUp(revision = 1) {
    this.onopen?.();
    this.says({ type: "snapshot", revision, view: { revision } });
  }
}

let states: LinkState[];
let views: number[];
let shown: View[];
let link: LiveLink;
const at = () => states.at(-1)!.at;

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
  states = [];
  views = [];
  shown = [];
  link = new LiveLink(
    "wss://host/api/live",
    "s.a.c",
    {
      state: (s) => states.push(s),
      view: (view, revision) => {
        views.push(revision);
        shown.push(view);
      },
      chat: () => undefined,
      clock: () => undefined,
    },
    FakeSocket as unknown as typeof WebSocket,
  );
});

afterEach(() => {
  link.close();
  vi.useRealTimers();
});

describe("coming up", () => {
  test("says who it is first, and is live with the snapshot", () => {
    expect(at()).toBe("connecting");
    FakeSocket.last.onopen?.();
    expect(FakeSocket.last.sent).toEqual([{ authorization: "s.a.c", has: {} }]);
    expect(at()).toBe("connecting");
    FakeSocket.last.says({ type: "snapshot", revision: 7, view: {} });
    expect(at()).toBe("live");
    FakeSocket.last.says({ type: "change", revision: 8, view: {} });
    expect(views).toEqual([7, 8]);
  });

  test("gives a server that says nothing three seconds, and later six", () => {
    FakeSocket.last.onopen?.();
    vi.advanceTimersByTime(2_999);
    expect(at()).toBe("connecting");
    vi.advanceTimersByTime(1);
    expect(at()).toBe("waiting");
    expect(FakeSocket.last.closed).toBe(true);
    for (let attempt = 2; attempt <= 3; attempt++) {
      while (at() !== "connecting") vi.advanceTimersToNextTimer();
      vi.advanceTimersByTime(3_000);
      expect(at()).toBe("waiting");
    }
    while (at() !== "connecting") vi.advanceTimersToNextTimer();
    vi.advanceTimersByTime(5_999);
    expect(at()).toBe("connecting");
  });
});

describe("resuming", () => {
  const seat = (id: string, muted: boolean) => ({ id: id as SeatId, muted });
  const held = () => (shown.at(-1) ?? {}) as Record<string, unknown>;

  test("says what it has, and takes what has changed since", () => {
    FakeSocket.last.onopen?.();
    FakeSocket.last.says({ type: "snapshot", revision: 4, hash: "x4", view: { room: 1, press: 2, seats: [seat("a", true), seat("b", true)] } });
    FakeSocket.last.onclose?.({ code: 1006 });
    while (at() !== "connecting") vi.advanceTimersToNextTimer();
    FakeSocket.last.onopen?.();
    expect(FakeSocket.last.sent).toEqual([{ authorization: "s.a.c", has: { revision: 4, view: "x4" } }]);
    FakeSocket.last.says({ type: "change", revision: 6, hash: "x6", now: "t", view: { room: 3, press: null }, seats: [seat("b", false)] });
    expect(at()).toBe("live");
    expect(held()).toEqual({ room: 3, seats: [seat("a", true), seat("b", false)], now: "t" });
    expect(views).toEqual([4, 6]);
  });

  test("takes a snapshot when the server cannot say what has changed", () => {
    FakeSocket.last.onopen?.();
    FakeSocket.last.says({ type: "snapshot", revision: 4, hash: "x4", view: { room: 1 } });
    FakeSocket.last.onclose?.({ code: 1006 });
    while (at() !== "connecting") vi.advanceTimersToNextTimer();
    FakeSocket.last.onopen?.();
    FakeSocket.last.says({ type: "snapshot", revision: 9, hash: "x9", view: { press: 2 } });
    expect(held()).toEqual({ press: 2 });
  });

  test("takes whole views from a server that sends only those", () => {
    FakeSocket.last.comesUp();
    FakeSocket.last.says({ type: "change", revision: 2, view: { room: 2 } });
    expect(held()).toEqual({ room: 2 });
  });

  test("leaves the view of before as it was", () => {
    const before = { room: 1, seats: [seat("a", true)] } as unknown as View;
    merged(before, { view: { room: 2 }, seats: [seat("a", false) as never] });
    expect(before).toEqual({ room: 1, seats: [seat("a", true)] });
  });

  test("says the sizes of the slots again", () => {
    link.sizes({ "picture-1": [640, 360] });
    expect(FakeSocket.last.sent).toEqual([]);
    FakeSocket.last.comesUp();
    expect(FakeSocket.last.sent.at(-1)).toEqual({ type: "sizes", slots: { "picture-1": [640, 360] } });
  });
});

describe("losing the connection", () => {
  test("comes back by itself, slower each time, and quickly again after a success", () => {
    FakeSocket.last.comesUp();
    FakeSocket.last.onclose?.({ code: 1006 });
    const waits: number[] = [];
    for (let i = 0; i < 5; i++) {
      const state = states.at(-1)!;
      if (state.at !== "waiting") throw new Error(state.at);
      waits.push(state.retryAt - Date.now());
      vi.advanceTimersToNextTimer();
      FakeSocket.last.onclose?.({ code: 1006 });
    }
    expect(waits[0]).toBeLessThan(500);
    expect(waits[4]).toBeGreaterThan(waits[0]! * 3);
    vi.advanceTimersToNextTimer();
    FakeSocket.last.comesUp(9);
    FakeSocket.last.onclose?.({ code: 1006 });
    const state = states.at(-1)!;
    expect(state.at === "waiting" && state.retryAt - Date.now()).toBeLessThan(500);
  });

  test("says that it is coming back, and not that it is coming", () => {
    FakeSocket.last.comesUp();
    FakeSocket.last.onclose?.({ code: 1006 });
    vi.advanceTimersToNextTimer();
    expect(states.at(-1)).toEqual({ at: "connecting", attempt: 2 });
  });

  test("tries at once when the device's network is back", () => {
    FakeSocket.last.comesUp();
    FakeSocket.last.onclose?.({ code: 1006 });
    const before = FakeSocket.all.length;
    link.hurry();
    expect(FakeSocket.all.length).toBe(before + 1);
  });

  test("notices silence once the server has been heard to pulse", () => {
    FakeSocket.last.comesUp();
    vi.advanceTimersByTime(60_000);
    expect(at()).toBe("live");
    for (let i = 0; i < 5; i++) {
      FakeSocket.last.says({ type: "pulse", now: "2026-11-23T09:00:00Z" });
      vi.advanceTimersByTime(2_000);
    }
    expect(at()).toBe("live");
    vi.advanceTimersByTime(3_000);
    expect(at()).toBe("waiting");
  });

  test("asks a server that is doubted, and comes again within seconds when it says nothing", () => {
    FakeSocket.last.comesUp();
    link.doubt();
    expect(FakeSocket.last.sent.at(-1)).toEqual({ type: "ping" });
    vi.advanceTimersByTime(1_900);
    FakeSocket.last.says({ type: "pulse", now: "2026-11-23T09:00:00Z" });
    vi.advanceTimersByTime(1_900);
    expect(at()).toBe("live");
    link.doubt();
    vi.advanceTimersByTime(1_000);
    // A second doubt does not give it longer.
    link.doubt();
    vi.advanceTimersByTime(1_000);
    expect(at()).toBe("waiting");
  });

  test("asks before it gives up what was silent only because the device slept", () => {
    FakeSocket.last.comesUp();
    FakeSocket.last.says({ type: "pulse", now: "2026-11-23T09:00:00Z" });
    vi.setSystemTime(Date.now() + 60_000);
    vi.advanceTimersToNextTimer();
    expect(at()).toBe("live");
    expect(FakeSocket.last.sent.at(-1)).toEqual({ type: "ping" });
    vi.advanceTimersByTime(2_000);
    expect(at()).toBe("waiting");
  });

  test.each([
    [4001, "opened-elsewhere"],
    [4003, "withdrawn"],
  ] as const)("stops for good on %d", (code, why) => {
    FakeSocket.last.comesUp();
    FakeSocket.last.onclose?.({ code });
    expect(states.at(-1)).toEqual({ at: "ended", why });
    const before = FakeSocket.all.length;
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.all.length).toBe(before);
    link.again();
    expect(FakeSocket.all.length).toBe(before + 1);
  });
});

describe("an act", () => {
  const seat = "b-principal" as SeatId;

  test("is done when its own answer says so", async () => {
    FakeSocket.last.comesUp();
    const first = link.act("give-floor", { seat });
    const second = link.act("reissue", { seat });
    expect(FakeSocket.last.sent.slice(1)).toEqual([
      { type: "act", id: 1, act: "give-floor", with: { seat } },
      { type: "act", id: 2, act: "reissue", with: { seat } },
    ]);
    FakeSocket.last.says({ type: "answer", re: 2, ok: true, link: "https://h/join#x" });
    FakeSocket.last.says({ type: "answer", re: 1, ok: true });
    expect(await second).toEqual({ link: "https://h/join#x" });
    expect(await first).toEqual({});
  });

  test("is refused with the server's code and parameters", async () => {
    FakeSocket.last.comesUp();
    const act = link.act("admit", { seat });
    FakeSocket.last.says({ type: "answer", re: 1, ok: false, refusal: { code: "not-waiting", params: { name: "B" }, detail: "…" } });
    const why = await act.catch((e: unknown) => e);
    expect(why).toBeInstanceOf(Refusal);
    expect(why).toMatchObject({ code: "not-waiting", params: { name: "B" } });
  });

  test("is refused, not repeated, when the connection is lost before the answer", async () => {
    FakeSocket.last.comesUp();
    const act = link.act("recess", {}).catch((e: unknown) => e);
    FakeSocket.last.onclose?.({ code: 1006 });
    expect(await act).toMatchObject({ code: "connection-lost" });
    vi.advanceTimersByTime(1_000);
    FakeSocket.last.comesUp();
    expect(FakeSocket.last.sent).toEqual([{ authorization: "s.a.c", has: {} }]);
  });

  test("is refused at once without a connection, and after ten seconds without an answer", async () => {
    expect(await link.act("recess", {}).catch((e: unknown) => e)).toMatchObject({ code: "no-connection" });
    FakeSocket.last.comesUp();
    const act = link.act("recess", {}).catch((e: unknown) => e);
    vi.advanceTimersByTime(10_000);
    expect(await act).toMatchObject({ code: "no-answer" });
  });
});

test("waits grow to some eight seconds and no further", () => {
  expect(backoff(1, 0.5)).toBe(250);
  expect(backoff(3, 0.5)).toBe(1000);
  expect(backoff(20, 0.5)).toBe(8000);
});
