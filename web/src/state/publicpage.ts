// The public page while it is open: when to ask again, and when what the server
// rendered has become something else.

import type { Public, Seat, Speaker, Stage } from "../protocol/view.gen";

const seconds: Readonly<Record<Stage, number>> = { announced: 5, live: 2, closed: 2, recess: 2, ended: 15 };

/** Milliseconds until the server is asked again; spread out, so that a thousand pages do not ask at once. */
export function askAgain(stage: Stage, random = Math.random()): number {
  return Math.round(seconds[stage] * 1000 * (0.8 + 0.4 * random));
}

/** After a fault, so that a server that is down is not besieged. */
export function askAfterFault(faults: number, random = Math.random()): number {
  return Math.round(Math.min(30_000, 2000 * 2 ** faults) * (0.8 + 0.4 * random));
}

/** Whether the page has to be loaded anew: its account has been published or corrected since. */
export function outdated(before: Public, now: Public): boolean {
  const page = (p: Public) => p.published.readouts.find((r) => r.language === p.language);
  const [was, is] = [page(before), page(now)];
  return is !== undefined && (was === undefined || was.corrected !== is.corrected);
}

/** A speaker as a seat, as far as a tile shows one. */
export function seatOf(s: Speaker): Seat {
  return {
    id: s.id,
    role: "delegate",
    ...(s.delegation ? { delegation: s.delegation } : {}),
    name: s.name,
    function: s.function,
    presence: "present",
    muted: false,
    hasFloor: s.hasFloor,
    inRoom: true,
    apart: false,
    hand: 0,
    sends: ["microphone", "camera"],
    receives: false,
    may: [],
  };
}
