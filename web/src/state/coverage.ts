// The coverage banner: what is in force, what is measured, and whether the two
// agree. "Closed" and "clear" are two statements; the second is never assumed.

import type { Alarm, Coverage, Press, Room } from "../protocol/view.gen";

/** What the banner says beside the coverage itself. */
export type Proof =
  /** Coverage lets the press or public in; the numbers say who receives. */
  | { readonly kind: "receiving" }
  /** Nobody outside the room receives anything, as measured. */
  | { readonly kind: "clear" }
  /** Closed, and the last receivers are being counted down. */
  | { readonly kind: "clearing" }
  /** Closed, and after the time allowed somebody still receives. */
  | { readonly kind: "not-clear" };

export interface CoverageBanner {
  readonly coverage: Coverage;
  readonly seats: number;
  readonly seatsPresent: number;
  readonly public: number;
  readonly proof: Proof;
}

const nobody: Press = { seatsPresent: 0, seatsReceiving: 0, publicReceiving: 0, clear: false };

/** Reads the banner off a view. */
export function coverageBanner(room: Room, press: Press = nobody, alarms: readonly Alarm[] = []): CoverageBanner {
  return {
    coverage: room.coverage,
    seats: press.seatsReceiving,
    seatsPresent: press.seatsPresent,
    public: press.publicReceiving,
    proof: { kind: proof(room, press, alarms) },
  };
}

function proof(room: Room, press: Press, alarms: readonly Alarm[]): Proof["kind"] {
  if (room.coverage === "open" || (room.coverage === "pool" && press.publicReceiving === 0)) return "receiving";
  if (alarms.some((a) => a.code === "not-clear")) return "not-clear";
  const left = room.coverage === "pool" ? press.publicReceiving : press.seatsReceiving + press.publicReceiving;
  return left === 0 && press.clear ? "clear" : "clearing";
}

const width: Readonly<Record<Coverage, number>> = { sealed: 0, closed: 0, pool: 1, open: 2 };

/** Whether going from one coverage to the other lets somebody in: only that asks to be confirmed. */
export function widens(from: Coverage, to: Coverage): boolean {
  return width[to] > width[from];
}
