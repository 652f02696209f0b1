// Keeps one media connection up for as long as it is wanted. A connection that
// dies is not mended but replaced; the old one is shown until the new one runs.

import { Refusal, own } from "../protocol/problem";
import type { MediaState } from "../state/banner";

/** A connection that can be kept: Sending or Receiving. */
export interface Keepable {
  readonly pc: Pick<RTCPeerConnection, "connectionState" | "getStats" | "addEventListener">;
  open(): Promise<void>;
  close(): void;
}

export interface KeeperEars<C> {
  state(state: MediaState, why: Refusal | undefined): void;
  /** The connection in use has changed; undefined when there is none any more. */
  current(connection: C | undefined): void;
}

const lookEvery = 500;
/** No packet for so long, not even a check of the path: the connection is dead. */
const silenceAllowed = 3_500; // a browser checks the path every 2.5 s
const connectWithin = 8_000;

/** Refusals that trying again does not change, until the seat's standing does. */
const final = new Set(["no-usable-codec", "not-admitted", "forbidden"]);

export function mediaBackoff(attempt: number): number {
  return attempt <= 1 ? 0 : Math.min(5000, 250 * 2 ** (attempt - 2));
}

export class Keeper<C extends Keepable> {
  #wanted = false;
  #attempt = 0;
  #current: C | undefined;
  #coming: C | undefined;
  #upSince = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #look: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly make: () => C,
    private readonly ears: KeeperEars<C>,
  ) {}

  /** Starts or ends the connection. */
  want(on: boolean): void {
    if (on === this.#wanted) return;
    this.#wanted = on;
    if (on) {
      this.#attempt = 0;
      void this.#connect();
    } else {
      this.#stop();
      this.ears.state("off", undefined);
    }
  }

  /** Replaces the connection now: something that knows better says it is dead. */
  renew(): void {
    if (!this.#wanted || this.#coming) return;
    this.#attempt = 0;
    void this.#connect();
  }

  /** Milliseconds since the connection in use was made; 0 when there is none. */
  age(now = Date.now()): number {
    return this.#current ? now - this.#upSince : 0;
  }

  #stop(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#look);
    this.#coming?.close();
    this.#coming = undefined;
    this.#replace(undefined);
  }

  #replace(next: C | undefined): void {
    const old = this.#current;
    this.#current = next;
    if (old !== next) this.ears.current(next);
    old?.close();
  }

  async #connect(): Promise<void> {
    clearTimeout(this.#timer);
    this.#attempt++;
    this.ears.state(this.#current === undefined && this.#attempt === 1 ? "connecting" : "lost", undefined);
    const c = this.make();
    this.#coming = c;
    try {
      await c.open();
      await connected(c);
    } catch (fault) {
      c.close();
      if (this.#coming === c) this.#failed(fault);
      return;
    }
    if (this.#coming !== c) {
      c.close();
      return;
    }
    this.#coming = undefined;
    this.#attempt = 0;
    this.#upSince = Date.now();
    this.#replace(c);
    this.ears.state("up", undefined);
    this.#watch(c);
  }

  #failed(fault: unknown): void {
    this.#coming = undefined;
    const why = fault instanceof Refusal ? fault : own("connection-lost", String(fault));
    if (final.has(why.code)) {
      this.#replace(undefined);
      this.ears.state("refused", why);
    } else {
      this.ears.state("lost", why);
    }
    const wait = final.has(why.code) ? 5000 : mediaBackoff(this.#attempt + 1);
    this.#timer = setTimeout(() => void this.#connect(), wait);
  }

  #watch(c: C): void {
    clearInterval(this.#look);
    let seen = -1;
    let seenAt = Date.now();
    const dead = () => {
      if (this.#current !== c || this.#coming) return;
      clearInterval(this.#look);
      void this.#connect();
    };
    c.pc.addEventListener("connectionstatechange", () => {
      if (c.pc.connectionState === "failed" || c.pc.connectionState === "disconnected") dead();
    });
    this.#look = setInterval(async () => {
      const count = await arrived(c);
      if (count !== seen) {
        seen = count;
        seenAt = Date.now();
      } else if (Date.now() - seenAt > silenceAllowed) {
        dead();
      }
    }, lookEvery);
  }
}

function connected(c: Keepable): Promise<void> {
  return new Promise((done, failed) => {
    const timer = setTimeout(() => failed(own("no-answer")), connectWithin);
    const look = () => {
      if (c.pc.connectionState === "connected") {
        clearTimeout(timer);
        done();
      } else if (c.pc.connectionState === "failed" || c.pc.connectionState === "closed") {
        clearTimeout(timer);
        failed(own("connection-lost"));
      }
    };
    c.pc.addEventListener("connectionstatechange", look);
    look();
  });
}

/** A number that grows with everything that arrives, the path's own checks included. */
async function arrived(c: Keepable): Promise<number> {
  let sum = 0;
  try {
    const report = await c.pc.getStats();
    report.forEach((s: { type: string; [k: string]: unknown }) => {
      if (s.type !== "candidate-pair") return;
      for (const k of ["packetsReceived", "requestsReceived", "responsesReceived"]) {
        if (typeof s[k] === "number") sum += s[k];
      }
    });
  } catch {
    return 0;
  }
  return sum;
}
