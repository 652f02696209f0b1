// Moments of a recording: instants on the clock of the room, and where a
// player finds them.

/** A stretch of a playlist: from `start` seconds of the player, so many seconds, recorded at an instant (ms). */
export interface Stretch {
  readonly start: number;
  readonly duration: number;
  readonly at: number;
}

/** The instant a player shows at a time, by EXT-X-PROGRAM-DATE-TIME (RFC 8216 §4.3.2.6). */
export function instantAt(time: number, stretches: readonly Stretch[]): number | undefined {
  const found = stretches.findLast((s) => s.start <= time) ?? stretches[0];
  return found && found.at + Math.max(0, time - found.start) * 1000;
}

/** The time at which a player shows an instant; the nearest one where nothing was recorded. */
export function timeOf(instant: number, stretches: readonly Stretch[]): number | undefined {
  const found = stretches.findLast((s) => s.at <= instant) ?? stretches[0];
  return found && found.start + Math.min(Math.max(0, (instant - found.at) / 1000), found.duration);
}

/** From the first instant of the stretches to the last. */
export function spanOf(stretches: readonly Stretch[]): { readonly from: number; readonly to: number } | undefined {
  const first = stretches[0];
  const last = stretches.at(-1);
  return first && last && { from: first.at, to: last.at + last.duration * 1000 };
}

/** Which of the takes holds an instant; the last one begun before it, when it lies between two. */
export function takeOf<T extends { readonly from: string }>(instant: number, takes: readonly T[]): T | undefined {
  return takes.findLast((t) => Date.parse(t.from) <= instant) ?? takes[0];
}

/** The smallest step of a moment, in milliseconds. */
export const step = 100;

/** An instant on the tenth of a second. */
export function tenth(ms: number): number {
  return Math.round(ms / step) * step;
}

/** "11:04:07.3" in a zone. The digits and their order are the same in all languages of the screens. */
export function clock(ms: number, zone: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 1,
    hourCycle: "h23",
    timeZone: zone,
  }).format(ms);
}
