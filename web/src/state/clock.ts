// The server's clock as this screen knows it. Every clock on every screen runs
// from it, so that two rooms never disagree about how long an item has lasted.

import type { Instant } from "../protocol/view.gen";

/** How far the server's clock is ahead of this device's, in milliseconds. */
export interface Offset {
  readonly ahead: number;
  readonly sampled: number;
}

export function milliseconds(at: Instant): number {
  return Date.parse(at);
}

/**
 * Takes a message's time into the estimate. A message can only come late, so
 * the largest difference is the truest; it may sink by as much as two quartz
 * clocks can drift apart (100 ppm), so that a clock set back is followed.
 */
export function sample(before: Offset | undefined, serverTime: Instant, here: number): Offset {
  const ahead = milliseconds(serverTime) - here;
  if (before === undefined) return { ahead, sampled: here };
  const floor = before.ahead - Math.abs(here - before.sampled) * 1e-4;
  const jumped = Math.abs(ahead - before.ahead) > 5_000;
  return { ahead: jumped ? ahead : Math.max(ahead, floor), sampled: here };
}

/** The server's time now, in milliseconds since 1970. */
export function serverNow(offset: Offset | undefined, here: number): number {
  return here + (offset?.ahead ?? 0);
}

/** Whole seconds from an instant to now; never less than 0. */
export function secondsSince(at: Instant, now: number): number {
  return Math.max(0, Math.floor((now - milliseconds(at)) / 1000));
}

/** Writes seconds as a clock: "3:07", "1:02:03", and "−0:12" below zero. */
export function clockText(seconds: number): string {
  const s = Math.abs(Math.trunc(seconds));
  const two = (n: number) => String(n).padStart(2, "0");
  const h = Math.floor(s / 3600);
  const text = h > 0 ? `${h}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`;
  return seconds < 0 && s > 0 ? `−${text}` : text;
}
