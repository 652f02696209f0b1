// The live link of a seat: one WebSocket that brings the view and its changes
// and carries the seat's acts. It comes back by itself; what it cannot mend
// (the seat was opened elsewhere, or withdrawn) it says once and stops.

import type { ActKind, Acts, Answer } from "./acts";
import { own, toRefusal, type Refusal } from "./problem";
import type { BoothId, Chat, Instant, Seat, SeatId, SlotName, View } from "./view.gen";

/** Why the link has ended for good. */
export type LinkEnd = "opened-elsewhere" | "withdrawn";

export type LinkState =
  | { readonly at: "connecting"; readonly attempt: number }
  | { readonly at: "live" }
  | { readonly at: "waiting"; readonly attempt: number; readonly retryAt: number }
  | { readonly at: "ended"; readonly why: LinkEnd };

/** One line of a chat. */
export interface ChatLine {
  readonly to: Chat;
  /** Which, of the chats with booths. */
  readonly booth?: BoothId;
  readonly from: SeatId;
  readonly text: string;
  readonly at: Instant;
}

/** Who wants to be told. */
export interface LinkEars {
  state(state: LinkState): void;
  view(view: View, revision: number): void;
  chat(line: ChatLine): void;
  /** The server's clock, as often as it says it. */
  clock(now: Instant): void;
  /** What only a technician's screen is sent. */
  wall?(wall: unknown): void;
}

/** The size in which a screen shows a slot, in device pixels; [0, 0] when it does not. */
export type SlotSize = readonly [width: number, height: number];

/** How long to wait before the next attempt, in milliseconds; attempt counts from 1. */
export function backoff(attempt: number, random = Math.random()): number {
  const base = Math.min(8000, 250 * 2 ** (attempt - 1));
  return Math.round(base * (0.75 + random / 2));
}

/** The server's close codes that mean: do not come back by yourself. */
const ends: Readonly<Record<number, LinkEnd>> = { 4001: "opened-elsewhere", 4003: "withdrawn" };

const answerWithin = 10_000;
/** What an attempt is given, in milliseconds: little at first, since one begun without a network hangs. */
const openWithin = (attempt: number) => (attempt <= 3 ? 3_000 : 6_000);
/** Once the server has been heard to pulse, so much silence means a dead connection. */
const silenceAllowed = 5_000;
/** A server that is asked whether it is there says something within so long. */
const pingWithin = 2_000;
/** A timer that fires so late has slept with its device, and says nothing about the server. */
const overslept = 1_500;

/** The whole of a view that is held, and by what it is known to the server. */
interface Held {
  readonly view: View;
  readonly revision: number;
  readonly hash: string;
}

interface Pending {
  readonly done: (answer: Answer) => void;
  readonly refused: (why: Refusal) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class LiveLink {
  #socket: WebSocket | undefined;
  #attempt = 0;
  #next = 1;
  #pending = new Map<number, Pending>();
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setTimeout> | undefined;
  #pulses = false;
  /** A ping has not been answered yet. */
  #asked = false;
  #closed = false;
  #begun = 0;
  #held: Held | undefined;
  #sizes: Readonly<Partial<Record<SlotName, SlotSize>>> = {};
  #state: LinkState = { at: "connecting", attempt: 1 };

  constructor(
    private readonly url: string,
    private readonly authorization: string,
    private readonly ears: LinkEars,
    private readonly Socket: typeof WebSocket = WebSocket,
  ) {
    this.#open();
  }

  /** Sends an act. Never repeats one by itself: an act lost on the way is refused with "connection-lost". */
  act<K extends ActKind>(kind: K, with_: Acts[K] | undefined): Promise<Answer> {
    const socket = this.#socket;
    if (!socket || this.#state.at !== "live") return Promise.reject(own("no-connection"));
    const id = this.#next++;
    return new Promise((done, refused) => {
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        refused(own("no-answer"));
      }, answerWithin);
      this.#pending.set(id, { done, refused, timer });
      socket.send(JSON.stringify({ type: "act", id, act: kind, with: with_ ?? {} }));
    });
  }

  chat(to: Chat, text: string, booth?: BoothId): void {
    if (this.#state.at === "live") this.#socket?.send(JSON.stringify({ type: "chat", to, text, booth }));
  }

  /** Says in which sizes the slots are shown; said again on every connection. */
  sizes(slots: Readonly<Partial<Record<SlotName, SlotSize>>>): void {
    this.#sizes = slots;
    if (this.#state.at === "live") this.#say({ type: "sizes", slots });
  }

  /** Tells the technician's wall how this side is. */
  report(report: unknown): void {
    if (this.#state.at === "live") this.#say({ type: "report", report });
  }

  /** Asks of a wall what it would not be sent by itself. */
  wall(wish: Readonly<Record<string, unknown>>): void {
    if (this.#state.at === "live") this.#say({ type: "wall", ...wish });
  }

  /** Tries at once, when the device's network is back or another. */
  hurry(): void {
    const { at } = this.#state;
    if (at === "live") this.doubt();
    else if (at === "waiting" || (at === "connecting" && Date.now() - this.#begun > 500)) this.#open();
  }

  /** Finds out whether the server still hears this connection, which something else makes doubtful. */
  doubt(): void {
    if (this.#state.at !== "live" || this.#asked) return;
    this.#asked = true;
    this.#say({ type: "ping" });
    this.#expect(pingWithin);
  }

  /** Takes an ended link up again: this is where the seat is wanted. */
  again(): void {
    if (this.#state.at !== "ended") return;
    this.#attempt = 0;
    this.#open();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#watch);
    this.#drop(own("connection-lost"));
    this.#socket?.close(1000);
    this.#socket = undefined;
  }

  #open(): void {
    clearTimeout(this.#retry);
    this.#attempt++;
    this.#pulses = false;
    this.#asked = false;
    this.#begun = Date.now();
    this.#set({ at: "connecting", attempt: this.#attempt });
    const before = this.#socket;
    const socket = new this.Socket(this.url);
    this.#socket = socket;
    before?.close();
    this.#expect(openWithin(this.#attempt));
    const has = this.#held ? { revision: this.#held.revision, view: this.#held.hash } : {};
    socket.onopen = () => socket.send(JSON.stringify({ authorization: this.authorization, has }));
    socket.onmessage = (m: MessageEvent) => {
      if (socket === this.#socket) this.#hear(String(m.data));
    };
    socket.onclose = (c: CloseEvent) => {
      if (socket === this.#socket) this.#lost(c.code);
    };
  }

  #set(state: LinkState): void {
    this.#state = state;
    this.ears.state(state);
  }

  /** Gives the connection up when nothing is heard within so many milliseconds. */
  #expect(within: number): void {
    clearTimeout(this.#watch);
    const deadline = Date.now() + within;
    this.#watch = setTimeout(() => {
      // What has come meanwhile waits to be read, after this.
      if (Date.now() - deadline > overslept && this.#state.at === "live") {
        this.#asked = false;
        return this.doubt();
      }
      const socket = this.#socket;
      this.#lost(1006);
      socket?.close();
    }, within);
  }

  #say(message: object): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #hear(text: string): void {
    let message: { readonly [k: string]: unknown };
    try {
      message = JSON.parse(text) as typeof message;
    } catch {
      return;
    }
    if (message["type"] === "pulse") {
      this.#pulses = true;
      this.ears.clock(message["now"] as Instant);
    }
    this.#asked = false;
    if (this.#pulses) this.#expect(silenceAllowed);
    else if (this.#state.at === "live") clearTimeout(this.#watch);
    switch (message["type"]) {
      case "snapshot":
      case "change":
        this.#take(message);
        break;
      case "wall":
        this.ears.wall?.(message["wall"]);
        break;
      case "chat":
        this.ears.chat(message as unknown as ChatLine);
        break;
      case "answer":
        this.#answer(message);
        break;
    }
  }

  /** A view, or what has changed in the one that is held. */
  #take(message: { readonly [k: string]: unknown }): void {
    const revision = Number(message["revision"]);
    const hash = message["hash"];
    const view =
      message["type"] === "change" && typeof hash === "string" && this.#held
        ? merged(this.#held.view, message as unknown as Partly)
        : (message["view"] as View);
    this.#held = typeof hash === "string" ? { view, revision, hash } : undefined;
    if (this.#state.at !== "live") {
      if (!this.#pulses) clearTimeout(this.#watch);
      this.#attempt = 0;
      this.#set({ at: "live" });
      if (Object.keys(this.#sizes).length > 0) this.#say({ type: "sizes", slots: this.#sizes });
    }
    this.ears.view(view, revision);
  }

  #answer(message: { readonly [k: string]: unknown }): void {
    const id = Number(message["re"]);
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    if (message["ok"] === true) {
      const link = message["link"];
      pending.done(typeof link === "string" ? { link } : {});
    } else {
      pending.refused(toRefusal(message["refusal"], "not-understood"));
    }
  }

  #drop(why: Refusal): void {
    for (const p of this.#pending.values()) {
      clearTimeout(p.timer);
      p.refused(why);
    }
    this.#pending.clear();
  }

  #lost(code: number): void {
    clearTimeout(this.#watch);
    this.#socket = undefined;
    this.#drop(own("connection-lost"));
    if (this.#closed) return;
    const why = ends[code];
    if (why) {
      this.#set({ at: "ended", why });
      return;
    }
    // Whoever was live is coming back, not coming: the next attempt is the second.
    this.#attempt = Math.max(1, this.#attempt);
    const wait = backoff(this.#attempt);
    this.#set({ at: "waiting", attempt: this.#attempt, retryAt: Date.now() + wait });
    this.#retry = setTimeout(() => this.#open(), wait);
  }
}

/** A change as it comes over the wire. */
interface Partly {
  /** The members that have changed; null: it is gone. */
  readonly view?: { readonly [member: string]: unknown };
  /** Of an unchanged list of seats, those that have changed. */
  readonly seats?: readonly Seat[];
  readonly now?: Instant;
}

/** The view that a change makes of the one before. */
export function merged(before: View, change: Partly): View {
  const after: Record<string, unknown> = { ...before };
  for (const [member, value] of Object.entries(change.view ?? {})) {
    if (value === null) delete after[member];
    else after[member] = value;
  }
  if (change.seats !== undefined) {
    const changed = new Map(change.seats.map((s) => [s.id, s]));
    after["seats"] = (after["seats"] as readonly Seat[]).map((s) => changed.get(s.id) ?? s);
  }
  if (change.now !== undefined) after["now"] = change.now;
  return after as unknown as View;
}
