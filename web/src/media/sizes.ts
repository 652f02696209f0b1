// In which size each slot's picture is shown, so that the server sends no more
// than that: elements say that they show a slot; who wants to know is told.

import type { SlotName } from "../protocol/view.gen";
import type { SlotSize } from "../protocol/live";
import { nextSizes, type Sizes } from "../state/sizes";

interface Shown {
  readonly slot: SlotName;
  readonly element: Element;
  visible: boolean;
}

const all = new Set<Shown>();
const ears = new Set<() => void>();
const heed = () => {
  for (const ear of ears) ear();
};

/** Says that an element shows a slot, until the returned function is called. */
export function shows(slot: SlotName, element: Element): () => void {
  const one: Shown = { slot, element, visible: true };
  all.add(one);
  const sized = new ResizeObserver(heed);
  sized.observe(element);
  const seen = new IntersectionObserver((entries) => {
    one.visible = entries.at(-1)?.isIntersecting ?? true;
    heed();
  });
  seen.observe(element);
  heed();
  return () => {
    sized.disconnect();
    seen.disconnect();
    all.delete(one);
    heed();
  };
}

function sizeOf({ element, visible }: Shown): SlotSize {
  if (!visible) return [0, 0];
  const { width, height } = element.getBoundingClientRect();
  return [width * devicePixelRatio, height * devicePixelRatio];
}

/** Whoever looks away comes back soon: a page behind another is shown for so long, in milliseconds. */
const lookedAway = 10_000;
const lookEvery = 100;

/** Tells the sizes of the wanted slots, now and whenever they have changed for good. */
export function watchSizes(wanted: () => readonly SlotName[], tell: (sizes: Sizes) => void): () => void {
  let told: Sizes = {};
  let smaller: number | undefined;
  let hidden: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    timer = undefined;
    const now = performance.now();
    hidden = document.visibilityState === "hidden" ? (hidden ?? now) : undefined;
    const away = hidden !== undefined && now - hidden > lookedAway;
    const slots = wanted();
    const sizes: Record<string, SlotSize> = Object.fromEntries(slots.map((s) => [s, [0, 0]]));
    for (const one of away ? [] : all) {
      const [w, h] = sizeOf(one);
      const known = sizes[one.slot];
      if (known && w * h > known[0] * known[1]) sizes[one.slot] = [w, h];
    }
    const next = nextSizes(told, sizes, smaller, now);
    smaller = next.smaller;
    if (next.tell) tell((told = next.tell));
    if (smaller !== undefined || (hidden !== undefined && !away)) timer = setTimeout(look, 500);
  };
  const soon = () => (timer ??= setTimeout(look, lookEvery));
  ears.add(soon);
  document.addEventListener("visibilitychange", soon);
  window.addEventListener("resize", soon);
  soon();
  return () => {
    ears.delete(soon);
    document.removeEventListener("visibilitychange", soon);
    window.removeEventListener("resize", soon);
    clearTimeout(timer);
  };
}
