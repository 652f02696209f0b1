// Who is expected, waiting, present: the officer's three lists, and the seating
// list of everybody else's panel.

import type { Delegation, Presence, Role, Seat, View } from "../protocol/view.gen";

/** The people of one delegation, or of none (delegation undefined: the staff or the press). */
export interface Side {
  readonly delegation: Delegation | undefined;
  readonly kind: "delegation" | "staff" | "press";
  readonly seats: readonly Seat[];
}

const press: readonly Role[] = ["reporter", "press-officer"];

/** Everybody, by side, in the order of the seating list. */
export function sides(view: Pick<View, "delegations" | "seats">, among: readonly Seat[] = view.seats): readonly Side[] {
  const of = view.delegations.map(
    (delegation): Side => ({
      delegation,
      kind: "delegation",
      seats: among.filter((s) => s.delegation === delegation.id),
    }),
  );
  const others = among.filter((s) => s.delegation === undefined);
  return [
    ...of,
    { delegation: undefined, kind: "staff" as const, seats: others.filter((s) => !press.includes(s.role)) },
    { delegation: undefined, kind: "press" as const, seats: others.filter((s) => press.includes(s.role)) },
  ].filter((side) => side.seats.length > 0);
}

/** The three lists of an officer's screen. Who lost their connection is still listed as present, and marked. */
export interface Lists {
  readonly waiting: readonly Seat[];
  readonly present: readonly Seat[];
  readonly expected: readonly Seat[];
}

const list: Readonly<Record<Presence, keyof Lists>> = {
  waiting: "waiting",
  present: "present",
  away: "present",
  expected: "expected",
  left: "expected",
};

export function lists(seats: readonly Seat[]): Lists {
  const of = (name: keyof Lists) => seats.filter((s) => list[s.presence] === name);
  return { waiting: of("waiting"), present: of("present"), expected: of("expected") };
}

/** How many of the seats an item needs are here: "5 of 6". */
export function attendance(seats: readonly Seat[]): { readonly here: number; readonly of: number } {
  const asked = seats.filter((s) => s.delegation !== undefined);
  return { here: asked.filter((s) => s.presence === "present").length, of: asked.length };
}
