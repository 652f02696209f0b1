// When a change of the sizes in which pictures are shown is worth telling:
// larger at once, since somebody waits for it; smaller when it stays so.

import type { SlotSize } from "../protocol/live";
import type { SlotName } from "../protocol/view.gen";

export type Sizes = Readonly<Partial<Record<SlotName, SlotSize>>>;

/** A picture that has become smaller for less than this may become larger again, in milliseconds. */
const staysSmaller = 1_000;

/** Sizes are told in steps, so that a window that is drawn larger does not tell every pixel. */
const step = 16;

/** A picture that keeps so much of its area is as large as before: a line of text that comes and goes moves all others. */
const worthTelling = 0.6;

/** The most that is told, in pixels: the server knows no larger screen. */
const most = 8_192;

function inSteps([width, height]: SlotSize): SlotSize {
  if (width < 1 || height < 1) return [0, 0];
  const up = (n: number) => Math.min(most, Math.ceil(n / step) * step);
  return [up(width), up(height)];
}

export interface NextSizes {
  /** What to tell now; absent: nothing. */
  readonly tell?: Sizes;
  /** Since when something has been smaller than was told; undefined while nothing is. */
  readonly smaller: number | undefined;
}

/** What to tell at an instant (ms), given what was told last and since when something is smaller. */
export function nextSizes(told: Sizes, measured: Readonly<Record<string, SlotSize>>, smaller: number | undefined, now: number): NextSizes {
  const sizes = Object.fromEntries(Object.entries(measured).map(([slot, size]) => [slot, inSteps(size)]));
  let grown = false;
  let shrunk = Object.keys(told).some((slot) => sizes[slot] === undefined);
  for (const [slot, [width, height]] of Object.entries(sizes)) {
    const before = told[slot as SlotName];
    if (before === undefined || width > before[0] || height > before[1]) grown = true;
    else if (width * height < worthTelling * before[0] * before[1]) shrunk = true;
  }
  if (grown) return { tell: sizes, smaller: undefined };
  if (!shrunk) return { smaller: undefined };
  if (smaller === undefined) return { smaller: now };
  return now - smaller >= staysSmaller ? { tell: sizes, smaller: undefined } : { smaller };
}
