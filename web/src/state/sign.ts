// Whether there is a sign-language interpreter to be seen, and whether this
// device has pinned the picture.

import type { Slot } from "../protocol/view.gen";

const place = "liqa/sign";

/** Whether a sign-language interpreter is on air. */
export function signs(slots: readonly Slot[]): boolean {
  return slots.some((s) => s.slot === "sign" && s.eligible.length > 0);
}

export function pinnedBefore(store: Pick<Storage, "getItem">): boolean {
  return store.getItem(place) === "pinned";
}

export function keepPinned(store: Pick<Storage, "setItem" | "removeItem">, pinned: boolean): void {
  if (pinned) store.setItem(place, "pinned");
  else store.removeItem(place);
}
