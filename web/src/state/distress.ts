// What officer and technician are told of the booths: which cannot hear, which
// is not heard, and which speaks into the wrong channel.

import type { Booth, BoothId } from "../protocol/view.gen";

export interface Distress {
  readonly booth: Booth;
  readonly code: "stalled" | "insufficient" | "own-language";
}

/** So long may a booth speak the floor's own language before anybody is told, in milliseconds. */
const long = 15_000;

/** Since when each booth has been on air in the language of the floor. */
export function since(before: ReadonlyMap<BoothId, number>, booths: readonly Booth[], now: number): ReadonlyMap<BoothId, number> {
  return new Map(booths.filter((b) => b.ownLanguage).map((b) => [b.id, before.get(b.id) ?? now]));
}

export function distress(booths: readonly Booth[], wrongSince: ReadonlyMap<BoothId, number>, now: number): readonly Distress[] {
  return booths.flatMap((booth): Distress[] => [
    ...(booth.stalled ? [{ booth, code: "stalled" } as const] : []),
    ...(booth.insufficient ? [{ booth, code: "insufficient" } as const] : []),
    ...(booth.ownLanguage && now - (wrongSince.get(booth.id) ?? now) >= long ? [{ booth, code: "own-language" } as const] : []),
  ]);
}
