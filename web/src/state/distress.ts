// What officer and technician are told of the booths: which cannot hear, which
// is not heard, and which speaks into the wrong channel.

import type { Booth } from "../protocol/view.gen";

export interface Distress {
  readonly booth: Booth;
  readonly code: "stalled" | "insufficient" | "own-language";
}

/** So long may a booth speak the floor's own language before anybody is told, in milliseconds. */
const long = 20_000;

/** Whether a booth has spoken the floor's own language for long: a moment of it is a change of speaker. */
export function wrongChannel(booth: Pick<Booth, "ownLanguage">, now: number): boolean {
  return booth.ownLanguage !== undefined && now - Date.parse(booth.ownLanguage) >= long;
}

export function distress(booths: readonly Booth[], now: number): readonly Distress[] {
  return booths.flatMap((booth): Distress[] => [
    ...(booth.stalled ? [{ booth, code: "stalled" } as const] : []),
    ...(booth.insufficient ? [{ booth, code: "insufficient" } as const] : []),
    ...(wrongChannel(booth, now) ? [{ booth, code: "own-language" } as const] : []),
  ]);
}
