import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Keeper, mediaBackoff, type Keepable } from "../src/media/keeper";
import { Refusal } from "../src/protocol/problem";
import type { MediaState } from "../src/state/banner";

// A media connection that is kept up, as a timeline.

class FakeConnection implements Keepable {
  static all: FakeConnection[] = [];
  static next: "up" | Refusal = "up";
  static get last(): FakeConnection {
    return FakeConnection.all.at(-1)!;
  }

  closed = false;
  packets = 0;
  readonly #ears: (() => void)[] = [];
  readonly #fate = FakeConnection.next;
  readonly pc = {
    connectionState: "new" as RTCPeerConnectionState,
    getStats: () => Promise.resolve(new Map([["p", { type: "candidate-pair", packetsReceived: this.packets }]]) as unknown as RTCStatsReport),
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

beforeEach(() => {
  vi.useFakeTimers();
  FakeConnection.all = [];
  FakeConnection.next = "up";
  states = [];
  current = undefined;
  keeper = new Keeper(() => new FakeConnection(), { state: (s) => states.push(s), current: (c) => (current = c) });
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

  test("is replaced when nothing arrives any more; the old one is shown until the new one runs", async () => {
    keeper.want(true);
    await run(5_000);
    expect(FakeConnection.all.length).toBe(1);
    const old = FakeConnection.last;
    await run(3_000, false);
    expect(current).toBe(old);
    await run(2_000, false);
    expect(FakeConnection.all.length).toBeGreaterThan(1);
    expect(current).not.toBe(old);
    expect(old.closed).toBe(true);
    expect(states).toContain("lost");
  });

  test("is replaced at once when the browser says that it has failed", async () => {
    keeper.want(true);
    await run(1_000);
    FakeConnection.last.turns("failed");
    await run(250);
    expect(FakeConnection.all.length).toBe(2);
    expect(states).toEqual(["connecting", "up", "lost", "up"]);
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
});

test("the second attempt is made at once, later ones wait up to five seconds", () => {
  expect([1, 2, 3, 4].map(mediaBackoff)).toEqual([0, 250, 500, 1000]);
  expect(mediaBackoff(30)).toBe(5000);
});
