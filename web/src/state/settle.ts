// The banner over time. What is grave and lasts is shown soon, what mends
// itself within a moment not at all, and what is shown stays long enough to be
// read: a line that flickers is worse than one that is late.

import type { Banner, BannerCode } from "./banner";

/** What is shown, and what would be if it stays so. */
export interface Settled {
  readonly shown: Banner | undefined;
  /** Since when, in milliseconds. */
  readonly since: number;
  readonly wanted: Banner | undefined;
  readonly wantedSince: number;
}

export const blank: Settled = { shown: undefined, since: -Infinity, wanted: undefined, wantedSince: -Infinity };

/** How long something must be so before it is said, in milliseconds, where it is not said at once. */
const patience: Readonly<Partial<Record<BannerCode, number>>> = {
  // Of two connections that fail together one is noticed first: not two sentences within a second.
  "network-gone": 300,
  "network-gone-unheard": 300,
  "media-lost-unheard": 300,
  "receiving-lost": 500,
  "receiving-lost-heard": 500,
  "sending-lost": 500,
  // Most often back before anybody presses a button.
  "controls-lost": 2_000,
  "link-lost": 500,
  "picture-reduced": 3_000,
};

/** How long a line stands at least, in milliseconds. */
const readable: Readonly<Record<Banner["tone"], number>> = { bad: 2_000, attention: 2_000, calm: 0 };
/** A picture that is reduced is so for a while, and not by turns. */
const reducedAtLeast = 5_000;

const rank = { bad: 2, attention: 1, calm: 0 } as const;
const same = (a: Banner | undefined, b: Banner | undefined) => a?.code === b?.code;

function due(s: Settled): number {
  if (same(s.shown, s.wanted)) return Infinity;
  const proved = s.wantedSince + (s.wanted ? (patience[s.wanted.code] ?? 0) : 0);
  if (!s.shown) return proved;
  const graver = s.wanted !== undefined && rank[s.wanted.tone] > rank[s.shown.tone];
  const least = s.shown.code === "picture-reduced" ? reducedAtLeast : readable[s.shown.tone];
  return graver ? proved : Math.max(proved, s.since + least);
}

/** The banner at an instant, when this one is wanted since now or before. */
export function settle(before: Settled, wanted: Banner | undefined, now: number): Settled {
  const s = same(before.wanted, wanted) ? before : { ...before, wanted, wantedSince: now };
  return due(s) <= now ? { ...s, shown: s.wanted, since: now } : s;
}

/** In how many milliseconds to look again; undefined while nothing is to come. */
export function settlesIn(s: Settled, now: number): number | undefined {
  const at = due(s);
  return at === Infinity ? undefined : Math.max(0, at - now);
}
