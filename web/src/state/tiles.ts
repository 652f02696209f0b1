// Which pictures stand on a screen and what is written on them. A slot whose
// picture the server has taken away shows a slate at once, whatever the last
// picture was.

import type { Seat, SeatId, Slot, SlotName, View } from "../protocol/view.gen";
import { channelAlone } from "./mix";

/** What a tile shows where its picture would be. */
export type Slate = "none" | "not-here" | "no-camera" | "no-codec" | "no-picture";

export interface Tile {
  readonly picture: SlotName;
  /** The sound that belongs to this picture; the two play in one element. */
  readonly sound: SlotName | undefined;
  readonly seat: Seat | undefined;
  readonly slate: Slate;
}

const pairs = [
  ["picture-1", "original-1"],
  ["picture-2", "original-2"],
  ["picture-3", "original-3"],
] as const satisfies readonly (readonly [SlotName, SlotName])[];

const further = ["picture-4", "picture-5", "picture-6"] as const satisfies readonly SlotName[];

function seatIn(slot: Slot | undefined): SeatId | undefined {
  return slot?.carries?.seat ?? (slot?.eligible.length === 1 ? slot.eligible[0]?.seat : undefined);
}

/**
 * Whose voice a channel that comes alone may repeat or interpret, since no slot says
 * so: of each side who has the floor, else its principal. The other sides come
 * first, and of them who has the floor.
 */
function behind({ seats, me }: Pick<View, "seats" | "me">): readonly Seat[] {
  const may = seats.filter((s) => s.inRoom && !s.apart && s.id !== me.seat && (s.hasFloor || s.role === "principal"));
  const rank = (s: Seat) => (s.delegation === me.delegation ? 2 : 0) + (s.hasFloor ? 0 : 1);
  return may
    .filter((s) => s.hasFloor || !may.some((other) => other.hasFloor && other.delegation === s.delegation))
    .toSorted((a, b) => rank(a) - rank(b));
}

/** The tiles of a seat's connection, in slot order; a pair is always one tile. */
export function tiles(view: Pick<View, "slots" | "seats"> & Partial<Pick<View, "me">>): readonly Tile[] {
  const { slots, seats, me } = view;
  const unsaid = me !== undefined && channelAlone({ me, slots }) ? behind({ seats, me }) : [];
  const slot = (name: SlotName) => view.slots.find((s) => s.slot === name);
  const seat = (id: SeatId | undefined) => (id === undefined ? undefined : view.seats.find((s) => s.id === id));
  return [
    ...pairs.map(([picture, sound], i): Tile => {
      const who = seat(seatIn(slot(picture)) ?? seatIn(slot(sound)));
      const other = unsaid[i];
      if (who === undefined && other !== undefined) return { picture, sound, seat: other, slate: "no-picture" };
      return { picture, sound, seat: who, slate: slate(slot(picture), who) };
    }),
    ...further.map((picture): Tile => {
      const who = seat(seatIn(slot(picture)));
      return { picture, sound: undefined, seat: who, slate: slate(slot(picture), who) };
    }),
  ];
}

function slate(slot: Slot | undefined, seat: Seat | undefined): Slate {
  if (slot?.carries !== undefined) return "none";
  if (seat === undefined || seat.presence !== "present") return "not-here";
  if (slot?.reduced === "codec") return "no-codec";
  return seat.sends.includes("camera") ? "no-picture" : "no-camera";
}

/** The other principal: whom this screen shows large. */
export function facing(view: Pick<View, "slots" | "seats" | "me">): Tile | undefined {
  const all = tiles(view);
  const first = all[0];
  if (first === undefined || first.seat !== undefined) return first;
  const other = view.seats.find((s) => s.role === "principal" && s.id !== view.me.seat);
  return { ...first, seat: other, slate: other === undefined ? "not-here" : slate(undefined, other) };
}

/** Tiles worth a place on a delegate's screen: somebody is in them. */
export function occupied(all: readonly Tile[]): readonly Tile[] {
  return all.filter((t) => t.seat !== undefined);
}
