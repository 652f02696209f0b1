// The run of show as a screen reads it: what is over, what is in session and
// for how long, what comes next and about when.

import type { Instant, Item, View } from "../protocol/view.gen";
import { milliseconds, secondsSince } from "./clock";

/** One line of the run of show. */
export interface Line {
  readonly item: Item;
  /** Seconds it has lasted, or lasted; undefined before it starts. */
  readonly lasted: number | undefined;
  /** Seconds left of the planned length; negative when it runs over. In session only. */
  readonly left: number | undefined;
  /** From 0 to 1 of the planned length, for a bar. */
  readonly part: number;
  /** When it is expected to start, in milliseconds; of planned items only. */
  readonly expected: number | undefined;
}

/** The whole run of show at the moment now. */
export function lines(view: Pick<View, "items" | "summit">, now: number): readonly Line[] {
  let next = Math.max(now, milliseconds(view.summit.scheduled));
  return view.items.map((item): Line => {
    if (item.state === "over") {
      return { item, lasted: span(item.started, item.ended), left: undefined, part: 1, expected: undefined };
    }
    if (item.state === "in-session" && item.started !== undefined) {
      const lasted = secondsSince(item.started, now);
      const left = item.plannedSeconds - lasted;
      next = now + Math.max(0, left) * 1000;
      const part = item.plannedSeconds > 0 ? Math.min(1, lasted / item.plannedSeconds) : 1;
      return { item, lasted, left, part, expected: undefined };
    }
    const expected = next;
    next += item.plannedSeconds * 1000;
    return { item, lasted: undefined, left: undefined, part: 0, expected };
  });
}

function span(from: Instant | undefined, to: Instant | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : secondsSince(from, milliseconds(to));
}

/** The item in session, as far as this seat may know of it. */
export function current(view: Pick<View, "items">): Item | undefined {
  return view.items.find((i) => i.state === "in-session");
}

export function upcoming(view: Pick<View, "items">): Item | undefined {
  return view.items.find((i) => i.state === "planned");
}
