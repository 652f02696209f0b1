// What goes on between a booth and others, as a screen says it: whose turn it
// is, who calls whom, who whispers to whom.

import type { Booth, BoothId, Call, Chat, DelegationId, Role, SeatId, Text, View, Whisper } from "../protocol/view.gen";

/** The two whom a booth can call, in the order of the keys. */
export const callable = ["technician", "officer"] as const;
export type Callable = (typeof callable)[number];

/** The team's shifts at one moment. Minutes are whole, and rounded so that nobody is early. */
export interface Turn {
  /** Who is on air, and for how many minutes. */
  readonly at: { readonly seat: SeatId; readonly minutes: number } | undefined;
  /** Who is next, and in how many minutes; undefined where nobody is on air to be followed. */
  readonly next: { readonly seat: SeatId; readonly minutes: number | undefined } | undefined;
  /** It is time to change. */
  readonly due: boolean;
}

export function turn(booth: Pick<Booth, "shift" | "onAir">, now: number): Turn {
  const { shift, onAir } = booth;
  const since = shift?.since === undefined ? undefined : now - Date.parse(shift.since);
  return {
    at: onAir === undefined || since === undefined ? undefined : { seat: onAir, minutes: Math.max(0, Math.floor(since / 60_000)) },
    next:
      shift?.next === undefined
        ? undefined
        : { seat: shift.next, minutes: shift.nextAt === undefined ? undefined : Math.max(0, Math.ceil((Date.parse(shift.nextAt) - now) / 60_000)) },
    due: onAir !== undefined && shift?.remindAt !== undefined && now >= Date.parse(shift.remindAt),
  };
}

/** The light between a booth and a role. */
export function callOf(calls: readonly Call[], booth: BoothId | undefined, role: Role): Call | undefined {
  return calls.find((c) => c.booth === booth && c.with === role);
}

/** What the one key of a light does now. */
export function callAct(call: Call | undefined): "call" | "answer-call" | "clear-call" {
  if (call?.may.includes("answer-call")) return "answer-call";
  return call ? "clear-call" : "call";
}

/** Whether the other side calls and nobody of this one has answered. */
export function rings(call: Call): boolean {
  return call.answered === undefined && call.may.includes("answer-call");
}

/** Whether somebody of a booth called, and not somebody of the other side. */
export function fromBooth(view: Pick<View, "seats">, call: Call): boolean {
  return view.seats.find((s) => s.id === call.seat)?.role === "interpreter";
}

/** The newest light of all; what it is about is what a screen opens. */
export function newest(calls: readonly Call[]): Call | undefined {
  return calls.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at))[0];
}

/** What a booth is told of whispering: who asks it now, and who of it whispers to whom. */
export function asksBooth(view: Pick<View, "me" | "whispers">): readonly Whisper[] {
  return view.me.role === "interpreter" ? view.whispers.filter((w) => w.seats.length === 0 && w.declined === undefined && w.may.includes("answer-whisper")) : [];
}

export function delegationName(view: Pick<View, "delegations">, id: DelegationId | undefined): Text | undefined {
  return view.delegations.find((d) => d.id === id)?.name;
}

/** The chats of a booth's console, in order. */
export function boothChats(chats: readonly Chat[]): readonly Chat[] {
  return (["booth", ...callable] as const).filter((c) => chats.includes(c));
}

/** The chat in which an officer or technician writes to booths; undefined for everybody else. */
export function staffChat(view: Pick<View, "me">): Callable | undefined {
  return callable.find((c) => c === view.me.role);
}
