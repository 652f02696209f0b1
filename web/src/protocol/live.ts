// The live link of a seat: one WebSocket that brings the view and its changes
// and carries the seat's acts. It comes back by itself; what it cannot mend
// (the seat was opened elsewhere, or withdrawn) it says once and stops.

import type { ActKind, Acts, Answer } from "./acts";
import { own, toRefusal, type Refusal } from "./problem";
import type { Chat, Instant, SeatId, View } from "./view.gen";

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
}

/** How long to wait before the next attempt, in milliseconds; attempt counts from 1. */
export function backoff(attempt: number, random = Math.random()): number {
  const base = Math.min(8000, 250 * 2 ** (attempt - 1));
  return Math.round(base * (0.75 + random / 2));
}

/** The server's close codes that mean: do not come back by yourself. */
const ends: Readonly<Record<number, LinkEnd>> = { 4001: "opened-elsewhere", 4003: "withdrawn" };

const answerWithin = 10_000;
const openWithin = 5_000;
/** Once the server has been heard to pulse, so much silence means a dead connection. */
const silenceAllowed = 6_000;

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
  #closed = false;
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

  chat(to: Chat, text: string): void {
    if (this.#state.at === "live") this.#socket?.send(JSON.stringify({ type: "chat", to, text }));
  }

  /** Tries at once, when the device says that its network is back. */
  hurry(): void {
    if (this.#state.at === "waiting") this.#open();
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
    this.#set({ at: "connecting", attempt: this.#attempt });
    const socket = new this.Socket(this.url);
    this.#socket = socket;
    this.#expect(openWithin);
    socket.onopen = () => socket.send(JSON.stringify({ authorization: this.authorization }));
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
    this.#watch = setTimeout(() => {
      const socket = this.#socket;
      this.#lost(1006);
      socket?.close();
    }, within);
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
    if (this.#pulses) this.#expect(silenceAllowed);
    switch (message["type"]) {
      case "snapshot":
        if (!this.#pulses) clearTimeout(this.#watch);
        this.#attempt = 0;
        this.#set({ at: "live" });
        this.ears.view(message["view"] as View, Number(message["revision"]));
        break;
      case "change":
        this.ears.view(message["view"] as View, Number(message["revision"]));
        break;
      case "chat":
        this.ears.chat(message as unknown as ChatLine);
        break;
      case "answer":
        this.#answer(message);
        break;
    }
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
