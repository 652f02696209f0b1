import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { backoff, LiveLink, type LinkState } from "../src/protocol/live";
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
let link: LiveLink;
const at = () => states.at(-1)!.at;

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
  states = [];
  views = [];
  link = new LiveLink(
    "wss://host/api/live",
    "s.a.c",
    {
      state: (s) => states.push(s),
      view: (_: View, revision) => views.push(revision),
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
    expect(FakeSocket.last.sent).toEqual([{ authorization: "s.a.c" }]);
    expect(at()).toBe("connecting");
    FakeSocket.last.says({ type: "snapshot", revision: 7, view: {} });
    expect(at()).toBe("live");
    FakeSocket.last.says({ type: "change", revision: 8, view: {} });
    expect(views).toEqual([7, 8]);
  });

  test("gives a server that says nothing five seconds", () => {
    FakeSocket.last.onopen?.();
    vi.advanceTimersByTime(4_999);
    expect(at()).toBe("connecting");
    vi.advanceTimersByTime(1);
    expect(at()).toBe("waiting");
    expect(FakeSocket.last.closed).toBe(true);
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
    vi.advanceTimersByTime(4_000);
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
    expect(FakeSocket.last.sent).toEqual([{ authorization: "s.a.c" }]);
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
