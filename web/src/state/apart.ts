// What goes on beside the table, as a screen says it: who confers, who speaks
// privately with whom, what is asked of this person, whose screen is shared.

import type { DelegationId, Document, Seat, SeatId, Sharing, Text, View } from "../protocol/view.gen";
import { secondsSince } from "./clock";

/** The others of one's own delegation who are in its huddle. */
export function conferring(view: Pick<View, "me" | "seats" | "huddle">): readonly Seat[] {
  return view.seats.filter((s) => s.id !== view.me.seat && view.huddle.includes(s.id));
}

/** The private word of this seat, from its own side. */
export interface Word {
  readonly with: Text | undefined;
  /** calls: somebody speaks to this person, who has not answered; waiting: this person has called. */
  readonly state: "calls" | "waiting" | "between";
}

export function word(view: Pick<View, "me" | "seats" | "privateWords">): Word | undefined {
  const mine = view.privateWords.find((w) => w.seat === view.me.seat || w.with === view.me.seat);
  if (!mine) return undefined;
  const called = mine.with === view.me.seat;
  return {
    with: nameOf(view, called ? mine.seat : mine.with),
    state: mine.answered ? "between" : called ? "calls" : "waiting",
  };
}

export function nameOf(view: Pick<View, "seats">, id: SeatId | undefined): Text | undefined {
  return view.seats.find((s) => s.id === id)?.name;
}

/** The shared screen that this seat sees: its huddle's while it confers, else the table's. Never its own. */
export function screenSeen(view: Pick<View, "me" | "room">): Sharing | undefined {
  const first = view.room.screens[0];
  return first?.seat === view.me.seat ? undefined : first;
}

/** A delegation's speaking time in seconds, with what runs at the moment now. */
export interface Time {
  readonly delegation: DelegationId;
  readonly name: Text | undefined;
  readonly item: number;
  readonly whole: number;
  readonly running: boolean;
}

export function times(view: Pick<View, "delegations" | "speaking">, now: number): readonly Time[] {
  return view.speaking.map(({ delegation, itemSeconds, summitSeconds, since }): Time => {
    const on = since === undefined ? 0 : secondsSince(since, now);
    return {
      delegation,
      name: view.delegations.find((d) => d.id === delegation)?.name,
      item: itemSeconds + on,
      whole: summitSeconds + on,
      running: since !== undefined,
    };
  });
}

/** The documents of an item and of the whole summit first, then the others', newest first within each. */
export function inOrder(documents: readonly Document[], current: string | undefined): readonly Document[] {
  const rank = (d: Document) => (d.item === current ? 0 : d.item === undefined ? 1 : 2);
  return documents.toSorted((a, b) => rank(a) - rank(b) || (a.at < b.at ? 1 : -1));
}
