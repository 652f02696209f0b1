// Keeps one media connection up for as long as it is wanted. One that falls
// silent is first restarted where it is (ICE restart): the server keeps the
// session, and nothing is heard twice. Only what the server has lost, or what
// a restart does not mend, is replaced; the old one is shown until the new one
// runs.

import { Refusal, own } from "../protocol/problem";
import { SessionGone } from "../protocol/exchange";
import type { MediaState } from "../state/banner";
import { Silence } from "../state/silence";
import { every } from "./metronome";

/** A connection that can be kept: Sending or Receiving. */
export interface Keepable {
  readonly pc: Pick<RTCPeerConnection, "connectionState" | "getStats" | "addEventListener">;
  open(): Promise<void>;
  /** Goes on over whatever network there is now; SessionGone when the server has no session to go on with. */
  restart(): Promise<void>;
  close(): void;
}

export interface KeeperEars<C> {
  state(state: MediaState, why: Refusal | undefined): void;
  /** The connection in use has changed; undefined when there is none any more. */
  current(connection: C | undefined): void;
  /** Nothing comes any more: whatever else goes over the same network may be dead too. */
  silent?(): void;
}

const lookEvery = 200;
const connectWithin = 6_000;
/** What a restart that was answered has to bring packets. */
const reviveWithin = 1_500;
/** A connection of which nothing has been heard for so long is not restarted: the server has freed it. */
const freedAfter = 30_000;
/** Restarts that were answered and brought nothing, before another connection is made. */
const restartsAtMost = 2;
/** Something has come so recently that a doubt needs more than a suspicion. */
const recent = 600;

/** Refusals that trying again does not change, until the seat's standing does. */
const final = new Set(["no-usable-codec", "not-admitted", "forbidden", "sent-by-program"]);

/** Refusals that are over by themselves: the server has no room now. */
const passes = new Set(["server-full", "too-many-players"]);

/** How long to wait before an attempt, in milliseconds; the first and second are made at once. */
export function mediaBackoff(attempt: number): number {
  return attempt <= 1 ? 0 : Math.min(3000, 250 * 2 ** (attempt - 2));
}

export class Keeper<C extends Keepable> {
  #wanted = false;
  #attempt = 0;
  #current: C | undefined;
  #coming: C | undefined;
  #mending: C | undefined;
  #silence = new Silence(0);
  #arrivals = new Arrivals();
  #state: MediaState = "off";
  #upSince = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hurry: (() => void) | undefined;
  #stopLooking = () => {};

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
      this.#tell("off", undefined);
    }
  }

  /** Replaces the connection now: something that knows better says it is dead. */
  renew(): void {
    if (!this.#wanted || this.#coming) return;
    this.#attempt = 0;
    void this.#connect();
  }

  /** The device's network has changed, or it has woken up: goes on from where it is now. */
  moved(): void {
    if (!this.#wanted) return;
    if (this.#hurry) this.#hurry();
    else if (this.#current) void this.#mend(this.#current);
    else this.renew();
  }

  /** Something else that goes over the same network has fallen silent. */
  suspect(): void {
    if (this.#current && this.#silence.lasts(Date.now()) > recent) void this.#mend(this.#current);
  }

  /** Milliseconds since the connection in use was made; 0 when there is none, or when it is being mended. */
  age(now = Date.now()): number {
    return this.#current && !this.#mending ? now - this.#upSince : 0;
  }

  #tell(state: MediaState, why: Refusal | undefined): void {
    this.#state = state;
    this.ears.state(state, why);
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#hurry = undefined;
    this.#stopLooking();
    this.#coming?.close();
    this.#coming = undefined;
    this.#replace(undefined);
  }

  #replace(next: C | undefined): void {
    const old = this.#current;
    this.#current = next;
    this.#mending = undefined;
    // In one turn, so that never both are heard.
    if (old !== next) this.ears.current(next);
    old?.close();
  }

  async #connect(): Promise<void> {
    clearTimeout(this.#timer);
    this.#hurry = undefined;
    this.#mending = undefined;
    this.#attempt++;
    if (this.#state !== "full") this.#tell(this.#current === undefined && this.#attempt === 1 ? "connecting" : "lost", undefined);
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
    this.#tell("up", undefined);
    this.#watch(c);
  }

  #failed(fault: unknown): void {
    this.#coming = undefined;
    const why = fault instanceof Refusal ? fault : own("connection-lost", String(fault));
    const again = () => void this.#connect();
    if (final.has(why.code) || passes.has(why.code)) {
      this.#replace(undefined);
      this.#tell(passes.has(why.code) ? "full" : "refused", why);
      // A thousand who were refused at once do not come back at once.
      this.#timer = setTimeout(again, Math.max(5000, why.after * (1 + Math.random() / 2)));
      this.#hurry = undefined;
    } else {
      this.#tell("lost", why);
      this.#timer = setTimeout(again, mediaBackoff(this.#attempt + 1));
      this.#hurry = again;
    }
  }

  #watch(c: C): void {
    this.#stopLooking();
    this.#silence = new Silence(Date.now());
    this.#arrivals = new Arrivals();
    c.pc.addEventListener("connectionstatechange", () => {
      if (c.pc.connectionState === "failed" || c.pc.connectionState === "disconnected") this.#silent(c);
    });
    this.#stopLooking = every(lookEvery, () => void this.#look(c));
  }

  async #look(c: C): Promise<void> {
    const count = await this.#arrivals.count(c);
    if (this.#current !== c || count === undefined) return;
    const now = Date.now();
    const seen = this.#silence.look(count, now);
    if (seen === "slept") void this.#mend(c);
    else if (this.#silence.tooLong(now)) this.#silent(c);
    else if (seen === "heard" && this.#state === "lost" && !this.#coming) this.#mended();
  }

  /** The connection in use says nothing any more. */
  #silent(c: C): void {
    if (this.#current !== c || this.#coming || this.#state === "lost") return;
    this.#tell("lost", undefined);
    void this.#mend(c);
    this.ears.silent?.();
  }

  #mended(): void {
    this.#mending = undefined;
    this.#upSince = Date.now();
    if (this.#state !== "up") this.#tell("up", undefined);
  }

  /** Restarts the connection until packets come again, or until only another one can help. */
  async #mend(c: C): Promise<void> {
    if (this.#mending || this.#coming) return;
    this.#mending = c;
    const mine = () => this.#current === c && this.#mending === c;
    let answered = 0;
    for (let attempt = 1; mine(); attempt++) {
      const began = Date.now();
      try {
        if (this.#silence.lasts(began) > freedAfter) throw new SessionGone();
        await c.restart();
        answered++;
      } catch (fault) {
        if (!mine()) return;
        if (!passing(fault)) return this.#instead();
        await this.#rest(mediaBackoff(attempt + 1));
        continue;
      }
      if (await this.#revives(c, began, mine)) this.#mended();
      else if (answered >= restartsAtMost && mine()) this.#instead();
    }
  }

  #instead(): void {
    this.#attempt = 0;
    void this.#connect();
  }

  /** Whether packets come within a while, after what was asked for at an instant. */
  async #revives(c: C, since: number, mine: () => boolean): Promise<boolean> {
    for (const until = Date.now() + reviveWithin; mine() && Date.now() < until; ) {
      const count = await this.#arrivals.count(c);
      const now = Date.now();
      if (count !== undefined && mine()) this.#silence.look(count, now);
      if (now - this.#silence.lasts(now) > since) return mine();
      await new Promise((r) => setTimeout(r, 100));
    }
    return false;
  }

  /** Waits before the next restart, unless the network comes back sooner. */
  async #rest(milliseconds: number): Promise<void> {
    await new Promise<void>((done) => {
      const end = () => {
        clearTimeout(this.#timer);
        this.#hurry = undefined;
        done();
      };
      this.#timer = setTimeout(end, milliseconds);
      this.#hurry = end;
    });
  }
}

/** Whether a failed restart may succeed when it is tried again. */
function passing(fault: unknown): boolean {
  return fault instanceof Refusal && (fault.code === "no-connection" || fault.code === "no-answer");
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

/** Counts everything that arrives on a connection, the path's own checks included. */
class Arrivals {
  #pairs = new Map<string, number>();
  #total = 0;

  /** A number that only grows; undefined when the connection can no longer be asked. */
  async count(c: Keepable): Promise<number | undefined> {
    const pairs = new Map<string, number>();
    try {
      const report = await c.pc.getStats();
      report.forEach((s: { type: string; [k: string]: unknown }, id) => {
        if (s.type !== "candidate-pair") return;
        const of = (k: string) => (typeof s[k] === "number" ? s[k] : 0);
        pairs.set(id, of("packetsReceived") + of("requestsReceived") + of("responsesReceived"));
      });
    } catch {
      return undefined;
    }
    // A restart brings new pairs and takes old ones away, which is not an arrival.
    for (const [id, count] of pairs) this.#total += Math.max(0, count - (this.#pairs.get(id) ?? 0));
    this.#pairs = pairs;
    return this.#total;
  }
}
