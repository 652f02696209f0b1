import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Keeper, mediaBackoff, type Keepable } from "../src/media/keeper";
import { SessionGone } from "../src/protocol/exchange";
import { own, Refusal } from "../src/protocol/problem";
import type { MediaState } from "../src/state/banner";

// A media connection that is kept up, as a timeline.

class FakeConnection implements Keepable {
  static all: FakeConnection[] = [];
  static next: "up" | Refusal = "up";
  /** What becomes of restarts: packets again, an answer and nothing more, no server, no session, or no answer yet. */
  static restarts: "heard" | "answered" | "unreachable" | "gone" = "gone";
  static get last(): FakeConnection {
    return FakeConnection.all.at(-1)!;
  }

  closed = false;
  packets = 0;
  restarted = 0;
  pair = "p";
  readonly #ears: (() => void)[] = [];
  readonly #fate = FakeConnection.next;
  readonly pc = {
    connectionState: "new" as RTCPeerConnectionState,
    getStats: () => Promise.resolve(new Map([[this.pair, { type: "candidate-pair", packetsReceived: this.packets }]]) as unknown as RTCStatsReport),
    addEventListener: (_: string, ear: unknown) => void this.#ears.push(ear as () => void),
  };

  constructor() {
    FakeConnection.all.push(this);
  }

  async open() {
    await Promise.resolve();
    if (this.#fate instanceof Refusal) throw this.#fate;
    this.turns("connected");
  }

  async restart() {
    this.restarted++;
    await Promise.resolve();
    if (FakeConnection.restarts === "gone") throw new SessionGone();
    if (FakeConnection.restarts === "unreachable") throw own("no-connection");
    // The pairs of before give way to others, of which nothing has come.
    this.pair = `p${this.restarted}`;
    this.packets = FakeConnection.restarts === "heard" ? 1 : 0;
  }

  turns(state: RTCPeerConnectionState) {
    this.pc.connectionState = state;
    for (const ear of this.#ears) ear();
  }

  close() {
    this.closed = true;
  }
}

let states: MediaState[];
let current: FakeConnection | undefined;
let keeper: Keeper<FakeConnection>;
let silences = 0;

beforeEach(() => {
  vi.useFakeTimers();
  FakeConnection.all = [];
  FakeConnection.next = "up";
  FakeConnection.restarts = "gone";
  states = [];
  current = undefined;
  silences = 0;
  keeper = new Keeper(() => new FakeConnection(), {
    state: (s) => states.push(s),
    current: (c) => (current = c),
    silent: () => silences++,
  });
});

afterEach(() => {
  keeper.want(false);
  vi.useRealTimers();
});

/** Moves the clock while packets arrive. */
async function run(milliseconds: number, arriving = true) {
  for (let t = 0; t < milliseconds; t += 250) {
    if (arriving && current) current.packets++;
    await vi.advanceTimersByTimeAsync(250);
  }
}

describe("a kept connection", () => {
  test("is made when it is wanted and ended when it is not", async () => {
    keeper.want(true);
    await run(500);
    expect(states).toEqual(["connecting", "up"]);
    const used = FakeConnection.last;
    keeper.want(false);
    expect(states.at(-1)).toBe("off");
    expect(used.closed).toBe(true);
    expect(current).toBeUndefined();
  });

  test("is restarted within two seconds of silence, and is the same connection afterwards", async () => {
    FakeConnection.restarts = "heard";
    keeper.want(true);
    await run(5_000);
    const used = FakeConnection.last;
    await run(750, false);
    expect(used.restarted).toBe(0);
    await run(750, false);
    expect(used.restarted).toBe(1);
    expect(silences).toBe(1);
    await run(1_000);
    expect(states).toEqual(["connecting", "up", "lost", "up"]);
    expect(FakeConnection.all.length).toBe(1);
    expect(current).toBe(used);
  });

  test("is given longer where packets came seldom before", async () => {
    FakeConnection.restarts = "heard";
    keeper.want(true);
    for (let i = 0; i < 5; i++) {
      await run(250);
      await run(1_750, false);
    }
    expect(FakeConnection.last.restarted).toBe(0);
    await run(3_000, false);
    expect(FakeConnection.last.restarted).toBe(1);
  });

  test("is restarted again and again while the server cannot be reached, and at once when the network is back", async () => {
    FakeConnection.restarts = "unreachable";
    keeper.want(true);
    await run(5_000);
    await run(10_000, false);
    const tried = FakeConnection.last.restarted;
    expect(tried).toBeGreaterThan(3);
    expect(tried).toBeLessThan(9);
    expect(states.at(-1)).toBe("lost");
    FakeConnection.restarts = "heard";
    keeper.moved();
    await run(250, false);
    expect(FakeConnection.last.restarted).toBe(tried + 1);
    await run(250);
    expect(states).toEqual(["connecting", "up", "lost", "up"]);
    expect(FakeConnection.all.length).toBe(1);
  });

  test("is up again when packets come by the old path while a restart is tried", async () => {
    FakeConnection.restarts = "unreachable";
    keeper.want(true);
    await run(3_000);
    await run(2_500, false);
    expect(states.at(-1)).toBe("lost");
    await run(500);
    expect(states.at(-1)).toBe("up");
    const tried = FakeConnection.last.restarted;
    await run(5_000);
    expect(FakeConnection.last.restarted).toBeLessThanOrEqual(tried + 1);
    expect(FakeConnection.all.length).toBe(1);
  });

  test("is replaced when the server no longer has it; the old one is shown until the new one runs, and never both", async () => {
    keeper.want(true);
    await run(5_000);
    const old = FakeConnection.last;
    const shown: boolean[] = [];
    const before = current;
    await run(750, false);
    expect(current).toBe(before);
    for (let i = 0; i < 8; i++) {
      await run(250, false);
      shown.push(FakeConnection.all.filter((c) => !c.closed && c.pc.connectionState === "connected").length <= 1);
    }
    expect(FakeConnection.all.length).toBe(2);
    expect(current).toBe(FakeConnection.last);
    expect(old.closed).toBe(true);
    expect(shown).not.toContain(false);
    await run(500);
    expect(states).toEqual(["connecting", "up", "lost", "lost", "up"]);
  });

  test("is replaced when two restarts were answered and brought nothing", async () => {
    FakeConnection.restarts = "answered";
    keeper.want(true);
    await run(5_000);
    const old = FakeConnection.last;
    await run(5_000, false);
    expect(old.restarted).toBe(2);
    expect(FakeConnection.all.length).toBe(2);
    expect(old.closed).toBe(true);
  });

  test("is mended at once when the browser says that it has failed", async () => {
    keeper.want(true);
    await run(1_000);
    FakeConnection.last.turns("failed");
    await run(250);
    expect(FakeConnection.all.length).toBe(2);
    expect(states.at(-1)).toBe("up");
  });

  test("is restarted when the device has slept, without a word about it when packets come", async () => {
    FakeConnection.restarts = "heard";
    keeper.want(true);
    await run(3_000);
    vi.setSystemTime(Date.now() + 20_000);
    await run(1_000);
    expect(FakeConnection.last.restarted).toBe(1);
    expect(FakeConnection.all.length).toBe(1);
    expect(states).toEqual(["connecting", "up"]);
  });

  test("is restarted on a suspicion only when nothing has come just now", async () => {
    FakeConnection.restarts = "heard";
    keeper.want(true);
    await run(3_000);
    keeper.suspect();
    expect(FakeConnection.last.restarted).toBe(0);
    await run(750, false);
    keeper.suspect();
    expect(FakeConnection.last.restarted).toBe(1);
    expect(states.at(-1)).toBe("up");
  });

  test("is tried again, slower, while the server cannot be reached", async () => {
    FakeConnection.next = new Refusal("no-connection", "");
    keeper.want(true);
    await run(6_000);
    const tried = FakeConnection.all.length;
    expect(tried).toBeGreaterThan(3);
    expect(tried).toBeLessThan(9);
    FakeConnection.next = "up";
    await run(6_000);
    expect(states.at(-1)).toBe("up");
  });

  test("says so when the server will not have it, and asks again every five seconds", async () => {
    FakeConnection.next = new Refusal("no-usable-codec", "");
    keeper.want(true);
    await run(1_000);
    expect(states.at(-1)).toBe("refused");
    expect(FakeConnection.all.length).toBe(1);
    await run(5_000);
    expect(FakeConnection.all.length).toBe(2);
  });

  test("waits for as long as a full server has said, and half as long again at most", async () => {
    FakeConnection.next = new Refusal("server-full", "", {}, 30_000);
    keeper.want(true);
    await run(29_000);
    expect(states.at(-1)).toBe("full");
    expect(FakeConnection.all.length).toBe(1);
    FakeConnection.next = "up";
    await run(17_000);
    expect(states.at(-1)).toBe("up");
    expect(FakeConnection.all.length).toBe(2);
  });
});

test("the first attempt is made at once, later ones wait up to three seconds", () => {
  expect([1, 2, 3, 4].map(mediaBackoff)).toEqual([0, 250, 500, 1000]);
  expect(mediaBackoff(30)).toBe(3000);
});
